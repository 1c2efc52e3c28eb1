package learnupontest

import (
	"fmt"
	"strings"
	"time"
)

// change runs f under the realm's lock and tells who watches.
func (s *Server) change(f func()) {
	s.realm.mu.Lock()
	defer s.realm.mu.Unlock()
	f()
	s.realm.notify()
}

// AddUser adds an account as an admin or a sync would have made it, and returns its number.
func (s *Server) AddUser(u User) int64 {
	s.change(func() { s.keep(&u) })
	return u.ID
}

// SelfRegister adds an account the person made without help. It stays unconfirmed until its link is opened.
func (s *Server) SelfRegister(u User) int64 {
	u.Unconfirmed, u.token = true, token()
	return s.AddUser(u)
}

// SetOptOut is somebody setting "Opt-out from emails/messages" on a user's page. It reports whether there is that user.
func (s *Server) SetOptOut(user int64, out bool) bool {
	found := false
	s.change(func() {
		if u := s.portal.user(user); u != nil {
			u.OptedOut, found = out, true
		}
	})
	return found
}

// keep fills in what is missing and stores the account.
func (s *Server) keep(u *User) {
	u.ID = s.realm.next()
	if u.CreatedAt.IsZero() {
		u.CreatedAt = s.now()
	}
	if u.UpdatedAt.IsZero() {
		u.UpdatedAt = u.CreatedAt
	}
	u.Type, u.Language, u.TimeZone = or(u.Type, "learner"), or(u.Language, "en"), or(u.TimeZone, "UTC")
	s.portal.users = append(s.portal.users, u)
}

// AddGroup adds a group and returns its number.
func (s *Server) AddGroup(title string) int64 {
	g := &Group{Title: title, CreatedAt: s.now()}
	s.change(func() {
		g.ID = s.realm.next()
		s.portal.groups = append(s.portal.groups, g)
	})
	return g.ID
}

// AddMember puts a user into a group.
func (s *Server) AddMember(group, user int64) {
	s.change(func() { s.portal.join(s.realm, group, user) })
}

// AddRights makes a user manage a group.
func (s *Server) AddRights(group, user int64) { s.addRights(group, user, false) }

// AddUserCreator makes a user manage a group and create users in it.
func (s *Server) AddUserCreator(group, user int64) { s.addRights(group, user, true) }

func (s *Server) addRights(group, user int64, createUsers bool) {
	s.change(func() {
		s.portal.rights = append(s.portal.rights,
			&rights{id: s.realm.next(), group: group, user: user, createUsers: createUsers, at: s.now()})
	})
}

// AddInvite adds an invitation and returns its number.
func (s *Server) AddInvite(i Invite) int64 {
	s.change(func() { s.keepInvite(&i) })
	return i.ID
}

func (s *Server) keepInvite(i *Invite) {
	i.ID, i.token = s.realm.next(), token()
	i.Type, i.Status = or(i.Type, "learner"), or(i.Status, "sent")
	if i.CreatedAt.IsZero() {
		i.CreatedAt = s.now()
	}
	s.portal.invites = append(s.portal.invites, i)
}

// AddPortalInvite adds an invitation as /portal_invite makes it: nobody can list it, yet it can be accepted.
func (s *Server) AddPortalInvite(i Invite) int64 {
	i.Unlisted = true
	return s.AddInvite(i)
}

// AddPending makes a course wait for an invite.
func (s *Server) AddPending(invite, course int64) int64 {
	p := &Pending{InviteID: invite, CourseID: course}
	s.change(func() {
		p.ID = s.realm.next()
		s.portal.pending = append(s.portal.pending, p)
	})
	return p.ID
}

// AddCourse adds a course and returns its number.
func (s *Server) AddCourse(c Course) int64 {
	s.change(func() {
		c.ID = s.realm.next()
		s.portal.courses = append(s.portal.courses, &c)
	})
	return c.ID
}

// AddGroupCourse makes a course one that new members of the group are enrolled in.
func (s *Server) AddGroupCourse(group, course int64) {
	s.change(func() { s.portal.groupCourse = append(s.portal.groupCourse, groupCourse{group, course}) })
}

// AddPath gives a user a place in a learning path and returns its number.
func (s *Server) AddPath(p Path) int64 {
	p.Status = or(p.Status, "not_started")
	s.change(func() {
		p.ID = s.realm.next()
		s.portal.paths = append(s.portal.paths, &p)
	})
	return p.ID
}

// AddEnrollment enrolls a user and returns the enrollment's number.
func (s *Server) AddEnrollment(e Enrollment) int64 {
	s.change(func() { s.keepEnrollment(&e) })
	return e.ID
}

func (s *Server) keepEnrollment(e *Enrollment) {
	e.ID, e.Status = s.realm.next(), or(e.Status, "not_started")
	if e.EnrolledAt.IsZero() {
		e.EnrolledAt = s.now()
	}
	s.portal.enrollments = append(s.portal.enrollments, e)
}

// SignIn is a person signing in with a password.
func (s *Server) SignIn(email, password string) error {
	var err error
	s.change(func() {
		u := s.portal.userByEmail(email)
		switch {
		case u == nil || u.Password != password:
			err = fmt.Errorf("invalid email or password")
		case u.Unconfirmed:
			err = fmt.Errorf("the address is not confirmed")
		case u.Disabled, u.AccountExpires != "" && u.AccountExpires < s.now().Format(time.DateOnly):
			err = fmt.Errorf("the account is disabled")
		default:
			u.SignIns++
			u.LastSignInAt = s.now()
		}
	})
	return err
}

// confirm spends a confirmation link.
func (s *Server) confirm(secret string) bool {
	u := find(s.portal.users, func(u *User) bool { return u.Unconfirmed && secret != "" && u.token == secret })
	if u == nil {
		return false
	}
	u.Unconfirmed, u.token = false, ""
	return true
}

// accept turns an invite into a user, or a member of one more group, and returns why not.
func (s *Server) accept(i *Invite) (User, error) {
	now, p := s.now(), s.portal
	u := p.userByEmail(i.Email)
	switch {
	case i.Status != "sent":
		return User{}, fmt.Errorf("this invitation has been used or withdrawn")
	case i.lapsed(now):
		return User{}, fmt.Errorf("this invitation has expired")
	case u == nil && p.full():
		return User{}, fmt.Errorf("this portal has no licence left")
	case u == nil:
		u = &User{
			Email: i.Email, FirstName: i.FirstName, LastName: i.LastName, Type: i.Type, CustomData: i.CustomData,
			SFContactID: i.SFContactID, SFUserID: i.SFUserID, SignIns: 1, LastSignInAt: now,
		}
		s.keep(u)
	}
	i.Status = "accepted"
	if i.GroupID != 0 {
		p.join(s.realm, i.GroupID, u.ID)
	}
	for _, waiting := range p.pending {
		if waiting.InviteID == i.ID {
			s.keepEnrollment(&Enrollment{UserID: u.ID, CourseID: waiting.CourseID})
		}
	}
	return *u, nil
}

func (i *Invite) lapsed(now time.Time) bool { return !i.ExpiresAt.IsZero() && !now.Before(i.ExpiresAt) }

func or(value, plain string) string {
	if strings.TrimSpace(value) == "" {
		return plain
	}
	return value
}
