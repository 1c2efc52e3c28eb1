package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// A User is a member of the workspace. It marshals to Slack's user object.
type User struct {
	ID       string // U…
	Name     string // the handle
	RealName string
	Email    string // shown to apps only with the scope users:read.email
	TZ       string // IANA name; America/Chicago when empty
	Deleted  bool
	IsBot    bool
}

// MarshalJSON gives the object users.info answers with when the app may read e-mail addresses.
func (u User) MarshalJSON() ([]byte, error) { return json.Marshal(u.object(true)) }

func (u User) object(withEmail bool) map[string]any {
	profile := map[string]any{"real_name": u.RealName, "display_name": u.Name, "team": TeamID}
	if withEmail && u.Email != "" {
		profile["email"] = u.Email
	}
	tz := u.TZ
	if tz == "" {
		tz = "America/Chicago"
	}
	return map[string]any{
		"id": u.ID, "team_id": TeamID, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"is_bot": u.IsBot, "is_app_user": false, "tz": tz, "profile": profile, "updated": 1,
	}
}

// A Channel is a public or private channel. The bot is a member when BotUser is in Members.
type Channel struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Private   bool     `json:"is_private"`
	ExtShared bool     `json:"is_ext_shared"`
	Archived  bool     `json:"is_archived"`
	Members   []string `json:"members"`
	IM        string   `json:"user,omitempty"` // the person, in a direct message; set by the server
}

// A UserGroup is a group people mention as @handle.
type UserGroup struct {
	ID      string   `json:"id"`
	Handle  string   `json:"handle"`
	Members []string `json:"users"`
}

type channel struct {
	Channel
	messages []*Message
	lastTS   int64
}

// AddUser adds a person or a bot, or replaces the one with the same ID.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	if i := slices.IndexFunc(s.users, func(x *User) bool { return x.ID == u.ID }); i >= 0 {
		s.users[i] = &u
		return
	}
	s.users = append(s.users, &u)
}

// RemoveUser deactivates a person and takes them out of every channel and group, as Slack does
// when an account is closed.
func (s *Server) RemoveUser(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	if u := s.user(id); u != nil {
		u.Deleted = true
	}
	gone := func(m string) bool { return m == id }
	for _, c := range s.channels {
		c.Members = slices.DeleteFunc(slices.Clone(c.Members), gone)
	}
	for _, g := range s.groups {
		g.Members = slices.DeleteFunc(slices.Clone(g.Members), gone)
	}
}

// AddChannel adds a channel, or replaces the settings of the one with the same ID and keeps its
// messages.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	c.Members = slices.Clone(c.Members)
	if old := s.channel(c.ID); old != nil {
		old.Channel = c
		return
	}
	s.channels = append(s.channels, &channel{Channel: c})
}

// SetBotInChannel invites the bot to a channel or removes it.
func (s *Server) SetBotInChannel(channelID string, in bool) { s.SetMember(channelID, BotUser, in) }

// SetMember adds a person to a channel or removes them.
func (s *Server) SetMember(channelID, user string, in bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	c := s.channel(channelID)
	if c == nil {
		return
	}
	c.Members = slices.DeleteFunc(slices.Clone(c.Members), func(m string) bool { return m == user })
	if in {
		c.Members = append(c.Members, user)
	}
}

// AddUserGroup adds a user group, or replaces the one with the same ID.
func (s *Server) AddUserGroup(id, handle string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	g := &UserGroup{ID: id, Handle: handle, Members: slices.Clone(members)}
	if i := slices.IndexFunc(s.groups, func(x *UserGroup) bool { return x.ID == id }); i >= 0 {
		s.groups[i] = g
		return
	}
	s.groups = append(s.groups, g)
}

// The lookups below are for callers that hold s.mu.

func (s *Server) user(id string) *User {
	for _, u := range s.users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

func (s *Server) channel(id string) *channel {
	for _, c := range s.channels {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (s *Server) channelNamed(name string) *channel {
	name = strings.TrimPrefix(name, "#")
	for _, c := range s.channels {
		if c.IM == "" && c.Name == name {
			return c
		}
	}
	return nil
}

// direct returns the direct-message channel between the bot and a person, opening it if needed.
func (s *Server) direct(user string) (c *channel, opened bool) {
	for _, c := range s.channels {
		if c.IM == user {
			return c, false
		}
	}
	c = &channel{Channel: Channel{ID: s.newID("D"), IM: user, Private: true, Members: []string{user, BotUser}}}
	s.channels = append(s.channels, c)
	s.notify()
	return c, true
}

func (s *Server) person(user string) *personState {
	p := s.people[user]
	if p == nil {
		p = &personState{}
		s.people[user] = p
	}
	return p
}
