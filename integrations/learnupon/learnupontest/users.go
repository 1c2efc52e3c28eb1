package learnupontest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) routeUsers() {
	s.handle("GET", "/users", "", s.listUsers)
	s.handle("GET", "/users/search", "", s.searchUsers)
	s.handle("GET", "/users/customuserdata", "", func(c *call) answer {
		return s.page(c, "customDataFieldDefinitions", s.definitions())
	})
	s.handle("GET", "/users/{id}", "", func(c *call) answer {
		u := s.portal.user(c.pathID())
		if u == nil {
			return s.noUser(c)
		}
		record := s.userRecord(u, c)
		record["timezone_id"] = u.TimeZone
		record["awards"] = []any{}
		return s.userAnswer(c, []any{record})
	})
	s.handle("POST", "/users", "User", s.createUser)
	s.handle("PUT", "/users/{id}", "User", s.updateUser)
	s.handle("DELETE", "/users/{id}", "", s.deleteUser)
}

// userAnswer puts the misspelt definitions before the users, as the vendor does.
func (s *Server) userAnswer(c *call, users []any) answer {
	return s.page(c, "user", users, pair{"customDataFieldDefintions", s.definitions()})
}

func (s *Server) definitions() []any {
	var all []any
	for i, label := range s.portal.fields {
		all = append(all, map[string]any{"id": 230 + i, "label": label, "type_id": 1, "predefined_values": nil})
	}
	return all
}

func (s *Server) customValues(data map[string]string) []any {
	values := []any{}
	for i, label := range s.portal.fields {
		if value, there := data[label]; there {
			values = append(values, map[string]any{"definition_id": 230 + i, "value": value})
		}
	}
	return values
}

func (s *Server) userRecord(u *User, c *call) map[string]any {
	started, enrolled := 0, 0
	for _, e := range s.portal.enrollments {
		if e.UserID == u.ID {
			enrolled++
			if e.Status != "not_started" {
				started++
			}
		}
	}
	salesforce := 0
	if u.FromSalesforce {
		salesforce = 1
	}
	var custom any
	if len(u.CustomData) > 0 {
		custom = u.CustomData
	}
	record := map[string]any{
		"id": u.ID, "email": u.Email, "username": nil, "first_name": null(u.FirstName), "last_name": null(u.LastName),
		"locale": u.Language, "user_type": u.Type, "membership_type": "Member", "enabled": !u.Disabled,
		"account_expires": null(u.AccountExpires), "CustomData": custom,
		"customDataFieldValues": s.customValues(u.CustomData), "can_enroll": true, "can_delete_users": false,
		"sf_contact_id": null(u.SFContactID), "sf_user_id": null(u.SFUserID), "is_salesforce_contact": salesforce,
		"created_at": stamp(u.CreatedAt), "last_sign_in_at": stamp(u.LastSignInAt), "sign_in_count": u.SignIns,
		"number_of_enrollments": enrolled, "number_of_enrollments_accessed": started,
		"number_of_points": u.Points, "number_of_badges": u.Badges,
	}
	for _, name := range u.Permissions {
		record[name] = true
	}
	switch c.query("version_id") {
	case "1.2":
		record["timezone_id"] = u.TimeZone
		fallthrough
	case "1.1":
		record["updated_at"] = stamp(u.UpdatedAt)
	}
	return record
}

// listUsers knows login_enabled; every other filter is ignored.
func (s *Server) listUsers(c *call) answer {
	return s.userAnswer(c, s.usersWhere(c, func(*User) bool { return true }))
}

func (s *Server) usersWhere(c *call, is func(*User) bool) []any {
	var records []any
	for _, u := range s.portal.users {
		if enabled := c.query("login_enabled"); enabled != "" && enabled != strconv.FormatBool(!u.Disabled) {
			continue
		}
		if is(u) {
			records = append(records, s.userRecord(u, c))
		}
	}
	return records
}

// searchUsers knows e-mail and username; asked for anything else it returns everybody.
func (s *Server) searchUsers(c *call) answer {
	email, username := c.query("email"), c.query("username")
	if email == "" && username == "" {
		return s.listUsers(c)
	}
	found := s.usersWhere(c, func(u *User) bool { return email != "" && strings.EqualFold(u.Email, email) })
	if len(found) == 0 {
		return s.noUser(c)
	}
	return s.userAnswer(c, found)
}

// noUser is what somebody hears who asks for a user that is not there.
func (s *Server) noUser(c *call) answer {
	if s.options.EmptyIfGone {
		return s.userAnswer(c, nil)
	}
	return noSuch("User")
}

