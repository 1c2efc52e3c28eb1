package learnupon

import (
	"context"
	"iter"
	"net/url"

	"registrar/integrations/rest"
)

// Where a course stands.
const (
	CoursePublished = "published"
	CourseDraft     = "draft"
	CourseArchived  = "archived"
)

// Course is one version of something to learn. Its own counts of learners are left out: they lag, and can read 0.
type Course struct {
	ID       ID     `json:"id"`
	SourceID ID     `json:"source_id"` // the same for all versions
	Name     string `json:"name"`
	Version  Int    `json:"version"`
	State    string `json:"published_status_id"`
	Modules  *Int   `json:"number_of_modules"`     // nil: not told
	Credits  string `json:"credits_to_be_awarded"` // "CEU:2.00,CPE:3.00"
	OwnerID  ID     `json:"owner_id"`              // an admin or an instructor; 0: not told
}

// Source is the number that stands for the course whatever its version.
func (c Course) Source() ID {
	if c.SourceID != 0 {
		return c.SourceID
	}
	return c.ID
}

// Courses walks through the newest versions of all courses, drafts included. Deleted ones are not among them, and
// whether archived ones are is not documented: who is not listed cannot be enrolled in. No call asks for one course.
func (c *Client) Courses(ctx context.Context) iter.Seq2[Course, error] {
	return pages[Course](ctx, c.api, get("/courses", url.Values{"include_draft": {"true"}}), "courses")
}

// PathEnrollment is a user's place in a learning path.
type PathEnrollment struct {
	ID     ID     `json:"id"`
	UserID ID     `json:"user_id"`
	PathID ID     `json:"learning_path_id"`
	Name   string `json:"learning_path_name"`
	Status string `json:"status"` // not_started, in_progress or completed
}

// PathsOf returns a user's places in learning paths; none where the portal has no learning paths.
func (c *Client) PathsOf(ctx context.Context, user ID) ([]PathEnrollment, error) {
	query := url.Values{"user_id": {user.String()}}
	found := pages[PathEnrollment](ctx, c.api, get("/learning_path_enrollments/search", query),
		"learning_path_enrollments", "enrollments", "learning_path_enrollment")
	paths, err := all(found, func(p PathEnrollment) bool { return p.UserID == user })
	if rest.IsNotFound(err) {
		return nil, nil
	}
	return paths, err
}
