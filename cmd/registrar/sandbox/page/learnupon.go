package page

import (
	"cmp"
	"slices"
	"time"

	"registrar/integrations/learnupon/learnupontest"
)

// A Portal is a LearnUpon portal as its own pages show it.
type Portal struct {
	Name    string   `json:"name"`
	Users   []User   `json:"users"`
	Invites []Invite `json:"invites"`
	Groups  []Group  `json:"groups"`
}

// A User is a LearnUpon user record.
type User struct {
	ID           int64        `json:"id"`
	URL          string       `json:"url"` // the record's page in the portal
	Email        string       `json:"email"`
	Name         string       `json:"name"`
	Role         string       `json:"role"`
	Enabled      bool         `json:"enabled"`
	OptedOut     bool         `json:"opted_out,omitempty"`
	Unconfirmed  bool         `json:"unconfirmed,omitempty"`  // shown as N/A
	Confirmation string       `json:"confirmation,omitempty"` // the link LearnUpon's page offers to copy
	Source       string       `json:"source,omitempty"`       // "Self-registered", "Salesforce"
	Created      time.Time    `json:"created"`
	LastSignIn   *time.Time   `json:"last_sign_in"`
	Groups       []string     `json:"groups,omitempty"`
	Manages      []string     `json:"manages,omitempty"` // titles of groups
	Enrollments  []Enrollment `json:"enrollments,omitempty"`
}

// An Enrollment is one course of a user.
type Enrollment struct {
	Course string     `json:"course"`
	Status string     `json:"status"`
	Score  string     `json:"score,omitempty"`
	On     *time.Time `json:"on"` // when it was completed, if it was
}

// An Invite is a pending invite: not yet a user.
type Invite struct {
	ID      int64      `json:"id"`
	Email   string     `json:"email"`
	Name    string     `json:"name"`
	Role    string     `json:"role"`
	Group   string     `json:"group"`
	Status  string     `json:"status"` // sent, accepted, rejected, canceled
	Sent    time.Time  `json:"sent"`
	Expires *time.Time `json:"expires"` // nil: never
	Lapsed  bool       `json:"lapsed,omitempty"`
}

// A Group is a LearnUpon group.
type Group struct {
	ID      int64    `json:"id"`
	URL     string   `json:"url"`
	Title   string   `json:"title"`
	Members []string `json:"members,omitempty"` // e-mails
}

func showPortal(p learnupontest.Snapshot) Portal {
	out := Portal{Name: p.Title, Users: []User{}, Invites: []Invite{}, Groups: []Group{}}
	members := map[string][]string{}
	for _, u := range p.Users {
		for _, title := range u.Groups {
			members[title] = append(members[title], u.Email)
		}
		out.Users = append(out.Users, showUser(u))
	}
	for _, i := range p.Invites {
		out.Invites = append(out.Invites, Invite{
			ID: i.ID, Email: i.Email, Name: fullName(i.FirstName, i.LastName), Role: cmp.Or(i.Type, "learner"), Group: i.Group,
			Status: cmp.Or(i.Status, "sent"), Sent: i.CreatedAt, Expires: momentOf(i.ExpiresAt), Lapsed: i.Lapsed,
		})
	}
	for _, g := range p.Groups {
		out.Groups = append(out.Groups, Group{ID: g.ID, URL: g.Page, Title: g.Title, Members: members[g.Title]})
	}
	return out
}

func showUser(u learnupontest.UserView) User {
	shown := User{
		ID: u.ID, URL: u.Page, Email: u.Email, Name: fullName(u.FirstName, u.LastName), Role: cmp.Or(u.Type, "learner"),
		Enabled: !u.Disabled, OptedOut: u.OptedOut, Unconfirmed: !u.Confirmed, Confirmation: u.ConfirmationLink,
		Created: u.CreatedAt, LastSignIn: momentOf(u.LastSignInAt), Groups: u.Groups, Manages: u.Manages,
	}
	switch {
	case u.FromSalesforce:
		shown.Source = "Salesforce"
	case shown.Unconfirmed:
		shown.Source = "Self-registered"
	}
	for _, c := range u.Courses {
		shown.Enrollments = append(shown.Enrollments, Enrollment{
			Course: c.Name, Status: cmp.Or(c.Status, "not_started"), Score: c.Score, On: momentOf(c.CompletedAt),
		})
	}
	return shown
}

// portalOptOut is what LearnUpon calls the switch on a user's page that no API reads or sets.
const portalOptOut = "Opt-out from emails/messages"

// setOptOut sets that switch, and reports whether there is the user.
func (w World) setOptOut(page string, out bool) bool {
	return slices.ContainsFunc(w.Portals, func(portal *learnupontest.Server) bool {
		users := portal.Snapshot().Users
		i := slices.IndexFunc(users, func(u learnupontest.UserView) bool { return u.Page == page })
		return i >= 0 && portal.SetOptOut(users[i].ID, out)
	})
}
