package handlers

import (
	"context"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// retireSteps take the duplicate out of use, the top-level portal last: what is
// done there reaches the others.
func (d Deps) retireSteps(t mergeTarget) []runbook.Step {
	var steps []runbook.Step
	for _, part := range slices.Backward(t.Parts) {
		if len(part.Revoke) > 0 {
			steps = append(steps, part.Duplicate.managesNoMore("revoke", "End the duplicate's management of "+count(len(part.Revoke), "group"), part.Revoke).step(d))
		}
		if len(part.Leave) > 0 {
			steps = append(steps, part.Duplicate.leaves("leave", "Take the duplicate out of "+count(len(part.Leave), "group"), part.Leave).step(d))
		}
		if part.Rename {
			steps = append(steps, freeAddress(part.Duplicate, t.Freed).step(d))
		}
		switch {
		case t.deletes():
			steps = append(steps, deleteDuplicate(part, t.Freed).step(d))
		case !part.Retired:
			steps = append(steps, part.Duplicate.switches("Deactivate the duplicate", false).step(d))
		}
	}
	return steps
}

// freeAddress renames the duplicate, which frees its address at once; a deleted
// account may hold on to it.
func freeAddress(a account, to string) accountStep[learnupon.User] {
	s := a.updates("rename", "Free the duplicate's address", runbook.Change{Field: "E-mail address", From: a.Email, To: to},
		func(u learnupon.User) bool { return strings.EqualFold(u.Email, to) },
		func(u learnupon.User) error { return a.is(u, a.Email) }, learnupon.UserUpdate{Email: &to})
	// Once it is deleted, its address is free as well.
	s.holds = func(u learnupon.User) bool { return u.ID == 0 || strings.EqualFold(u.Email, to) }
	return s
}

// deleteDuplicate looks at the kept account too, right before: a person with no
// account at all is what must never come of it.
func deleteDuplicate(part mergePart, email string) accountStep[learnupon.User] {
	a := part.Duplicate
	a.Email = email
	return a.deletes("Delete the duplicate for good", func(ctx context.Context, c *learnupon.Client) error {
		keep, err := part.Keep.userOf(ctx, c)
		if err == nil {
			err = part.Keep.active(keep)
		}
		return err
	})
}
