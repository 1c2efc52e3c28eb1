package handlers

import (
	"context"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
)

// deleteTarget is an account to delete, with those LearnUpon would delete along
// with it, and the contacts that name one of them.
type deleteTarget struct {
	profile
	Gone    []account      `json:"gone,omitempty"` // sub-portals first
	Cascade []runbook.Fact `json:"cascade,omitempty"`
	Untie   []tie          `json:"untie,omitempty"`
}

// deleteUser removes a person for good.
func deleteUser(d Deps) runbook.Action {
	return runbook.Definition[accessInput, deleteTarget]{
		Name: "delete-user", Title: "Delete user", Command: "/delete-user",
		Summary: "Delete a person's account in LearnUpon for good, with its history",
		Help: "Everything the person did is lost: enrollments, results, certificates. From the top-level portal it reaches every sub-portal. " +
			"The course history is saved in the card's thread first, and the Salesforce contact is untied afterwards, so that the sync makes no new account. " +
			"It takes two approvals and waits ten minutes, with a Stop for anyone. Deactivate ends the login just as well and keeps the history.",
		Example:       "learner@x.edu",
		Permission:    runbook.Support,
		Reason:        runbook.ReasonRequired,
		Fields:        (*accessInput).fields,
		Plan:          d.planDeletion,
		Approval:      approveDeletion,
		Cases:         []deleteTarget{{}},
		Beneficiaries: func(t deleteTarget) []string { return t.Known },
		Preview:       deleteTarget.preview,
		Steps:         d.deleteSteps,
	}.Action()
}

func (d Deps) planDeletion(ctx context.Context, in accessInput) (deleteTarget, error) {
	s, p, err := d.subject(ctx, in.Email, in.Portal)
	t := deleteTarget{profile: p}
	if err != nil {
		return t, unread(err, keepAll)
	}
	reached := append(s.below(), s.holding)
	if err := d.reach(ctx, s, reached, &t.profile); err != nil {
		return t, unread(err, keepAll)
	}
	t.Cascade = s.cascade("deleted")
	for _, h := range reached {
		a := accountOf(h)
		if err := d.mayDelete(ctx, h); err != nil {
			return t, err
		}
		if err := d.loseHistory(ctx, h, &t.profile); err != nil {
			return t, unread(err, keepAll)
		}
		t.Gone = append(t.Gone, a)
	}
	for _, title := range s.realm.dark(s.portal) {
		t.lose("Whatever the person has in the sub-portal %s: Registrar has no keys for it, so nothing of it can be listed or saved.", title)
	}
	if recent := s.user.LastSignInAt; recent.After(d.Now().AddDate(0, -1, 0)) {
		t.warn("The person signed in less than a month ago, on %s.", findings.Day(recent))
	}
	t.employed(ctx, d, "may make the account again")
	t.warn("LearnUpon documents no way back. Whether the address is free at once is not documented either: where it is needed for another account, use Free an email, which renames this one first.")
	return t, d.planUntying(ctx, s, &t)
}

const keepAll = "Nothing is deleted while a portal, or what is in it, cannot be read."

// mayDelete refuses to delete who runs a portal, or owns something in it.
func (d Deps) mayDelete(ctx context.Context, h holding) error {
	in := systemName(portalName(h.portal))
	if h.user.Type == "admin" {
		return &runbook.UserError{
			Text:    "This person is an admin in " + in + ", and accounts of admins are not deleted. Make them a learner there first, which says what they own and who else is an admin.",
			Suggest: &runbook.Suggestion{Action: "change-role", Label: "Change role", Values: runbook.Values{"email": h.user.Email, "role": "learner"}},
		}
	}
	has, err := d.duties(ctx, h)
	if err != nil {
		return err
	}
	if len(has.owns) > 0 {
		return runbook.Refuse("This person owns courses in %s: %s. What becomes of a course whose owner is deleted is not documented: give them another owner in LearnUpon first.", in, strings.Join(has.owns, ", "))
	}
	return nil
}

func approveDeletion(t deleteTarget) runbook.Approval {
	a := t.approvedByTwo("the account and its history are deleted for good")
	a.Delay = 10 * time.Minute
	return a
}

func (t deleteTarget) preview() runbook.Preview {
	p := t.profile.preview()
	p.Irreversible = true
	p.Lead = "This cannot be undone: " + t.Account.Email + " is deleted for good in " + portalsOf(t.Gone) + ", with everything the person did there. Deactivating ends the login as well and keeps the history."
	p.Requires = append(p.Requires, t.Cascade...)
	for _, a := range t.Gone {
		if a.ID != t.Account.ID {
			p.Records, p.Locks = append(p.Records, a.planned()), append(p.Locks, a.lock())
		}
	}
	for _, u := range t.Untie {
		p.Records, p.Locks = append(p.Records, u.Contact.planned()), append(p.Locks, u.Contact.lock())
	}
	p.Suggest = []runbook.Suggestion{{Action: "deactivate", Label: "Deactivate instead", Values: runbook.Values{"email": t.Account.Email}}}
	return p
}

func portalsOf(accounts []account) string {
	var names []string
	for _, a := range slices.Backward(accounts) {
		names = append(names, systemName(a.Portal))
	}
	return strings.Join(names, ", ")
}

// deleteSteps save what is lost first. The sub-portals come before the top-level
// portal, whose deletion would reach them, so that each is read back by itself.
func (d Deps) deleteSteps(t deleteTarget) []runbook.Step {
	saved := slices.Clone(t.Gone)
	slices.Reverse(saved) // the account that is meant names the file
	steps := []runbook.Step{d.saveHistory("Save the course history in this thread", saved)}
	for _, u := range t.Untie {
		if u.Checked {
			steps = append(steps, d.uncheck(u))
		}
	}
	for _, a := range t.Gone {
		steps = append(steps, a.deletes("Delete the account in "+systemName(a.Portal)+" for good", a.stillDeletable).step(d))
	}
	for _, u := range t.Untie {
		steps = append(steps, d.untie(u))
	}
	return steps
}

// stillDeletable looks once more, right before: who was made an admin meanwhile
// stays.
func (a account) stillDeletable(ctx context.Context, c *learnupon.Client) error {
	u, err := a.userOf(ctx, c)
	if err == nil && u.Type == "admin" {
		err = &runbook.Mismatch{Record: a.record(), Field: "User type", Want: "no admin", Got: u.Type}
	}
	return err
}
