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
			steps = append(steps, revokeRights(part).step(d))
		}
		if len(part.Leave) > 0 {
			steps = append(steps, leaveGroups(part).step(d))
		}
		if part.Rename {
			steps = append(steps, freeAddress(part.Duplicate, t.Freed).step(d))
		}
		switch {
		case t.deletes():
			steps = append(steps, deleteDuplicate(part, t.Freed).step(d))
		case !part.Retired:
			steps = append(steps, deactivate(part.Duplicate).step(d))
		}
	}
	return steps
}

func changeRole(part mergePart) accountStep[learnupon.User] {
	a := part.Keep
	return a.updates("user-type", "Make the kept account "+part.Role, runbook.Change{Field: "User type", From: part.FromRole, To: part.Role},
		func(u learnupon.User) bool { return u.Type == part.Role },
		func(u learnupon.User) error {
			err := a.is(u, a.Email)
			if err == nil && u.Type != part.FromRole {
				err = &runbook.Mismatch{Record: a.record(), Field: "User type", Want: part.FromRole, Got: u.Type}
			}
			return err
		}, learnupon.UserUpdate{Type: &part.Role})
}

func deactivate(a account) accountStep[learnupon.User] {
	enabled := false
	return a.updates("deactivate", "Deactivate the duplicate", runbook.Change{Field: "Account", From: "active", To: "deactivated"},
		func(u learnupon.User) bool { return !u.Enabled },
		func(u learnupon.User) error { return a.is(u, a.Email) }, learnupon.UserUpdate{Enabled: &enabled})
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
	return accountStep[learnupon.User]{
		account: a, id: "delete-" + a.Portal, title: "Delete the duplicate for good", read: a.userOf,
		changes: []runbook.Change{{Record: a.record(), Field: "Account", From: "there", To: "deleted"}},
		holds:   func(u learnupon.User) bool { return u.ID == 0 },
		write: func(ctx context.Context, c *learnupon.Client, now learnupon.User) (*learnupon.User, error) {
			keep, err := part.Keep.userOf(ctx, c)
			if err == nil {
				err = part.Keep.active(keep)
			}
			if err == nil {
				err = a.is(now, email)
			}
			if err == nil {
				err = c.DeleteUser(ctx, a.ID)
			}
			return &learnupon.User{}, err
		},
	}
}
