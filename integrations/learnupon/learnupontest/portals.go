package learnupontest

import (
	"strconv"
	"strings"
	"time"
)

// What the audit trail records; there are no other rows: creation, edits, invites and renames leave none.
const (
	auditSetComplete  = 1
	auditUnenrolled   = 2
	auditUserDeleted  = 3
	auditDisabled     = 4
	auditEnabled      = 5
	auditGroupDeleted = 11
	auditLeftGroup    = 12
)

const auditWindow = 30 * 24 * time.Hour

func (s *Server) auditLogin(p *portal, u *User) {
	action := auditEnabled
	if u.Disabled {
		action = auditDisabled
	}
	p.log(action, u.Email, "", s.now())
}

func (s *Server) routePortals() {
	s.handle("GET", "/portals", "", func(c *call) answer {
		var records []any
		for _, p := range s.realm.portals {
			if p != s.portal && !s.portal.top || !strings.Contains(strings.ToLower(p.title), strings.ToLower(c.query("title"))) {
				continue
			}
			records = append(records, map[string]any{
				"id": p.id, "title": p.title, "subdomain": p.subdomain, "created_at": stamp(p.createdAt),
				"updated_at": stamp(p.createdAt), "allow_course_authoring": true, "number_of_members": len(p.users),
				"number_licenses_purchased": p.seats, "number_licenses_used": len(p.users),
			})
		}
		return s.page(c, "portals", records)
	})
	// A GET that changes the keys: whoever calls it locks everybody out.
	s.handle("GET", "/portals/{id}/generate_keys", "", func(c *call) answer {
		p := find(s.realm.portals, func(p *portal) bool { return p.id == c.pathID() })
		if p == nil {
			return noSuch("Portal")
		}
		p.username, p.password, p.rotated = token(), token(), true
		return ok(map[string]any{"portal": []any{
			map[string]any{"id": p.id, "username": p.username, "password": p.password},
		}})
	})
	s.handle("GET", "/audit-trails", "", func(c *call) answer {
		from, to := s.now().Add(-auditWindow), s.now()
		if start, end, given := strings.Cut(c.query("date_range"), ","); given {
			from, to = later(start, from), later(end, to)
		}
		var records []any
		for _, row := range s.portal.audit {
			if c.query("action") != "" && c.query("action") != strconv.Itoa(row.action) || row.at.Before(from) || row.at.After(to) {
				continue
			}
			records = append(records, map[string]any{
				"action": row.action, "initiated_by_user": "Automation", "initiated_by_user_email": nil,
				"impacted_user_email": row.impacted, "impacted_data": row.data, "date_and_time_utc": stamp(row.at),
			})
		}
		return s.page(c, "audit_trails", records)
	})
}

func later(text string, otherwise time.Time) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return otherwise
	}
	return at
}
