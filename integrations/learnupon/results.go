package learnupon

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"registrar/integrations/rest"
)

// The writes of this file are not read back one by one: EnrollmentsOf shows any number of them in one call, and who
// makes many is expected to look there.

// NewEnrollment is a place in a course to make. When it was made cannot be set.
type NewEnrollment struct {
	UserID   ID
	CourseID ID
	// Again enrolls somebody who has finished the course before; the old record stays.
	Again         bool
	DueDate       Time // zero: what the course says
	AccessExpires Time // zero: what the course says
}

// Enroll makes an enrollment, not started yet, and returns its number. See [AlreadyEnrolled], [CourseFull] and
// [NotByAPI] for refusals to expect. The portal may mail the person about it.
func (c *Client) Enroll(ctx context.Context, n NewEnrollment) (ID, error) {
	fields := map[string]any{"user_id": n.UserID, "course_id": n.CourseID}
	if n.Again {
		fields["re_enroll_if_completed"] = "true"
	}
	if !n.DueDate.IsZero() {
		fields["due_date"] = n.DueDate.UTC().Format(time.DateOnly)
	}
	if !n.AccessExpires.IsZero() {
		fields["expires_at"] = n.AccessExpires.UTC().Format(time.DateOnly)
	}
	r := rest.Request{Method: http.MethodPost, Route: "/enrollments", Body: wrapped("Enrollment", fields)}
	res, err := c.api.Do(ctx, r)
	if err != nil {
		return 0, err
	}
	var made struct {
		ID     ID `json:"id"`
		UserID ID `json:"user_id"`
	}
	if json.Unmarshal(res.Body, &made) != nil || made.ID == 0 || made.UserID != 0 && made.UserID != n.UserID {
		return 0, c.api.Unclear(r, res, errShape)
	}
	return made.ID, nil
}

// AlreadyEnrolled reports whether err is the refusal to enroll somebody a second time. Its status is known (400 or 422,
// observed in 2026), its words are not, so the enrollments have to be read to be sure.
func AlreadyEnrolled(err error) bool { return refusedWith(err, "already") }

// CourseFull reports whether err says that a live session of the course has no place left. Nothing tells before.
func CourseFull(err error) bool { return refusedWith(err, "capacity") }

// NotByAPI reports whether err is how LearnUpon refuses courses that cannot be enrolled in through the API, such as one
// without modules or with nothing but an exam (observed in 2026): it asks to try again, and never agrees.
func NotByAPI(err error) bool { return refusedWith(err, "internal error, please try again") }

// Result is how a course ended for a learner.
type Result struct {
	Enrollment ID
	Status     string    // Completed, Passed or Failed
	Score      string    // in percent; needed for Passed and Failed, and refused for Completed
	At         time.Time // may lie in the past; to the second
	Notes      string    // at most 2000 characters
	// Award gives the certificate, the credits and the badges of the course, as if the person had just finished it.
	Award bool
}

// SetResult ends an open enrollment with a result. LearnUpon takes one result for each enrollment, see [HasResult]; work
// in progress cannot be made. Afterwards the course counts as started at the moment at which it ended. The portal may
// mail the person about it.
func (c *Client) SetResult(ctx context.Context, n Result) error {
	award := "false"
	if n.Award {
		award = "true"
	}
	fields := map[string]any{
		"enrollment_id": n.Enrollment, "status": n.Status, "date_completed": n.At.UTC().Format("2006-01-02T15:04:05Z"),
		"award_certs": award, "award_credits": award, "award_badges": award,
	}
	if n.Status != Completed {
		fields["percentage"] = n.Score
	}
	if n.Notes != "" {
		fields["notes"] = n.Notes
	}
	r := rest.Request{Method: http.MethodPost, Route: "/markcompletes", Body: wrapped("Markcomplete", fields)}
	if n.Status != Completed && n.Status != Passed && n.Status != Failed || n.Status != Completed && n.Score == "" || n.At.IsZero() {
		return c.api.Invalid(r, "a result is completed, or passed or failed with a score, and has a date")
	}
	_, err := c.api.Do(ctx, r)
	return err
}

// HasResult reports whether err is the refusal to set a second result for an enrollment.
func HasResult(err error) bool { return refusedWith(err, "already exist") }