func (s *Server) createUser(c *call) answer {
	email := c.text("email")
	switch {
	case !strings.Contains(email, "@"):
		return refuse(http.StatusBadRequest, "email is invalid")
	case len(c.text("password")) < 6:
		return refuse(http.StatusBadRequest, "password is too short (minimum is 6 characters)")
	case s.portal.userByEmail(email) != nil:
		return refuse(http.StatusBadRequest, "user already exists")
	case s.realm.elsewhere(s.portal, email) && !s.options.AllowExisting:
		return refuse(http.StatusBadRequest, "email is already in use")
	case s.portal.full():
		return refuse(http.StatusBadRequest, "no licenses left in this portal")
	}
	u := &User{Email: email}
	if refused := s.setUser(u, c); refused != nil {
		return *refused
	}
	s.keep(u)
	return made(u.ID)
}

// updateUser finds by the path, or, with id 0, by the e-mail in the body. Only with a real id does e-mail rename.
func (s *Server) updateUser(c *call) answer {
	rename := c.text("new_email")
	u := s.portal.user(c.pathID())
	if c.pathID() == 0 {
		u = s.portal.userByEmail(c.text("email"))
	} else if rename == "" {
		rename = c.text("email")
	}
	if u == nil {
		return noSuch("User")
	}
	if rename != "" {
		if other := s.portal.userByEmail(rename); other != nil && other != u {
			return refuse(http.StatusBadRequest, "email is already in use")
		}
	}
	if s.adminAbove(u) && c.has("user_type") && c.text("user_type") != u.Type {
		return refuse(http.StatusBadRequest, "user_type of a top-level admin cannot be changed here")
	}
	wasDisabled := u.Disabled
	if refused := s.setUser(u, c); refused != nil {
		return *refused
	}
	u.Email, u.UpdatedAt = or(rename, u.Email), s.now()
	if u.Disabled != wasDisabled {
		s.auditLogin(s.portal, u)
		s.cascade(u, func(p *portal, sub *User) {
			sub.Disabled = u.Disabled
			s.auditLogin(p, sub)
		})
	}
	return made(u.ID)
}

// adminAbove reports whether a user of a sub-portal is an admin of the top-level one.
func (s *Server) adminAbove(u *User) bool {
	for _, p := range s.realm.portals {
		if p.top && p != s.portal {
			above := p.userByEmail(u.Email)
			return above != nil && above.Type == "admin"
		}
	}
	return false
}

// setUser writes the fields that were sent. Counters and locale are read only and left alone.
func (s *Server) setUser(u *User, c *call) *answer {
	if role := c.text("user_type"); role != "" && !slices.Contains([]string{"learner", "instructor", "manager", "admin"}, role) {
		refused := refuse(http.StatusBadRequest, "user_type is invalid")
		return &refused
	}
	if c.has("password") && len(c.text("password")) < 6 {
		refused := refuse(http.StatusBadRequest, "password is too short (minimum is 6 characters)")
		return &refused
	}
	for name, field := range map[string]*string{
		"first_name": &u.FirstName, "last_name": &u.LastName, "language": &u.Language, "timezone_id": &u.TimeZone,
		"user_type": &u.Type, "password": &u.Password, "account_expires": &u.AccountExpires,
		"sf_contact_id": &u.SFContactID, "sf_user_id": &u.SFUserID,
	} {
		if c.has(name) {
			*field = c.text(name)
		}
	}
	if c.has("enabled") {
		u.Disabled = c.text("enabled") != "true" && c.text("enabled") != "1"
	}
	if data, given := c.fields["CustomData"].(map[string]any); given {
		s.setCustom(u, data)
	}
	return nil
}

// setCustom takes values by label, in any case, or by definition where the body says so.
func (s *Server) setCustom(u *User, data map[string]any) {
	if u.CustomData == nil {
		u.CustomData = map[string]string{}
	}
	_, byID := data["use_definition_ids"]
	for key, value := range data {
		for i, label := range s.portal.fields {
			if byID && key == strconv.Itoa(230+i) || !byID && strings.EqualFold(strings.TrimSpace(key), label) {
				u.CustomData[label] = asText(value)
			}
		}
	}
}

func asText(value any) string {
	if text, isText := value.(string); isText {
		return text
	}
	b, _ := json.Marshal(value)
	return string(b)
}

func (s *Server) deleteUser(c *call) answer {
	u := s.portal.user(c.pathID())
	if u == nil {
		return noSuch("User")
	}
	s.portal.remove(u, s.now())
	s.cascade(u, func(p *portal, sub *User) { p.remove(sub, s.now()) })
	return done()
}

// cascade does to a person's accounts in the sub-portals what was done in the top-level one; never the reverse.
func (s *Server) cascade(u *User, do func(*portal, *User)) {
	if !s.portal.top {
		return
	}
	for _, p := range s.realm.portals {
		if sub := p.userByEmail(u.Email); p != s.portal && sub != nil {
			do(p, sub)
		}
	}
}

func null(text string) any {
	if text == "" {
		return nil
	}
	return text
}
