package learnupon

import (
	"context"
	"encoding/json"
	"net/url"
)

// Statuses of an enrollment, in the order a learner goes through them.
const (
	NotStarted    = "not_started"
	InProgress    = "in_progress"
	Completed     = "completed"
	Passed        = "passed"
	Failed        = "failed"
	PendingReview = "pending_review"
)

// Enrollment is a user's place in a course. A user may have several for one course.
type Enrollment struct {
	ID                 ID     `json:"id"`
	UserID             ID     `json:"user_id"`
	CourseID           ID     `json:"course_id"`
	CourseSourceID     ID     `json:"course_source_id"` // the same for all versions of a course
	CourseName         string `json:"course_name"`      // "" where the course was deleted
	Version            Int    `json:"version"`          // of the course
	Status             string `json:"status"`
	Score              string `json:"percentage"` // in percent, as it was given; "" for none
	DateEnrolled       Time   `json:"date_enrolled"`
	DateStarted        Time   `json:"date_started"`
	DateCompleted      Time   `json:"date_completed"`
	DueDate            Time   `json:"due_date"`
	AccessExpires      Time   `json:"course_access_expires_at"`
	Certificate        string `json:"certificate_name"`
	CertificateExpires Time   `json:"cert_expires_at"`
	Unenrolled         bool   `json:"unenrolled"` // withdrawn; LearnUpon goes on listing it
}

// UnmarshalJSON reads flags and scores in any of the forms they come in.
func (e *Enrollment) UnmarshalJSON(b []byte) error {
	type fields Enrollment
	raw := struct {
		*fields
		Unenrolled flag `json:"unenrolled"`
		Score      text `json:"percentage"`
	}{fields: (*fields)(e)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	e.Unenrolled, e.Score = bool(raw.Unenrolled), string(raw.Score)
	return nil
}

// Course is the number that stands for the course whatever its version.
func (e Enrollment) Course() ID {
	if e.CourseSourceID != 0 {
		return e.CourseSourceID
	}
	return e.CourseID
}

// Finished reports whether the course is over for the learner, well or not.
func (e Enrollment) Finished() bool {
	return e.Status == Completed || e.Status == Passed || e.Status == Failed
}

// EnrollmentsOf returns a user's enrollments, each once: the pages have been seen to repeat some.
func (c *Client) EnrollmentsOf(ctx context.Context, user ID) ([]Enrollment, error) {
	query := url.Values{"user_id": {user.String()}}
	seen := map[ID]bool{}
	found := pages[Enrollment](ctx, c.api, get("/enrollments/search", query), "enrollments")
	return all(found, func(e Enrollment) bool {
		again := seen[e.ID]
		seen[e.ID] = true
		return !again && e.UserID == user
	})
}

// ByStatus counts enrollments by status, without those that were withdrawn.
func ByStatus(enrollments []Enrollment) map[string]int {
	counts := map[string]int{}
	for _, e := range enrollments {
		if !e.Unenrolled {
			counts[e.Status]++
		}
	}
	return counts
}
