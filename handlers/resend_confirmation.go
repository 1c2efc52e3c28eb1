package handlers

import (
	"cmp"
	"context"
	"fmt"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

type resendInput struct {
	Email     string `json:"email"`
	LinkGiven bool   `json:"link_given,omitempty"`
	Which     string `json:"which,omitempty"`
	Invited   string `json:"invited,omitempty"`
}

// resendTarget is one of several cases: exactly one of the pointers is set, or
// Nothing says why none is.
type resendTarget struct {
	Email   string         `json:"email"`
	Nothing string         `json:"nothing,omitempty"`
	Groups  []string       `json:"groups,omitempty"` // of an account that nothing helps, for scoped roles
	Invite  *resendInvite  `json:"invite,omitempty"`
	Lapsed  *resendLapsed  `json:"lapsed,omitempty"`
	Link    *resendLink    `json:"link,omitempty"`
	Pending *resendPending `json:"pending,omitempty"`
}

// resendCase is what differs from case to case.
type resendCase interface {
	approval() runbook.Approval
	preview() runbook.Preview
	steps(Deps) []runbook.Step
}

func (t resendTarget) found() resendCase {
	switch {
	case t.Invite != nil:
		return *t.Invite
	case t.Lapsed != nil:
		return *t.Lapsed
	case t.Link != nil:
		return *t.Link
	case t.Pending != nil:
		return *t.Pending
	}
	return resendNothing{t.Email, t.Nothing, t.Groups}
}

// resendConfirmation brings the link a person waits for to that person: the
// accept link of an invite, or the link that confirms an address.
func resendConfirmation(d Deps) runbook.Action {
	return runbook.Definition[resendInput, resendTarget]{
		Name: "resend-confirmation", Title: "Resend confirmation", Command: "/resend-confirmation",
		Summary: "Send a person the invitation or confirmation link that did not arrive",
		Help: "Finds out what the person waits for. An open invite: its link is mailed again. A lapsed one: it is replaced by a new one with the same group, role, name and courses. " +
			"Registered by themselves and never signed in: you copy the confirmation link from the record, and it is mailed to them. " +
			"Anybody else is told what helps instead. It needs no approval, except for an invite that makes an admin, " +
			"for more than 3 mails in 7 days, and for people who opted out of mail.",
		Example:    "learner@x.edu",
		Permission: runbook.Support,
		Reason:     runbook.ReasonOptional,
		Fields: func(in *resendInput) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The address the person was invited or registered with.", Bind: runbook.Email(&in.Email)},
				d.confirmationField(&in.LinkGiven),
				{Name: "which", Label: "Which one", Chosen: true, Bind: runbook.Choice(&in.Which)},
				{Name: "invited", Label: "Invited from the Users page?", Chosen: true, Bind: runbook.Choice(&in.Invited)},
			}
		},
		Plan:     d.planResend,
		Approval: func(t resendTarget) runbook.Approval { return t.found().approval() },
		Cases: []resendTarget{
			{Invite: &resendInvite{Invite: invite{Role: "admin"}}}, {Link: &resendLink{Delivery: delivery{OptedOut: true}}}, {Link: &resendLink{Delivery: delivery{Recent: mailsAllowed}}},
		},
		Beneficiaries: func(t resendTarget) []string { return []string{t.Email} },
		Preview:       func(t resendTarget) runbook.Preview { return t.found().preview() },
		Steps:         func(t resendTarget) []runbook.Step { return t.found().steps(d) },
	}.Action()
}

// possibility is one record a request may be about.
type possibility struct {
	option runbook.Option
	groups func(context.Context) ([]string, error) // it belongs to
	plan   func(context.Context) (resendTarget, error)
}

func (d Deps) planResend(ctx context.Context, in resendInput) (resendTarget, error) {
	accounts, err := d.holdings(ctx, in.Email)
	if err != nil {
		return resendTarget{}, err
	}
	invites, err := d.invitePossibilities(ctx, in)
	if err != nil {
		return resendTarget{}, err
	}
	if in.LinkGiven && len(accounts) == 0 && len(invites) > 0 {
		return resendTarget{}, runbook.Refuse("This person was invited and has no account yet, so there is no confirmation link. Run the command again with “Confirmation link” left empty: the invite's own link is sent.")
	}
	if in.LinkGiven {
		invites = nil
	}
	return d.pickResend(ctx, in, accounts, invites)
}

