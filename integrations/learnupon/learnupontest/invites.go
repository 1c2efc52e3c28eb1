package learnupontest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// inviteLife is how long an invitation made through the API can be accepted. The vendor's own figure is not published.
const inviteLife = 30 * 24 * time.Hour

// roles are the numbers invitations use for user types.
var roles = []string{"learner", "admin", "instructor", "manager"}

func (s *Server) routeInvites() {
	s.handle("GET", "/group_invites", "", s.listInvites)
	s.handle("GET", "/group_invites/{id}", "", func(c *call) answer {
		i := s.listed(c.pathID())
		if i == nil {
			return noSuch("Group invite")
		}
		return s.page(c, "group_invite", []any{s.inviteRecord(i, !s.options.LinkOnce)})
	})
	s.handle("POST", "/group_invites", "GroupInvite", s.createInvites)
	s.handle("DELETE", "/group_invites/{id}", "", func(c *call) answer {
		i := s.listed(c.pathID())
		if i == nil {
			return noSuch("Group invite")
		}
		if i.Status != "sent" {
			return refuse(http.StatusBadRequest, "the invite can no longer be canceled")
		}
		i.Status = "canceled"
		return done()
	})
	s.handle("POST", "/portal_invite", "Invite", s.createPortalInvite)
	s.routePending()
}

func (s *Server) listed(id int64) *Invite {
	if i := s.portal.invite(id); i != nil && !i.Unlisted {
		return i
	}
	return nil
}

// listInvites knows group_id; every other filter is ignored.
func (s *Server) listInvites(c *call) answer {
	group := c.queryID("group_id")
	var records []any
	for _, i := range s.portal.invites {
		if !i.Unlisted && (group == 0 || i.GroupID == group) {
			records = append(records, s.inviteRecord(i, !s.options.LinkOnce))
		}
	}
	return s.page(c, "group_invite", records)
}

func (s *Server) inviteRecord(i *Invite, withLink bool) map[string]any {
	var group, link any
	if i.GroupID != 0 {
		group = i.GroupID
	}
	if withLink {
		link = acceptPath(i.token)
	}
	return map[string]any{
		"id": i.ID, "group_id": group, "invite_email_address": i.Email, "invite_status": i.Status, "accept_url": link,
		"first_name": null(i.FirstName), "last_name": null(i.LastName), "username": nil, "user_type": i.Type,
		"created_at": stamp(i.CreatedAt), "expires_at": stamp(i.ExpiresAt),
		"last_reminder_sent_at": stamp(i.LastReminderAt), "num_reminders_sent": i.Reminders,
		"sf_contact_id": null(i.SFContactID), "sf_user_id": null(i.SFUserID),
		"customDataFieldValues": s.customValues(i.CustomData),
	}
}

// role reads a user type by its number; 0 is a learner.
func role(number int64) (string, bool) {
	if number == 0 {
		return roles[0], true
	}
	if number < 0 || number > int64(len(roles)) {
		return "", false
	}
	return roles[number-1], true
}

func (s *Server) createInvites(c *call) answer {
	group := c.number("group_id")
	name, known := role(c.number("group_membership_type_id"))
	if !known {
		return refuse(http.StatusBadRequest, "group_membership_type_id is invalid")
	}
	if group != 0 && s.portal.group(group) == nil {
		return noSuch("Group")
	}
	var invites []*Invite
	for email := range strings.SplitSeq(c.text("email_addresses"), ",") {
		email = strings.TrimSpace(email)
		if !strings.Contains(email, "@") {
			return refuse(http.StatusBadRequest, "email_addresses is invalid")
		}
		if s.alreadyInvited(email, group) {
			return refuse(http.StatusBadRequest, "this user has already been invited")
		}
		invites = append(invites, &Invite{
			Email: email, GroupID: group, Type: name, FirstName: c.text("first_name"), LastName: c.text("last_name"),
			ExpiresAt: s.now().Add(inviteLife),
		})
	}
	var records []any
	for _, i := range invites {
		s.keepInvite(i)
		records = append(records, s.inviteRecord(i, true))
	}
	return ok(map[string]any{"group_invite": records})
}

// alreadyInvited counts lapsed invitations too: they have to be withdrawn before a new one can be made.
func (s *Server) alreadyInvited(email string, group int64) bool {
	return slices.ContainsFunc(s.portal.invites, func(i *Invite) bool {
		return strings.EqualFold(i.Email, email) && i.GroupID == group && i.Status == "sent"
	})
}

func (s *Server) createPortalInvite(c *call) answer {
	email := c.text("email")
	name, known := role(c.number("portal_membership_type_id"))
	if !strings.Contains(email, "@") || !known {
		return refuse(http.StatusBadRequest, "invalid invite")
	}
	i := &Invite{
		Email: email, GroupID: c.number("group_id"), Type: name, FirstName: c.text("first_name"),
		LastName: c.text("last_name"), SFContactID: c.text("sf_contact_id"), SFUserID: c.text("sf_user_id"), Unlisted: true,
		ExpiresAt: s.now().Add(inviteLife),
	}
	if at, err := time.Parse(time.DateOnly, c.text("expires_at")); err == nil {
		i.ExpiresAt = at
	}
	s.keepInvite(i)
	return ok(map[string]any{"id": i.ID, "email": i.Email})
}

const pendingRoute = "/group_invite_course_enrollments"

func (s *Server) routePending() {
	s.handle("GET", pendingRoute, "", func(c *call) answer {
		var records []any
		for _, p := range s.portal.pending {
			i := s.portal.invite(p.InviteID)
			if !fits(c, "course_id", p.CourseID) || i == nil || !fits(c, "group_id", i.GroupID) {
				continue
			}
			records = append(records, s.pendingRecord(p))
		}
		return s.page(c, "group_invite_course_enrollment", records)
	})
	s.handle("GET", pendingRoute+"/{id}", "", func(c *call) answer {
		p := s.pending(c.pathID())
		if p == nil {
			return noSuch("Group invite course enrollment")
		}
		return s.page(c, "group_invite_course_enrollment", []any{s.pendingRecord(p)})
	})
	s.handle("POST", pendingRoute, "GroupInviteCourseEnrollment", func(c *call) answer {
		i, course := s.listed(c.number("group_invite_id")), s.courseIn(c)
		if i == nil || course == nil {
			return noSuch("Group invite or course")
		}
		p := &Pending{ID: s.realm.next(), InviteID: i.ID, CourseID: course.ID}
		s.portal.pending = append(s.portal.pending, p)
		return made(p.ID)
	})
	s.handle("DELETE", pendingRoute+"/{id}", "", func(c *call) answer {
		p := s.pending(c.pathID())
		if p == nil {
			return noSuch("Group invite course enrollment")
		}
		s.portal.pending = slices.DeleteFunc(s.portal.pending, func(other *Pending) bool { return other == p })
		return done()
	})
}

func (s *Server) pending(id int64) *Pending {
	return find(s.portal.pending, func(p *Pending) bool { return p.ID == id })
}

func (s *Server) pendingRecord(p *Pending) map[string]any {
	name := ""
	if c := s.portal.course(p.CourseID); c != nil {
		name = c.Name
	}
	return map[string]any{"id": p.ID, "group_invite_id": p.InviteID, "course_id": p.CourseID, "course_name": name}
}

// fits reports whether a record passes a filter that was, or was not, given.
func fits(c *call, filter string, value int64) bool {
	return c.query(filter) == "" || c.query(filter) == strconv.FormatInt(value, 10)
}
