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
	ID            ID     `json:"id"`
	UserID        ID     `json:"user_id"`
	CourseID      ID     `json:"course_id"`
	CourseName    string `json:"course_name"`
	Status        string `json:"status"`
	DateEnrolled  Time   `json:"date_enrolled"`
	DateCompleted Time   `json:"date_completed"`
	Unenrolled    bool   `json:"unenrolled"` // withdrawn; LearnUpon goes on listing it
}

// UnmarshalJSON reads the flag in any of the forms it comes in.
func (e *Enrollment) UnmarshalJSON(b []byte) error {
	type fields Enrollment
	raw := struct {
		*fields
		Unenrolled flag `json:"unenrolled"`
	}{fields: (*fields)(e)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	e.Unenrolled = bool(raw.Unenrolled)
	return nil
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
