package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
)

type reuseInput struct {
	Email string `json:"email"`
	After string `json:"after"`
}

// reuseTarget is an address to set free, and the accounts that have it, in every
// portal. What is deleted, if anything, is in the target of a deletion.
type reuseTarget struct {
	deleteTarget
	After string    `json:"after"`
	Freed string    `json:"freed,omitempty"` // what the accounts are renamed to; "": they have such an address
	Parts []freeing `json:"parts,omitempty"` // the main portal's first
}

// freeing is one account that has the address.
type freeing struct {
	Account account `json:"account"`
	Retired bool    `json:"retired,omitempty"` // it is deactivated already
}

func (t reuseTarget) deletes() bool { return t.After == afterDelete }

// reuseEmail takes an address away from an account that is not needed, so that
// another one can have it.
func reuseEmail(d Deps) runbook.Action {
	return runbook.Definition[reuseInput, reuseTarget]{
		Name: "reuse-email", Title: "Free an email", Command: "/reuse-email",
		Summary: "Free the address of an account that is not needed, for another one",
		Help: "Renames the account to the next free deleted+… address in every portal where it has one, and deactivates it. The renaming alone frees the address, at once. " +
			"Keep it deactivated, and its history stays; or delete it, with two approvals and a wait of ten minutes: that loses everything, and LearnUpon promises no way back. " +
			"Where both accounts are the same person's, merge them instead.",
		Example:    "learner@x.edu deactivate",
		Permission: runbook.Support,
		Reason:     runbook.ReasonRequired,
		Fields: func(in *reuseInput) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The address that is to be free.", Bind: runbook.Email(&in.Email)},
				{Name: "afterwards", Label: "Afterwards", Hint: "What becomes of the account that has the address now.", Bind: oneOf(&in.After, afterDeactivate, afterDelete), Options: []runbook.Option{
					{Value: afterDeactivate, Text: "Keep it deactivated"},
					{Value: afterDelete, Text: "Delete it"},
				}},
			}
		},
		Plan:          d.planReuse,
		Approval:      approveReuse,
		Cases:         []reuseTarget{{After: afterDelete}, {}},
		Beneficiaries: func(t reuseTarget) []string { return t.Known },
		Preview:       reuseTarget.preview,
		Steps:         d.reuseSteps,
	}.Action()
}

func approveReuse(t reuseTarget) runbook.Approval {
	if t.deletes() && t.Nothing == "" {
		return approveDeletion(t.deleteTarget)
	}
	return t.approved(1, "it takes an address away").AtLeastOne()
}

func (d Deps) planReuse(ctx context.Context, in reuseInput) (reuseTarget, error) {
	t := reuseTarget{After: in.After}
	runbook.Progress(ctx, "Looking for the address in every portal…")
	found, err := d.holdings(ctx, in.Email)
	if err != nil {
		return t, unread(err, keepTaken)
	}
	if len(found) == 0 {
		return t, d.freeAlready(ctx, in)
	}
	s, p, err := d.subject(ctx, in.Email, portalName(found[0].portal))
	if t.profile = p; err != nil {
		return t, unread(err, keepTaken)
	}
	if t.profile.Groups, err = groupsOfAll(ctx, found); err != nil {
		return t, unread(err, keepTaken)
	}
	for _, h := range found {
		if err := d.planFreeing(ctx, h, &t); err != nil {
			return t, err
		}
	}
	if !strings.HasPrefix(in.Email, freedPrefix) {
		if t.Freed, err = d.freedAddress(ctx, in.Email); err != nil {
			return t, unread(err, keepTaken)
		}
	}
	if len(d.reuseSteps(t)) == 0 {
		t.Nothing = "This is an address that was given to an account to free another one, and the account is deactivated."
		return t, nil
	}
	for _, title := range s.realm.dark(s.portal) {
		t.warn("Registrar has no keys for the sub-portal %s: an account there keeps the address until it is renamed by hand.", title)
	}
	return t, d.planTied(ctx, s, &t)
}

const keepTaken = "The address has to be looked for in every portal, and nothing is done while one cannot be read."

// planFreeing says what becomes of the account in one portal.
func (d Deps) planFreeing(ctx context.Context, h holding, t *reuseTarget) error {
	in := systemName(portalName(h.portal))
	a := accountOf(h)
	t.Parts = append(t.Parts, freeing{Account: a, Retired: !h.user.Enabled})
	if t.deletes() {
		if err := d.mayDelete(ctx, h); err != nil {
			return err
		}
		t.Gone = slices.Insert(t.Gone, 0, a)
		return d.loseHistory(ctx, h, &t.profile)
	}
	if h.user.Type == "admin" {
		return runbook.Refuse("This address is that of an admin in %s, who would not get in any more. Make them a learner there first with Change role, if that is what is meant.", in)
	}
	has, err := d.duties(ctx, h)
	if err != nil {
		return err
	}
	t.leaveBehind(in, h.user, has)
	enrollments, err := h.portal.EnrollmentsOf(ctx, h.user.ID)
	if err != nil {
		return fmt.Errorf("enrollments of user %d: %w", h.user.ID, err)
	}
	t.fact("Stays in "+in, orNone(byStatus(enrollments)))
	return nil
}

