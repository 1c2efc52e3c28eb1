package learnupontest

import (
	"net/http"
	"slices"
	"strings"
)

func (s *Server) routeGroups() {
	s.handle("GET", "/groups", "", func(c *call) answer {
		title := strings.ToLower(c.query("title"))
		var records []any
		for _, g := range s.portal.groups { // the title is a pattern
			if strings.Contains(strings.ToLower(g.Title), title) {
				records = append(records, map[string]any{
					"id": g.ID, "title": g.Title, "description": null(g.Description), "created_at": stamp(g.CreatedAt),
					"updated_at": stamp(g.CreatedAt), "number_of_members": s.portal.members(g.ID),
				})
			}
		}
		return s.page(c, "groups", records)
	})
	s.handle("POST", "/groups", "Group", func(c *call) answer {
		title := c.text("title")
		if title == "" || s.titled(title) != nil {
			return refuse(http.StatusBadRequest, "title is missing or has already been taken")
		}
		g := &Group{ID: s.realm.next(), Title: title, Description: c.text("description"), CreatedAt: s.now()}
		s.portal.groups = append(s.portal.groups, g)
		return made(g.ID)
	})
	s.handle("PUT", "/groups/{id}", "Group", func(c *call) answer {
		g := s.portal.group(c.pathID())
		if g == nil {
			return noSuch("Group")
		}
		if other := s.titled(c.text("title")); other != nil && other != g {
			return refuse(http.StatusBadRequest, "title has already been taken")
		}
		g.Title = or(c.text("title"), g.Title)
		if c.has("description") {
			g.Description = c.text("description")
		}
		return made(g.ID)
	})
	s.handle("DELETE", "/groups/{id}", "", func(c *call) answer {
		g := s.portal.group(c.pathID())
		if g == nil {
			return noSuch("Group")
		}
		p := s.portal
		p.groups = slices.DeleteFunc(p.groups, func(other *Group) bool { return other == g })
		p.memberships = slices.DeleteFunc(p.memberships, func(m *membership) bool { return m.group == g.ID })
		p.log(auditGroupDeleted, "", g.Title, s.now())
		return done()
	})
	s.routeMemberships()
	s.routeRights()
}

func (s *Server) titled(title string) *Group {
	return find(s.portal.groups, func(g *Group) bool { return strings.EqualFold(g.Title, title) })
}

func (s *Server) routeMemberships() {
	s.handle("GET", "/group_memberships", "", s.listMemberships)
	s.handle("POST", "/group_memberships", "GroupMembership", func(c *call) answer {
		g, u := s.portal.group(c.number("group_id")), s.portal.user(c.number("user_id"))
		if g == nil || u == nil {
			return noSuch("Group or user")
		}
		if c.text("process_enrollments") != "false" {
			s.enrollMember(g.ID, u.ID)
		}
		return made(s.portal.join(s.realm, g.ID, u.ID))
	})
	// With id 0 the body says who leaves what, and has to be wrapped; with a real one it is flat or absent.
	s.handle("DELETE", "/group_memberships/{id}", "", func(c *call) answer {
		group, user := int64(0), int64(0)
		if c.pathID() == 0 {
			inner, wrapped := c.bare["GroupMembership"].(map[string]any)
			if !wrapped {
				return refuse(http.StatusNotFound, "Invalid groupmembership parameters provided")
			}
			c.fields = inner
			group, user = c.number("group_id"), c.number("user_id")
		}
		m := find(s.portal.memberships, func(m *membership) bool {
			return m.id == c.pathID() || m.group == group && m.user == user
		})
		if m == nil {
			return noSuch("Group membership")
		}
		s.portal.memberships = slices.DeleteFunc(s.portal.memberships, func(other *membership) bool { return other == m })
		if u := s.portal.user(m.user); u != nil {
			s.portal.log(auditLeftGroup, u.Email, "", s.now())
		}
		return done()
	})
}

// enrollMember gives a new member the group's courses, as the vendor does unless it is told not to.
func (s *Server) enrollMember(group, user int64) {
	for _, gc := range s.portal.groupCourse {
		has := slices.ContainsFunc(s.portal.enrollments, func(e *Enrollment) bool { return e.UserID == user && e.CourseID == gc.course && !e.Unenrolled })
		if gc.group == group && !has {
			s.keepEnrollment(&Enrollment{UserID: user, CourseID: gc.course})
		}
	}
}

// listMemberships lists users of a group or groups of a user, under different keys. The membership's own number shows
// with version_id=1.1 only, and then takes the place of the user's.
func (s *Server) listMemberships(c *call) answer {
	var records []any
	switch {
	case c.query("group_id") != "":
		for _, m := range s.portal.memberships {
			u := s.portal.user(m.user)
			if m.group != c.queryID("group_id") || u == nil {
				continue
			}
			record := map[string]any{
				"id": u.ID, "email": u.Email, "first_name": null(u.FirstName), "last_name": null(u.LastName),
			}
			if c.query("version_id") == "1.1" {
				record["id"], record["user_id"] = m.id, u.ID
			}
			records = append(records, record)
		}
		return s.page(c, "user", records)
	case c.query("user_id") != "":
		for _, m := range s.portal.memberships {
			if g := s.portal.group(m.group); m.user == c.queryID("user_id") && g != nil {
				records = append(records, map[string]any{"id": g.ID, "title": g.Title})
			}
		}
		return s.page(c, "group", records)
	default:
		return noSuch("Group or user")
	}
}

func (s *Server) routeRights() {
	s.handle("GET", "/group_managers", "", func(c *call) answer {
		var records []any
		for _, g := range s.portal.rights {
			u := s.portal.user(g.user)
			if u == nil || !fits(c, "group_id", g.group) || !fits(c, "user_id", g.user) ||
				c.query("email") != "" && !strings.EqualFold(c.query("email"), u.Email) {
				continue
			}
			records = append(records, map[string]any{
				"id": g.id, "group_id": g.group, "user_id": g.user, "can_create_users": g.createUsers,
				"number_of_courses": 0, "number_of_members": s.portal.members(g.group),
				"created_at": stamp(g.at), "updated_at": stamp(g.at),
			})
		}
		return s.page(c, "group_managers", records)
	})
	s.handle("POST", "/group_managers", "GroupManager", func(c *call) answer {
		g, u := s.portal.group(c.number("group_id")), s.portal.user(c.number("user_id"))
		switch {
		case g == nil || u == nil:
			return noSuch("Group or user")
		case u.Type != "manager":
			return refuse(http.StatusBadRequest, "the user is not a manager")
		}
		made := &rights{
			id: s.realm.next(), group: g.ID, user: u.ID, createUsers: c.text("can_create_users") == "true", at: s.now(),
		}
		s.portal.rights = append(s.portal.rights, made)
		return ok(map[string]any{"id": made.id})
	})
	s.handle("DELETE", "/group_managers/{id}", "", func(c *call) answer {
		before := len(s.portal.rights)
		s.portal.rights = slices.DeleteFunc(s.portal.rights, func(g *rights) bool { return g.id == c.pathID() })
		if len(s.portal.rights) == before {
			return noSuch("Group manager")
		}
		return done()
	})
}
