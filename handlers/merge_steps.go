package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
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
	steps := []runbook.Step{d.saveHistory(t)}
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
			steps = append(steps, joinGroups(part).step(d))
		}
		if part.Role != "" {
			steps = append(steps, changeRole(part).step(d))
		}
		if len(part.Grant) > 0 {
			steps = append(steps, grantRights(part).step(d))
		}
	}
	return steps
}

// saveHistory puts everything LearnUpon tells of the duplicate's courses into
// the card's thread, before anything is written.
func (d Deps) saveHistory(t mergeTarget) runbook.Step {
	accounts := slices.Clone(t.Elsewhere)
	for _, part := range t.Parts {
		accounts = append(accounts, part.Duplicate)
	}
	return runbook.Step{
		ID: "history", Title: "Save the duplicate's course history in this thread", System: runbook.LearnUpon,
		File: &runbook.File{
			Name: fmt.Sprintf("course-history-of-user-%d.csv", t.Parts[0].Duplicate.ID),
			Make: func(ctx context.Context, _ runbook.Answers) ([]byte, error) { return d.history(ctx, accounts) },
		},
	}
}

func (d Deps) history(ctx context.Context, accounts []account) ([]byte, error) {
	var rows [][]string
	for _, a := range accounts {
		c, err := d.portal(a.Portal)
		if err != nil {
			return nil, err
		}
		enrollments, err := c.EnrollmentsOf(ctx, a.ID)
		if err != nil {
			return nil, fmt.Errorf("enrollments of user %d: %w", a.ID, err)
		}
		for _, e := range enrollments {
			rows = append(rows, historyRow(a, e))
		}
		paths, err := c.PathsOf(ctx, a.ID)
		if err != nil {
			return nil, fmt.Errorf("learning paths of user %d: %w", a.ID, err)
		}
		for _, p := range paths {
			rows = append(rows, []string{systemName(a.Portal), a.ID.String(), "learning path", p.ID.String(), p.PathID.String(), p.Name, "", p.Status, "", "", "", "", "", "", "", "", ""})
		}
	}
	return runbook.CSV([]string{
		"Portal", "User", "Kind", "Enrollment", "Course or path", "Name", "Version", "Status", "Score", "Enrolled", "Started", "Completed",
		"Due", "Access until", "Certificate", "Certificate until", "Withdrawn",
	}, rows...), nil
}

func historyRow(a account, e learnupon.Enrollment) []string {
	row := []string{
		systemName(a.Portal), a.ID.String(), "course", e.ID.String(), e.CourseID.String(), e.CourseName, fmt.Sprint(e.Version), e.Status, e.Score,
	}
	for _, at := range []learnupon.Time{e.DateEnrolled, e.DateStarted, e.DateCompleted, e.DueDate, e.AccessExpires} {
		row = append(row, moment(at))
	}
	withdrawn := ""
	if e.Unenrolled {
		withdrawn = "yes"
	}
	return append(row, e.Certificate, findings.Day(e.CertificateExpires), withdrawn)
}

func moment(t learnupon.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
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