// planTied finds the contacts that name the account. They are untied from one
// that is deleted; of one that stays only a person can tell whose it is.
func (d Deps) planTied(ctx context.Context, s subject, t *reuseTarget) error {
	if t.deletes() {
		return d.planUntying(ctx, s, &t.deleteTarget)
	}
	s.inSalesforce(&t.profile)
	for _, c := range s.contacts {
		if id, ok := learnUponID(c); ok && id == t.Parts[0].Account.ID {
			t.warn("Contact %s goes on naming this account as its %s, and syncs with it. If the address is for another account of the same person, merge the two instead (/merge-users).", c.ID, luUserID)
		}
	}
	if s.followed() {
		t.warn("The person is in Salesforce. If they sign in through the User Community with this address, LearnUpon no longer finds this account by it.")
	}
	return nil
}

// freeAlready says that no account has the address, and whether one was renamed
// for it that can still be used.
func (d Deps) freeAlready(ctx context.Context, in reuseInput) error {
	left, err := d.holdings(ctx, freedPrefix+in.Email)
	if err != nil {
		return err
	}
	for _, h := range left {
		if h.user.Enabled || in.After == afterDelete {
			refused := runbook.Refuse("The address is free already: %s was renamed to %s and is %s.", accountOf(h).record(), h.user.Email, pick(h.user.Enabled, "still active", "deactivated"))
			refused.Suggest = &runbook.Suggestion{Action: "reuse-email", Label: pick(in.After == afterDelete, "Delete it", "Deactivate it"), Values: runbook.Values{"email": h.user.Email, "afterwards": in.After}}
			return refused
		}
	}
	return runbook.Refuse("No account has this address, in any portal that Registrar can read: it is free. Check the spelling; somebody who was invited and has not accepted has no account yet.")
}

func (t reuseTarget) preview() runbook.Preview {
	p := t.profile.preview()
	if t.Nothing != "" {
		return p
	}
	if t.Freed != "" {
		p.Requires = append(p.Requires, runbook.Fact{Label: "Renamed to", Value: t.Freed})
		p.Facts = append(p.Facts, runbook.Fact{Label: "The address", Value: "is free as soon as the account is renamed, in " + portalsOf(t.accounts())})
	}
	if t.deletes() {
		p.Irreversible = true
		p.Lead = "This cannot be undone: the account of " + t.Account.Email + " is deleted for good in " + portalsOf(t.accounts()) + ", with everything the person did there. LearnUpon promises no time in which it could be brought back."
	}
	for _, part := range t.Parts {
		if part.Account.ID != t.Account.ID || part.Account.Portal != t.Account.Portal {
			p.Records, p.Locks = append(p.Records, part.Account.planned()), append(p.Locks, part.Account.lock())
		}
	}
	for _, u := range t.Untie {
		p.Records, p.Locks = append(p.Records, u.Contact.planned()), append(p.Locks, u.Contact.lock())
	}
	return p
}

// accounts are those with the address, sub-portals first.
func (t reuseTarget) accounts() []account {
	var all []account
	for _, part := range slices.Backward(t.Parts) {
		all = append(all, part.Account)
	}
	return all
}

// reuseSteps end in the top-level portal, since what is done there reaches the
// others. Where they stop after a renaming, the address is free already.
func (d Deps) reuseSteps(t reuseTarget) []runbook.Step {
	var steps []runbook.Step
	if t.deletes() {
		saved := t.accounts()
		slices.Reverse(saved) // the main portal's names the file
		steps = append(steps, d.saveHistory("Save the course history in this thread", saved))
	}
	for _, u := range t.Untie {
		if u.Checked {
			steps = append(steps, d.uncheck(u))
		}
	}
	for _, part := range slices.Backward(t.Parts) {
		a, in := part.Account, systemName(part.Account.Portal)
		if t.Freed != "" {
			steps = append(steps, a.freeAddress("Free the address in "+in, t.Freed).step(d))
			a.Email = t.Freed
		}
		switch {
		case t.deletes():
			steps = append(steps, a.deletes("Delete the account in "+in+" for good", a.stillDeletable).step(d))
		case !part.Retired:
			steps = append(steps, a.switches("Deactivate the account in "+in, false).step(d))
		}
	}
	for _, u := range t.Untie {
		steps = append(steps, d.untie(u))
	}
	return steps
}
