package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
)

// courseMove brings one course of the kept account to where the duplicate has
// it.
type courseMove struct {
	Course  learnupon.ID   `json:"course"`           // whatever the version
	Enroll  learnupon.ID   `json:"enroll,omitempty"` // the version to enroll in; 0: an open enrollment is there
	Again   bool           `json:"again,omitempty"`  // beside a finished one that is worse
	Name    string         `json:"name"`             // as the duplicate has it
	From    string         `json:"from,omitempty"`   // status on the kept account; "": not enrolled
	To      string         `json:"to"`               // status to reach
	Score   string         `json:"score,omitempty"`  // in percent, with passed and failed
	Date    string         `json:"date,omitempty"`   // of the result, RFC 3339
	Due     learnupon.Time `json:"due,omitzero"`     // of what is not started
	Expires learnupon.Time `json:"expires,omitzero"` // access to what is not started
}

// courseCase is a course of the duplicate beside what the kept account has of
// it.
type courseCase struct {
	course learnupon.ID
	best   learnupon.Enrollment
	rest   []learnupon.Enrollment // of the duplicate, beside the best
	kept   []learnupon.Enrollment // of the kept account
}

// compare pairs what the two accounts have of each course, in the order in
// which the duplicate came to them. Withdrawn enrollments are not counted.
func compare(keep, duplicate []learnupon.Enrollment) []courseCase {
	var cases []courseCase
	for _, e := range duplicate {
		if e.Unenrolled {
			continue
		}
		i := slices.IndexFunc(cases, func(c courseCase) bool { return c.course == e.Course() })
		switch {
		case i < 0:
			cases = append(cases, courseCase{course: e.Course(), best: e})
		case better(e, cases[i].best):
			cases[i].best, cases[i].rest = e, append(cases[i].rest, cases[i].best)
		default:
			cases[i].rest = append(cases[i].rest, e)
		}
	}
	for i := range cases {
		for _, e := range keep {
			if e.Course() == cases[i].course && !e.Unenrolled {
				cases[i].kept = append(cases[i].kept, e)
			}
		}
	}
	return cases
}

// worth orders statuses by what they are worth to the learner. An attempt under
// way is worth more than a failed one, and is never ended by it.
func worth(e learnupon.Enrollment) int {
	switch e.Status {
	case learnupon.Completed, learnupon.Passed:
		return 4
	case learnupon.PendingReview:
		return 3
	case learnupon.InProgress:
		return 2
	case learnupon.Failed:
		return 1
	}
	return 0
}

// better reports whether a is worth more than b: by status, by score where both
// have passed with one, and of equals the one that can be carried or is later.
func better(a, b learnupon.Enrollment) bool {
	if order := compareWorth(a, b); order != 0 {
		return order > 0
	}
	if (a.Score == "") != (b.Score == "") {
		return a.Score != ""
	}
	return a.DateCompleted.After(b.DateCompleted.Time)
}

func compareWorth(a, b learnupon.Enrollment) int {
	if order := cmp.Compare(worth(a), worth(b)); order != 0 {
		return order
	}
	if a.Status == learnupon.Passed && b.Status == learnupon.Passed && a.Score != "" && b.Score != "" {
		return cmp.Compare(percent(a.Score), percent(b.Score))
	}
	return 0
}

// percent is a score as a number; -1 for none.
func percent(score string) float64 {
	n, err := strconv.ParseFloat(score, 64)
	if err != nil {
		return -1
	}
	return n
}

// asGood is the kept account's record that is as good as the duplicate's best,
// or better. What the duplicate has not finished needs no more than a place.
func (c courseCase) asGood() bool {
	return slices.ContainsFunc(c.kept, func(e learnupon.Enrollment) bool {
		return !c.best.Finished() || compareWorth(e, c.best) >= 0
	})
}

func (c courseCase) open() (learnupon.Enrollment, bool) {
	for _, e := range c.kept {
		if !e.Finished() {
			return e, true
		}
	}
	return learnupon.Enrollment{}, false
}

