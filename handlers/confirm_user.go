package handlers

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/rest"
)

type confirmInput struct {
	Email     string `json:"email"`
	LinkGiven bool   `json:"link_given,omitempty"`
	Portal    string `json:"portal,omitempty"`
	Which     string `json:"which,omitempty"` // in runs of the first release: the portal, and behind a slash the account
}

type confirmTarget struct {
	Account   account `json:"account"`
	LinkGiven bool    `json:"link_given,omitempty"`
	Nothing   string  `json:"nothing,omitempty"`
}

// confirmUser opens the confirmation link of somebody who registered by
// themselves and did not get the mail. LearnUpon tells through no API whether an
// address is confirmed, so a person reports that N/A is gone.
func confirmUser(d Deps) runbook.Action {
	return runbook.Definition[confirmInput, confirmTarget]{
		Name: "confirm-user", Title: "Confirm user", Command: "/confirm-user",
		Summary: "Confirm the address of a person who registered by themselves, without the mail",
		Help: "For people who registered by themselves, never got the confirmation mail and show as N/A in LearnUpon. " +
			"Somebody other than you copies the link from the record, an approver agrees, and Registrar opens it once. " +
			"It skips the mailbox check, so prefer /resend-confirmation, which sends the same link to the person and needs no approval.",
		Example:    "learner@x.edu",
		Permission: runbook.Support,
		Reason:     runbook.ReasonRequired,
		Fields: func(in *confirmInput) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The address the person registered with.", Bind: runbook.Email(&in.Email)},
				d.confirmationField(&in.LinkGiven),
				portalField(&in.Portal),
			}
		},
		Plan:          d.planConfirm,
		Approval:      approveConfirm,
		Cases:         []confirmTarget{{}},
		Beneficiaries: func(t confirmTarget) []string { return []string{t.Account.Email} },
		Preview:       previewConfirm,
		Steps:         d.confirmSteps,
	}.Action()
}

func (d Deps) planConfirm(ctx context.Context, in confirmInput) (confirmTarget, error) {
	found, err := d.holdings(ctx, in.Email)
	if err != nil {
		return confirmTarget{}, err
	}
	if len(found) == 0 {
		return confirmTarget{}, &runbook.UserError{
			Text:    "LearnUpon has no account with this address. Check the spelling; somebody who was invited and has not accepted has none yet, and Resend confirmation helps them.",
			Suggest: suggestResend(in.Email),
		}
	}
	before, _, _ := strings.Cut(in.Which, "/")
	h, err := d.choosePortal(ctx, neverSignedIn(found), cmp.Or(in.Portal, before))
	if err != nil {
		return confirmTarget{}, err
	}
	c, u := h.portal, h.user
	t := confirmTarget{LinkGiven: in.LinkGiven}
	switch {
	case u.SignedIn():
		t.Nothing = h.inUse()
	case findings.Linked(u):
		return t, runbook.Refuse("This person is linked to Salesforce, so there is no address to confirm: they sign in through the User Community. Tell them to sign in there.")
	default:
		if err := d.mayConfirm(ctx, u); err != nil {
			return t, err
		}
	}
	t.Account, err = plannedAccount(ctx, c, u)
	return t, err
}

func approveConfirm(t confirmTarget) runbook.Approval {
	if t.Nothing != "" {
		return runbook.NoApproval()
	}
	return runbook.ApprovalsBy(1, "opening the link skips the mailbox check")
}

func previewConfirm(t confirmTarget) runbook.Preview {
	if t.Nothing != "" {
		return runbook.Preview{Subject: t.Account.Email, Nothing: t.Nothing, Groups: t.Account.Groups}
	}
	p := t.Account.preview()
	p.Lead = "Opening this link for the person defeats the mailbox check: whoever registered the address gets in, with the password they chose. " +
		"Resend confirmation sends the link to the person instead."
	p.SecretGiven = secretGiven(t.LinkGiven)
	if t.LinkGiven {
		p.Warnings = append(p.Warnings, "A link was given with the request: compare it with the record before approving.")
	}
	p.Suggest = []runbook.Suggestion{*suggestResend(t.Account.Email)}
	return p
}

func (d Deps) confirmSteps(t confirmTarget) []runbook.Step {
	if t.Nothing != "" {
		return nil
	}
	a := t.Account
	return []runbook.Step{
		d.askForLink(a, t.LinkGiven, true),
		{
			// Without Done: no API tells whether an address is confirmed, so an
			// opening that may or may not have happened is a person's to judge.
			ID: "open", Title: "Open the confirmation link once", System: runbook.LearnUpon,
			Changes: []runbook.Change{{Record: a.record(), Field: "E-mail address", From: "not confirmed (N/A)", To: "confirmed"}},
			Look:    "N/A is gone from the record in LearnUpon where it happened.",
			Do:      func(ctx context.Context, answers runbook.Answers) (string, error) { return d.openLink(ctx, t, answers) },
		},
		{
			ID: "confirmed", Title: "See that the address is confirmed", System: runbook.LearnUpon,
			Ask: &runbook.Ask{Instruction: "N/A is gone from the record of " + a.Email + " in " + systemName(a.Portal) + ".", Link: a.link()},
		},
	}
}

func (d Deps) openLink(ctx context.Context, t confirmTarget, answers runbook.Answers) (string, error) {
	a := t.Account
	c, err := d.portal(a.Portal)
	if err != nil {
		return "", err
	}
	link, err := d.confirmationLink(ctx, a, t.LinkGiven, answers)
	if err != nil {
		return "", err
	}
	if err := a.unchanged(ctx, c); err != nil {
		return "", err
	}
	// Marked first: a link that was perhaps opened counts as opened.
	if err := d.MarkLinkUsed(ctx, link, answers.RunID); err != nil {
		return "", untouched(fmt.Errorf("marking the link as used: %w", err))
	}
	if err := c.OpenLink(ctx, link); rest.IsNotFound(err) {
		return "", runbook.Refuse("LearnUpon does not know this link: it was used before, or it is not complete. Look at the record; if it still shows N/A, run the command again with the link it shows now.")
	} else if err != nil {
		return "", err
	}
	return "The portal answered. Only the record shows whether the address is confirmed.", nil
}

func suggestResend(email string) *runbook.Suggestion {
	return &runbook.Suggestion{Action: "resend-confirmation", Label: "Resend confirmation", Values: runbook.Values{"email": email}}
}
