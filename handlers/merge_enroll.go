package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// courseBatch carries some courses over to the kept account. However often it
// is interrupted, it goes on from what the account shows: an enrollment that is
// open is given its result, and no second one is made.
type courseBatch struct {
	keep   account
	from   account // the duplicate, for the note that comes with each result
	moves  []courseMove
	awards bool
}

func (b courseBatch) step(n int) accountStep[[]learnupon.Enrollment] {
	s := accountStep[[]learnupon.Enrollment]{
		account: b.keep, id: fmt.Sprintf("courses-%s-%d", b.keep.Portal, n), title: "Carry over " + count(len(b.moves), "course"),
		read: b.have, write: b.carry,
		holds: func(have []learnupon.Enrollment) bool {
			return !slices.ContainsFunc(b.moves, func(m courseMove) bool { return !m.reached(have) })
		},
	}
	for _, m := range b.moves {
		s.changes = append(s.changes, runbook.Change{Record: b.keep.record(), Field: m.Name, From: statusWords(m.From, ""), To: m.result()})
	}
	return s
}

func (b courseBatch) have(ctx context.Context, c *learnupon.Client) ([]learnupon.Enrollment, error) {
	return c.EnrollmentsOf(ctx, b.keep.ID)
}

// carry checks every course before it writes the first. It reads nothing back:
// Done looks at all of them at once.
func (b courseBatch) carry(ctx context.Context, c *learnupon.Client, have []learnupon.Enrollment) (*[]learnupon.Enrollment, error) {
	for _, m := range b.moves {
		if got := m.standing(have); !m.reached(have) && !m.expects(got) {
			return nil, &runbook.Mismatch{Record: b.keep.record(), Field: m.Name, Want: statusWords(m.From, ""), Got: statusWords(got, "")}
		}
	}
	for i, m := range b.moves {
		if m.reached(have) {
			continue
		}
		if err := b.one(ctx, c, m, have); err != nil {
			return nil, stopped(m, err, i, len(b.moves))
		}
	}
	return nil, nil
}

// one carries a course over. A write whose reply was lost is looked for before
// it counts as failed.
func (b courseBatch) one(ctx context.Context, c *learnupon.Client, m courseMove, have []learnupon.Enrollment) error {
	id := m.open(have)
	if id == 0 {
		var err error
		id, err = c.Enroll(ctx, learnupon.NewEnrollment{UserID: b.keep.ID, CourseID: m.Enroll, Again: m.Again, DueDate: m.Due, AccessExpires: m.Expires})
		if learnupon.AlreadyEnrolled(err) || inDoubt(err) {
			if now, readErr := b.have(ctx, c); readErr == nil && m.open(now) != 0 {
				id, err = m.open(now), nil
			}
		}
		if err != nil {
			return err
		}
	}
	if m.Date == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, m.Date)
	if err != nil {
		return fmt.Errorf("date of the result of course %d: %w", m.Course, err)
	}
	err = c.SetResult(ctx, learnupon.Result{Enrollment: id, Status: m.To, Score: m.Score, At: at, Award: b.awards, Notes: "Carried over from user " + b.from.ID.String() + " when two accounts were merged."})
	if learnupon.HasResult(err) || inDoubt(err) {
		if now, readErr := b.have(ctx, c); readErr == nil && m.reached(now) {
			return nil
		}
	}
	return err
}

// inDoubt reports whether a write may have taken effect although it failed.
func inDoubt(err error) bool {
	sure, ok := errors.AsType[interface {
		error
		Unsure() bool
	}](err)
	return ok && sure.Unsure()
}

// stopped says at which course a step stopped, and what to do about it.
func stopped(m courseMove, err error, done, of int) error {
	const goOn = "Nothing was taken from the duplicate. %s, then run the command again: it plans only the rest. With %d in “Leave out” it goes on without this course."
	switch {
	case learnupon.CourseFull(err):
		return runbook.Refuse("%s is full, and LearnUpon tells so only when somebody is enrolled. "+goOn, m.Name, "Have a place made in it", m.Course)
	case learnupon.NotByAPI(err):
		return runbook.Refuse("LearnUpon does not let anybody be enrolled in %s through its API, as in every course that has only an exam or an assignment. "+goOn, m.Name, "Enroll the account to keep by hand", m.Course)
	}
	if public, ok := runbook.PublicText(err); ok {
		return explained{err, fmt.Sprintf("%s: %s (%d of the %d courses of this step were carried over before.)", m.Name, public, done, of)}
	}
	return err
}

// of keeps the enrollments in the course that count.
func (m courseMove) of(have []learnupon.Enrollment) []learnupon.Enrollment {
	var in []learnupon.Enrollment
	for _, e := range have {
		if e.Course() == m.Course && !e.Unenrolled {
			in = append(in, e)
		}
	}
	return in
}

// open is the number of an enrollment that has no result yet; 0 for none.
func (m courseMove) open(have []learnupon.Enrollment) learnupon.ID {
	for _, e := range m.of(have) {
		if !e.Finished() {
			return e.ID
		}
	}
	return 0
}

// reached reports whether the account is where the move leads: with exactly that
// result, or enrolled at all where there is none to carry.
func (m courseMove) reached(have []learnupon.Enrollment) bool {
	for _, e := range m.of(have) {
		if m.Date == "" || e.Status == m.To && e.DateCompleted.UTC().Format(time.RFC3339) == m.Date && percent(m.Score) == percent(m.scoreOf(e)) {
			return true
		}
	}
	return false
}

// scoreOf is a score that counts: LearnUpon may show one with completed too.
func (m courseMove) scoreOf(e learnupon.Enrollment) string {
	if m.To == learnupon.Completed {
		return ""
	}
	return e.Score
}

// standing is the status of the account in the course; an open one goes first.
func (m courseMove) standing(have []learnupon.Enrollment) string {
	status := ""
	for _, e := range m.of(have) {
		if !e.Finished() {
			return e.Status
		}
		status = e.Status
	}
	return status
}

// expects reports whether the move may start from a status: the planned one, or
// an open enrollment, which is what an interrupted run, or somebody who was
// quicker, leaves.
func (m courseMove) expects(status string) bool {
	e := learnupon.Enrollment{Status: status}
	return status == m.From || status != "" && !e.Finished()
}
