package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// maxText is where Slack stops taking message text, in characters.
const maxText = 40000

// A Message is one message in a channel, a thread, or shown to one person. It marshals to
// Slack's message object; blocks stay as they were sent, completed with the ids Slack gives.
type Message struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype,omitempty"`
	TS          string          `json:"ts"`
	Channel     string          `json:"channel"`
	User        string          `json:"user"`
	BotID       string          `json:"bot_id,omitempty"`
	AppID       string          `json:"app_id,omitempty"`
	Team        string          `json:"team"`
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks,omitempty"`
	ThreadTS    string          `json:"thread_ts,omitempty"`
	ReplyCount  int             `json:"reply_count,omitempty"`
	LatestReply string          `json:"latest_reply,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Edited      *Edited         `json:"edited,omitempty"`
	Files       []File          `json:"files,omitempty"`
	EphemeralTo string          `json:"ephemeral_to,omitempty"` // who alone sees it; not a field of Slack's

	revision int // grows with every change, for tests that watch redraws
}

// Edited is the mark shown on a message whose text was changed.
type Edited struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

// Revision counts how often the message was changed after it was posted.
func (m Message) Revision() int { return m.revision }

// Messages returns a channel's messages, thread replies left out, oldest first.
func (s *Server) Messages(channelID string) []Message {
	return s.messages(channelID, func(m *Message) bool { return m.ThreadTS == "" || m.ThreadTS == m.TS })
}

// Replies returns the replies in a thread, the parent left out, oldest first.
func (s *Server) Replies(channelID, threadTS string) []Message {
	return s.messages(channelID, func(m *Message) bool { return m.ThreadTS == threadTS && m.TS != threadTS })
}

// DirectMessages returns what passed between the bot and a person, oldest first.
func (s *Server) DirectMessages(user string) []Message {
	s.mu.Lock()
	id := ""
	for _, c := range s.channels {
		if c.IM == user {
			id = c.ID
		}
	}
	s.mu.Unlock()
	return s.messages(id, func(*Message) bool { return true })
}

// Message returns one message of a channel.
func (s *Server) Message(channelID, ts string) (Message, bool) {
	found := s.messages(channelID, func(m *Message) bool { return m.TS == ts })
	if len(found) == 0 {
		return Message{}, false
	}
	return found[0], true
}

func (s *Server) messages(channelID string, keep func(*Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channelID)
	if c == nil {
		return nil
	}
	var out []Message
	for _, m := range c.messages {
		if keep(m) {
			out = append(out, *m)
		}
	}
	return out
}

// Ephemerals returns what only this person sees, oldest first.
func (s *Server) Ephemerals(user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.person(user).ephemerals {
		out = append(out, *m)
	}
	return out
}

// The functions below are for callers that hold s.mu.

// stamp gives the next timestamp of a channel: unique there and increasing.
func (s *Server) stamp(c *channel) string {
	c.lastTS = max(c.lastTS+1, s.cfg.now().UnixMicro())
	return fmt.Sprintf("%d.%06d", c.lastTS/1e6, c.lastTS%1e6)
}

// add appends a message and keeps its thread's counters.
func (s *Server) add(c *channel, m *Message) *Message {
	m.Type, m.Team, m.Channel = "message", TeamID, c.ID
	m.TS = s.stamp(c)
	if m.User == BotUser {
		m.BotID, m.AppID = BotID, AppID
	}
	c.messages = append(c.messages, m)
	if parent := c.find(m.ThreadTS); parent != nil {
		parent.ThreadTS = parent.TS
		parent.ReplyCount++
		parent.LatestReply = m.TS
	}
	s.notify()
	return m
}

// show puts a message before one person only.
func (s *Server) show(c *channel, user string, m *Message) *Message {
	m.Type, m.Team, m.Channel, m.EphemeralTo = "message", TeamID, c.ID, user
	m.User, m.BotID, m.AppID = BotUser, BotID, AppID
	m.TS = s.stamp(c)
	p := s.person(user)
	p.ephemerals = append(p.ephemerals, m)
	s.notify()
	return m
}

func (c *channel) find(ts string) *Message {
	if ts == "" {
		return nil
	}
	i := slices.IndexFunc(c.messages, func(m *Message) bool { return m.TS == ts })
	if i < 0 {
		return nil
	}
	return c.messages[i]
}

func (c *channel) has(user string) bool { return slices.Contains(c.Members, user) }

// complete gives every block without a block_id, and every interactive element without an
// action_id, a generated one, as Slack does when it stores a message or a view. blocks have
// passed CheckBlocks.
func (s *Server) complete(blocks json.RawMessage) json.RawMessage {
	if len(blocks) == 0 {
		return nil
	}
	var list []map[string]any
	if json.Unmarshal(blocks, &list) != nil {
		return blocks
	}
	for _, b := range list {
		if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = s.newID("b")
		}
		for e := range interactive(b) {
			if id, _ := e["action_id"].(string); id == "" {
				e["action_id"] = s.newID("a")
			}
		}
	}
	return marshal(list)
}

// after reports whether timestamp a is later than b.
func after(a, b string) bool {
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	return x > y
}
