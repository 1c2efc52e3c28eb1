package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
)

// coursesPerStep keeps the journal of a merge of hundreds of courses short, and
// what a step leaves in doubt small. All courses of a step are read in one call.
const coursesPerStep = 20

// mergeSteps come in an order in which nothing is lost wherever it stops: the
// duplicate stays whole until everything was read back from the kept account.
func (d Deps) mergeSteps(t mergeTarget) []runbook.Step {
	carry, retire := d.carrySteps(t), d.retireSteps(t)
	if len(carry)+len(retire) == 0 {
		return nil
	}
	steps := []runbook.Step{d.saveHistory("Save the duplicate's course history in this thread", t.duplicates())}
	for _, part := range t.Parts {
		if len(part.Premier) > 0 {
			steps = append(steps, askPremier(part))
		}
	}
	steps = append(steps, carry...)
	if t.Link != nil {
		steps = append(steps, d.moveLink(*t.Link))
	}
	steps = append(steps, d.readBack(t))
	steps = append(steps, retire...)
	if t.Link != nil {
		steps = append(steps, d.linkAgain(*t.Link))
	}
	return steps
}

// carrySteps bring the kept account to where it shall be.
func (d Deps) carrySteps(t mergeTarget) []runbook.Step {
	var steps []runbook.Step
	for _, part := range t.Parts {
		n := 0
		for moves := range slices.Chunk(part.Courses, coursesPerStep) {
			n++
			steps = append(steps, courseBatch{part.Keep, part.Duplicate, moves, t.In.Awards == awardAgain}.step(n).step(d))
		}
		if len(part.Join) > 0 {
			steps = append(steps, part.Keep.joins("groups", "Add to "+count(len(part.Join), "group")+", without their courses", part.Join, false).step(d))
		}
		if part.Role != "" {
			steps = append(steps, part.Keep.becomes("Make the kept account "+part.Role, part.FromRole, part.Role).step(d))
		}
		if len(part.Grant) > 0 {
			steps = append(steps, part.Keep.manages("rights", "Let the kept account manage "+count(len(part.Grant), "group"), part.Grant).step(d))
		}
	}
	return steps
}

// duplicates are all accounts of the duplicate, the one that is merged first.
func (t mergeTarget) duplicates() []account {
	var all []account
	for _, part := range t.Parts {
		all = append(all, part.Duplicate)
	}
	return append(all, t.Elsewhere...)
}

// askPremier: what was paid for is settled between people.
func askPremier(part mergePart) runbook.Step {
	return runbook.Step{
		ID: "premier-" + part.Keep.Portal, Title: "Settle the Premier courses with the Premier team", System: runbook.Person,
		Ask: &runbook.Ask{
			Instruction: fmt.Sprintf("The Premier team has confirmed that %s (user %d) is in every related session, and how earlier payments are applied, for: %s.",
				part.Keep.Email, part.Keep.ID, strings.Join(part.Premier, ", ")),
			Link: runbook.Link{Text: "Open the account to keep", URL: part.Keep.Page},
		},
	}
}

// readBack makes the decision again with what the systems hold now: nothing may
// be left to carry, and nothing new may be lost. Only then is the duplicate
// touched.
func (d Deps) readBack(t mergeTarget) runbook.Step {
	return runbook.Step{
		ID: "read-back", Title: "Read everything back", System: runbook.LearnUpon, Repeatable: true,
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			for _, part := range t.Parts {
				if err := d.verify(ctx, t, part); err != nil {
					return "", err
				}
			}
			if t.Link != nil {
				now, err := d.linked(ctx, *t.Link)
				if err != nil {
					return "", err
				}
				if now.LearnUponID != t.Link.To.String() {
					return "", t.Link.differs(t.Link.To, now)
				}
			}
			return "Everything that was to be carried over is on the kept account.", nil
		},
	}
}

func (d Deps) verify(ctx context.Context, t mergeTarget, part mergePart) error {
	c, err := d.portal(part.Keep.Portal)
	if err != nil {
		return err
	}
	p := pair{portal: c}
	if p.keep.user, err = part.Keep.userOf(ctx, c); err != nil {
		return err
	}
	if p.duplicate.user, err = part.Duplicate.userOf(ctx, c); err != nil {
		return err
	}
	if err := cmp.Or(part.Keep.active(p.keep.user), part.Duplicate.is(p.duplicate.user, part.Duplicate.Email)); err != nil {
		return err
	}
	if err := p.read(ctx); err != nil {
		return err
	}
	now, err := p.merge(ctx, d, t.In)
	if err != nil {
		return err
	}
	lacks := func(a account, field, want, got string) error {
		return &runbook.Mismatch{Record: a.record(), Field: field, Want: want, Got: got}
	}
	for _, m := range slices.Concat(part.Courses, now.part.Courses) {
		if !m.reached(p.keep.enrollments) {
			return lacks(part.Keep, m.Name, m.result(), statusWords(m.standing(p.keep.enrollments), ""))
		}
	}
	switch n := now.part; {
	case len(n.Join) > 0:
		return lacks(part.Keep, "Member of “"+n.Join[0].Title+"”", "yes", "no")
	case n.Role != "":
		return lacks(part.Keep, "User type", n.Role, n.FromRole)
	case len(n.Grant) > 0:
		return lacks(part.Keep, "Manager of “"+n.Grant[0].Title+"”", "yes", "no")
	}
	for _, loss := range now.losses {
		if !slices.Contains(t.Losses, loss) {
			return lacks(part.Duplicate, "What would be lost", "as approved", loss)
		}
	}
	return nil
}
