package learnupon

import (
	"context"
	"net/http"
	"net/url"

	"registrar/integrations/rest"
)

// PendingEnrollment is a course that starts when an invite is accepted.
type PendingEnrollment struct {
	ID         ID     `json:"id"`
	InviteID   ID     `json:"group_invite_id"`
	CourseID   ID     `json:"course_id"`
	CourseName string `json:"course_name"`
}

const pendingRoute = "/group_invite_course_enrollments"

// PendingEnrollments returns the courses that wait for the invite to be accepted. The API can only be asked by group;
// an invite to the portal alone is looked for among all.
func (c *Client) PendingEnrollments(ctx context.Context, invite Invite) ([]PendingEnrollment, error) {
	query := url.Values{}
	if invite.GroupID != 0 {
		query.Set("group_id", invite.GroupID.String())
	}
	found := pages[PendingEnrollment](ctx, c.api, get(pendingRoute, query),
		"group_invite_course_enrollment", "group_invite_course_enrollments")
	return all(found, func(p PendingEnrollment) bool { return p.InviteID == invite.ID })
}

// AddPendingEnrollment makes a course wait for the invite, and reads it back.
func (c *Client) AddPendingEnrollment(ctx context.Context, invite Invite, course ID) error {
	r := rest.Request{
		Method: http.MethodPost, Route: pendingRoute,
		Body: wrapped("GroupInviteCourseEnrollment", map[string]any{"group_invite_id": invite.ID, "course_id": course}),
	}
	res, err := c.api.Do(ctx, r)
	if err != nil {
		return err
	}
	pending, err := c.PendingEnrollments(ctx, invite)
	if err != nil {
		return c.api.Unclear(r, res, err)
	}
	for _, p := range pending {
		if p.CourseID == course {
			return nil
		}
	}
	return c.api.Unclear(r, res, rest.ErrNotApplied)
}