// carriable says why LearnUpon would not take the duplicate's result.
func (c courseCase) carriable() string {
	switch e := c.best; {
	case (e.Status == learnupon.Passed || e.Status == learnupon.Failed) && e.Score == "":
		return "LearnUpon takes no such result without a score"
	case e.Finished() && e.DateCompleted.IsZero():
		return "it has no date, and LearnUpon takes no result without one"
	}
	return ""
}

// move is what the course needs; the catalogue says which version can be
// enrolled in, and why none can.
func (c courseCase) move(list catalogue) (courseMove, string) {
	e := c.best
	m := courseMove{Course: c.course, Name: courseName(e), To: e.Status}
	if e.Finished() {
		m.Date = e.DateCompleted.UTC().Format(time.RFC3339)
		if e.Status != learnupon.Completed {
			m.Score = e.Score
		}
	} else {
		m.To, m.Due, m.Expires = learnupon.NotStarted, list.ahead(e.DueDate), list.ahead(e.AccessExpires)
	}
	if open, there := c.open(); there {
		m.From = open.Status
		return m, ""
	}
	if len(c.kept) > 0 {
		m.From, m.Again = c.kept[0].Status, true
	}
	course, why := list.enrollable(c.course)
	m.Enroll = course.ID
	return m, why
}

// catalogue is the portal's courses by what is the same for all versions, and
// the time at which it was read.
type catalogue struct {
	courses map[learnupon.ID]learnupon.Course
	at      time.Time
}

// ahead drops a date that is over.
func (l catalogue) ahead(t learnupon.Time) learnupon.Time {
	if t.After(l.at) {
		return t
	}
	return learnupon.Time{}
}

func (l catalogue) add(c learnupon.Course) {
	old, there := l.courses[c.Source()]
	published := func(c learnupon.Course) int {
		if c.State == learnupon.CoursePublished {
			return 1
		}
		return 0
	}
	if !there || cmp.Or(cmp.Compare(published(c), published(old)), cmp.Compare(c.Version, old.Version)) > 0 {
		l.courses[c.Source()] = c
	}
}

func (l catalogue) enrollable(course learnupon.ID) (learnupon.Course, string) {
	c, listed := l.courses[course]
	switch {
	case !listed || c.State == learnupon.CourseArchived:
		return c, "the course was deleted or archived"
	case c.State == learnupon.CourseDraft:
		return c, "the course is a draft"
	case c.Modules != nil && *c.Modules == 0:
		return c, "the course has no modules, and LearnUpon enrolls nobody in such a one"
	}
	return c, ""
}

func courseName(e learnupon.Enrollment) string {
	if e.CourseName == "" {
		return "course " + e.CourseID.String()
	}
	return "“" + e.CourseName + "”"
}

// courseLine is an enrollment in words.
func courseLine(e learnupon.Enrollment) string {
	line := courseName(e) + ", " + statusWords(e.Status, e.Score)
	if e.Finished() && !e.DateCompleted.IsZero() {
		line += " on " + findings.Day(e.DateCompleted)
	}
	return line
}

// statusWords is a status as people read it.
func statusWords(status, score string) string {
	if status == "" {
		return "not enrolled"
	}
	words := strings.ReplaceAll(status, "_", " ")
	if score != "" {
		words = fmt.Sprintf("%s with %s %%", words, score)
	}
	return words
}

// result is what the move leads to, in words.
func (m courseMove) result() string {
	words := statusWords(m.To, m.Score)
	if at, err := time.Parse(time.RFC3339, m.Date); err == nil {
		words += " on " + at.Format("2 Jan 2006 15:04 MST")
	}
	if m.Again {
		words += ", enrolled again beside the old record"
	}
	if due := findings.Day(m.Due); due != "" {
		words += ", due on " + due
	}
	if ends := findings.Day(m.Expires); ends != "" {
		words += ", open until " + ends
	}
	return words
}
