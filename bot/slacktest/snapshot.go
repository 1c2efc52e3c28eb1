package slacktest

import "slices"

// A Snapshot is the whole workspace at one moment. It marshals to Slack-shaped JSON.
type Snapshot struct {
	Team       string                `json:"team"`
	Sockets    int                   `json:"sockets"`
	Users      []User                `json:"users"`
	UserGroups []UserGroup           `json:"usergroups"`
	Channels   []ChannelSnapshot     `json:"channels"` // direct messages included
	People     map[string]PersonView `json:"people"`   // by user ID; only those with something to see
	Files      []File                `json:"files"`
	Commands   []Command             `json:"commands"`
	Shortcuts  []Shortcut            `json:"shortcuts"`
	HomeTab    bool                  `json:"home_tab"` // the app has one
	Violations []string              `json:"violations"`
}

// A ChannelSnapshot is a channel with all its messages, thread replies among them.
type ChannelSnapshot struct {
	Channel
	Messages []Message `json:"messages"`
}

// A PersonView is what one person has before them beside the channels.
type PersonView struct {
	Modals      []*View           `json:"modals,omitempty"` // the top one last
	ModalErrors map[string]string `json:"modal_errors,omitempty"`
	Trouble     string            `json:"trouble,omitempty"`
	Home        *View             `json:"home,omitempty"`
	Ephemerals  []Message         `json:"ephemerals,omitempty"`
}

// Snapshot copies everything a page needs to draw the workspace.
func (s *Server) Snapshot() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Snapshot{
		Team: s.cfg.teamName, Commands: s.cfg.commandHints, Shortcuts: s.cfg.shortcuts,
		HomeTab: !s.cfg.noHome, Violations: slices.Clone(s.violations),
		People: map[string]PersonView{},
	}
	for _, c := range s.sockets {
		if !c.leaving {
			out.Sockets++
		}
	}
	for _, u := range s.users {
		out.Users = append(out.Users, *u)
	}
	for _, g := range s.groups {
		out.UserGroups = append(out.UserGroups, *g)
	}
	for _, c := range s.channels {
		cs := ChannelSnapshot{Channel: c.Channel, Messages: []Message{}}
		for _, m := range c.messages {
			cs.Messages = append(cs.Messages, *m)
		}
		out.Channels = append(out.Channels, cs)
	}
	for _, f := range s.files {
		if f.complete {
			out.Files = append(out.Files, f.File)
		}
	}
	for user, p := range s.people {
		out.People[user] = p.snapshot()
	}
	return out
}

func (p *personState) snapshot() PersonView {
	out := PersonView{Home: p.home.snapshot(), Trouble: p.trouble}
	for _, v := range p.stack {
		out.Modals = append(out.Modals, v.snapshot())
		out.ModalErrors = v.errors
	}
	for _, m := range p.ephemerals {
		out.Ephemerals = append(out.Ephemerals, *m)
	}
	return out
}
