package learnupontest

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"
)

// User is an account. A person who registered without help has one as well, but cannot sign in before confirming.
type User struct {
	ID                  int64
	Email               string
	FirstName, LastName string
	Password            string // never shown
	Type                string // "": learner
	Disabled            bool
	Language            string // "": en
	TimeZone            string // "": UTC
	AccountExpires      string // yyyy-mm-dd
	CreatedAt           time.Time
	UpdatedAt           time.Time
	LastSignInAt        time.Time
	SignIns             int
	SFContactID         string
	SFUserID            string
	FromSalesforce      bool
	Badges, Points      int
	CustomData          map[string]string // by label
	Permissions         []string          // "can_unenroll_users" and the like, beside what everybody has
	Unconfirmed         bool              // registered without help and did not open the link yet: no API shows this
	OptedOut            bool              // "Opt-out from emails/messages" is selected: no API shows or sets this

	token string // of the confirmation link, while unconfirmed
}

// Invite is an invitation to the portal and perhaps to a group.
type Invite struct {
	ID                  int64
	GroupID             int64 // 0: the portal only
	Email               string
	FirstName, LastName string
	Type                string // "": learner
	Status              string // "": sent
	CreatedAt           time.Time
	ExpiresAt           time.Time // zero: never
	LastReminderAt      time.Time
	Reminders           int
	SFContactID         string
	SFUserID            string
	CustomData          map[string]string // by label
	Unlisted            bool              // made by /portal_invite, which no call lists

	token string
}

// Pending is a course that starts when an invite is accepted.
type Pending struct{ ID, InviteID, CourseID int64 }

// Group is a set of users.
type Group struct {
	ID                 int64
	Title, Description string
	CreatedAt          time.Time
}

// Course is something to learn. Its counters are stale, as the vendor's are.
type Course struct {
	ID             int64
	Name           string
	SourceID       int64 // 0: its own, a first version
	Version        int   // 0: 1
	Draft          bool
	Archived       bool   // not listed, and closed to new learners
	Full           bool   // a live session in it has no place left
	Empty          bool   // no modules
	Credits        string // "CEU:2.00"
	Owner          int64  // the user who owns it; 0: nobody
	StaleEnrolled  int    // what the counters claim
	StaleCompleted int
}

// Enrollment is a user's place in a course.
type Enrollment struct {
	ID, UserID, CourseID                   int64
	Status                                 string // "": not_started
	Percentage                             string // score; "": none
	EnrolledAt, StartedAt, CompletedAt     time.Time
	DueDate, AccessExpires                 string
	Certificate, CertificateExpires        string
	Awarded                                bool // certificate, credits and badges came with the result
	Unenrolled                             bool
	marked                                 bool
	markedAt                               time.Time
	markStatus, markPercentage, markedNote string
}

// Path is a user's place in a learning path.
type Path struct {
	ID, UserID, PathID int64
	Name, Status       string // "": not_started
}

type membership struct{ id, group, user int64 }

type groupCourse struct{ group, course int64 }

type rights struct {
	id, group, user int64
	createUsers     bool
	at              time.Time
}

type auditRow struct {
	action         int
	impacted, data string
	at             time.Time
}

// portal holds the records of one portal. All access is under the realm's lock.
type portal struct {
	id                 int64
	title, subdomain   string
	username, password string
	rotated            bool
	seats              int
	top                bool
	createdAt          time.Time
	fields             []string // labels of custom fields

	users       []*User
	invites     []*Invite
	pending     []*Pending
	groups      []*Group
	courses     []*Course
	enrollments []*Enrollment
	paths       []*Path
	memberships []*membership
	groupCourse []groupCourse
	rights      []*rights
	audit       []auditRow
}

// realm is what portals share: people's addresses, the numbers of records, and who watches.
type realm struct {
	mu       sync.Mutex
	lastID   int64
	portals  []*portal
	watchers map[chan struct{}]bool
}

func (r *realm) add(o Options) *portal {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &portal{
		id: r.next(), title: o.Title, subdomain: o.Subdomain, username: o.Username, password: o.Password, seats: o.Seats,
		top: len(r.portals) == 0, createdAt: o.Now(), fields: []string{"Department", "Region"},
	}
	r.portals = append(r.portals, p)
	return p
}

// next numbers records. Numbers are never used twice, nor by two kinds of record, so that a mix-up shows.
func (r *realm) next() int64 {
	r.lastID += 1 + r.lastID%3
	return 1000 + r.lastID
}

// elsewhere reports whether another portal of the realm has the address.
func (r *realm) elsewhere(p *portal, email string) bool {
	return slices.ContainsFunc(r.portals, func(other *portal) bool {
		return other != p && other.userByEmail(email) != nil
	})
}

func token() string { return strings.ToLower(rand.Text()) }

func find[T any](records []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(records, is); i >= 0 {
		return records[i]
	}
	return nil
}

func (p *portal) user(id int64) *User { return find(p.users, func(u *User) bool { return u.ID == id }) }

func (p *portal) userByEmail(email string) *User {
	return find(p.users, func(u *User) bool { return email != "" && strings.EqualFold(u.Email, email) })
}

func (p *portal) group(id int64) *Group {
	return find(p.groups, func(g *Group) bool { return g.ID == id })
}

func (p *portal) course(id int64) *Course {
	return find(p.courses, func(c *Course) bool { return c.ID == id })
}

func (p *portal) invite(id int64) *Invite {
	return find(p.invites, func(i *Invite) bool { return i.ID == id })
}

func (p *portal) full() bool { return p.seats > 0 && len(p.users) >= p.seats }

func (p *portal) join(r *realm, group, user int64) int64 {
	if m := find(p.memberships, func(m *membership) bool { return m.group == group && m.user == user }); m != nil {
		return m.id
	}
	m := &membership{id: r.next(), group: group, user: user}
	p.memberships = append(p.memberships, m)
	return m.id
}

func (p *portal) log(action int, impacted, data string, at time.Time) {
	p.audit = append(p.audit, auditRow{action: action, impacted: impacted, data: data, at: at})
}

// remove deletes an account with everything that hangs on it.
func (p *portal) remove(u *User, at time.Time) {
	p.users = slices.DeleteFunc(p.users, func(other *User) bool { return other.ID == u.ID })
	p.enrollments = slices.DeleteFunc(p.enrollments, func(e *Enrollment) bool { return e.UserID == u.ID })
	p.memberships = slices.DeleteFunc(p.memberships, func(m *membership) bool { return m.user == u.ID })
	p.rights = slices.DeleteFunc(p.rights, func(g *rights) bool { return g.user == u.ID })
	p.log(auditUserDeleted, u.Email, "", at)
}