// pickResend decides which record is meant. An account in use matters only
// where nothing waits for the person anywhere.
func (d Deps) pickResend(ctx context.Context, in resendInput, accounts []holding, invites []possibility) (resendTarget, error) {
	var could []possibility
	for _, h := range accounts {
		if h.user.SignedIn() {
			continue
		}
		o := h.option()
		o.Description = "an account, never signed in"
		could = append(could, possibility{
			option: o,
			groups: func(ctx context.Context) ([]string, error) { return groupsOf(ctx, h.portal, h.user.ID) },
			plan:   func(ctx context.Context) (resendTarget, error) { return d.planResendLink(ctx, in, h) },
		})
	}
	could = append(could, invites...)
	switch {
	case len(could) == 0 && len(accounts) == 0:
		return d.planResendPending(in)
	case len(could) == 0:
		groups, err := groupsOfAll(ctx, accounts)
		return resendTarget{Email: accounts[0].user.Email, Nothing: accounts[0].inUse(), Groups: groups}, err
	}
	var options []runbook.Option
	for _, p := range could {
		options = append(options, p.option)
	}
	i, err := choose("which", "More than one record waits for this person.", options, in.Which)
	if err != nil {
		groups, unread := groupsOfPossible(ctx, could)
		return resendTarget{}, cmp.Or(unread, concerning(err, nil, groups))
	}
	return could[i].plan(ctx)
}

func groupsOfPossible(ctx context.Context, could []possibility) ([]string, error) {
	var each [][]string
	for _, p := range could {
		groups, err := p.groups(ctx)
		if err != nil {
			return nil, err
		}
		each = append(each, groups)
	}
	return together(each...), nil
}

// invitePossibilities looks for unanswered invites in every portal.
func (d Deps) invitePossibilities(ctx context.Context, in resendInput) ([]possibility, error) {
	var could []possibility
	for _, c := range d.Portals {
		runbook.Progress(ctx, "Reading the invites of "+systemName(portalName(c))+"…")
		newest, err := invitesOf(ctx, c, in.Email)
		if err != nil {
			return nil, err
		}
		for _, i := range newest {
			if i.Status != learnupon.InviteSent && !d.halfway(i) {
				continue
			}
			p, err := d.invitePossibility(ctx, c, i)
			if err != nil {
				return nil, err
			}
			could = append(could, p)
		}
	}
	return could, nil
}

func (d Deps) invitePossibility(ctx context.Context, c *learnupon.Client, i learnupon.Invite) (possibility, error) {
	planned, err := plannedInvite(ctx, c, i)
	if err != nil {
		return possibility{}, err
	}
	lapsed := i.Lapsed(d.Now()) || d.halfway(i)
	state := "sent on " + planned.Sent
	if lapsed {
		state += ", lapsed on " + planned.Expires
	}
	return possibility{
		option: runbook.Option{
			Value: fmt.Sprintf("%s/invite/%d", planned.Portal, i.ID), Text: "Invite to " + planned.goal(), Description: state,
		},
		groups: func(context.Context) ([]string, error) { return planned.groups(), nil },
		plan: func(ctx context.Context) (resendTarget, error) {
			if lapsed {
				return d.planResendLapsed(ctx, c, i, planned)
			}
			return d.planResendInvite(ctx, i, planned)
		},
	}, nil
}

// resendNothing is the case in which no mail would help.
type resendNothing struct {
	email, why string
	groups     []string
}

func (n resendNothing) approval() runbook.Approval { return runbook.NoApproval() }
func (n resendNothing) steps(Deps) []runbook.Step  { return nil }
func (n resendNothing) preview() runbook.Preview {
	return runbook.Preview{Subject: n.email, Nothing: n.why, Groups: n.groups}
}
