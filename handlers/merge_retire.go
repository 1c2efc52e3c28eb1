package handlers

import (
	"context"
	"slices"

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
			steps = append(steps, part.Duplicate.freeAddress("Free the duplicate's address", t.Freed).step(d))
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
