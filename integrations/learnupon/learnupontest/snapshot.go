package learnupontest

import (
	"slices"
	"strings"
	"time"
)

// Snapshot is a copy of what the user interface shows of a portal.
type Snapshot struct {
	Title   string
	URL     string
	Users   []UserView
	Invites []InviteView // unlisted ones too: the interface shows them as pending
	Groups  []GroupView
}

// UserView is a user's record as staff see it in a browser.
type UserView struct {
	User
	Confirmed        bool
	ConfirmationLink string // "" once confirmed
	Page             string
	Groups           []string
	Manages          []string
	Courses          []CourseView
}

// CourseView is a line of a user's training record.
type CourseView struct {
	Name, Status, Score string
	CompletedAt         time.Time
	Awarded             bool // a result that was set with certificate, credits and badges
}

// InviteView is an invitation as staff see it.
type InviteView struct {
	Invite
	Group  string // title; "": the portal only
	Lapsed bool
	Link   string // full accept link
}

// GroupView is a group as staff see it.
type GroupView struct {
	Group
	Page    string
	Members int
}

// Snapshot copies the portal's records, oldest first.
func (s *Server) Snapshot() Snapshot {
	s.realm.mu.Lock()
	defer s.realm.mu.Unlock()
	p, shot := s.portal, Snapshot{Title: s.portal.title, URL: s.URL}
	for _, u := range p.users {
		shot.Users = append(shot.Users, s.viewUser(u))
	}
	for _, i := range p.invites {
		shot.Invites = append(shot.Invites, s.viewInvite(i))
	}
	for _, g := range p.groups {
		shot.Groups = append(shot.Groups, GroupView{Group: *g, Page: s.URL + groupPath(g.ID), Members: p.members(g.ID)})
	}
	return shot
}

// User returns what a person's record shows, found by address, and whether there is one.
func (s Snapshot) User(email string) (UserView, bool) {
	i := slices.IndexFunc(s.Users, func(u UserView) bool { return strings.EqualFold(u.Email, email) })
	if i < 0 {
		return UserView{}, false
	}
	return s.Users[i], true
}

func (s *Server) viewUser(u *User) UserView {
	view := UserView{User: *u, Confirmed: !u.Unconfirmed, Page: s.URL + userPath(u.ID)}
	view.Password, view.token = "", ""
	if u.Unconfirmed {
		view.ConfirmationLink = s.URL + confirmationPath(u.token)
	}
	for _, m := range s.portal.memberships {
		if g := s.portal.group(m.group); m.user == u.ID && g != nil {
			view.Groups = append(view.Groups, g.Title)
		}
	}
	for _, r := range s.portal.rights {
		if g := s.portal.group(r.group); r.user == u.ID && g != nil {
			view.Manages = append(view.Manages, g.Title)
		}
	}
	for _, e := range s.portal.enrollments {
		if c := s.portal.course(e.CourseID); e.UserID == u.ID && c != nil && !e.Unenrolled {
			view.Courses = append(view.Courses, CourseView{
				Name: c.Name, Status: e.Status, Score: e.Percentage, CompletedAt: e.CompletedAt, Awarded: e.Awarded,
			})
		}
	}
	return view
}

func (s *Server) viewInvite(i *Invite) InviteView {
	view := InviteView{Invite: *i, Lapsed: i.Status == "sent" && i.lapsed(s.now()), Link: s.URL + acceptPath(i.token)}
	view.token = ""
	if g := s.portal.group(i.GroupID); g != nil {
		view.Group = g.Title
	}
	return view
}

func (p *portal) members(group int64) int {
	n := 0
	for _, m := range p.memberships {
		if m.group == group {
			n++
		}
	}
	return n
}

// Subscribe returns a channel that gets a value after changes anywhere in the realm, several of which may count as
// one, and a function that ends it.
func (s *Server) Subscribe() (<-chan struct{}, func()) {
	changed := make(chan struct{}, 1)
	s.realm.mu.Lock()
	defer s.realm.mu.Unlock()
	s.realm.watchers[changed] = true
	return changed, func() {
		s.realm.mu.Lock()
		defer s.realm.mu.Unlock()
		delete(s.realm.watchers, changed)
	}
}

func (r *realm) notify() {
	for watcher := range r.watchers {
		select {
		case watcher <- struct{}{}:
		default:
		}
	}
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
