package slacktest

import (
	"context"
	"fmt"
	"slices"
)

// A Shortcut is one of the app's shortcuts as the manifest declares it: type "message" stands in
// the menu of every message, "global" in the search box.
type Shortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	CallbackID  string `json:"callback_id"`
	Description string `json:"description,omitempty"`
}

// WithShortcuts lists the app's shortcuts. Where none are listed, any callback_id is accepted.
func WithShortcuts(shortcuts ...Shortcut) Option {
	return func(c *config) { c.shortcuts = shortcuts }
}

// Shortcut runs a message shortcut on a message, or a global one when on is nil. The message must
// be there now, and one that only one person sees has no shortcuts.
func (p *Person) Shortcut(ctx context.Context, callbackID string, on *Message) (Reply, error) {
	s := p.server
	s.mu.Lock()
	payload, err := s.shortcut(p.id, callbackID, on)
	s.mu.Unlock()
	if err != nil {
		return Reply{}, err
	}
	return s.ask(ctx, p.via, "interactive", payload, nil)
}

// shortcut makes the payload. The caller holds s.mu.
func (s *Server) shortcut(user, callbackID string, on *Message) (map[string]any, error) {
	kind := "global"
	if on != nil {
		kind = "message"
	}
	declared := func(c Shortcut) bool { return c.CallbackID == callbackID && c.Type == kind }
	if len(s.cfg.shortcuts) > 0 && !slices.ContainsFunc(s.cfg.shortcuts, declared) {
		return nil, fmt.Errorf("slacktest: the app has no %s shortcut %q", kind, callbackID)
	}
	payload := s.interaction("shortcut", user)
	payload["callback_id"] = callbackID
	payload["action_ts"] = fmt.Sprintf("%d.000001", s.cfg.now().Unix())
	if on == nil {
		return payload, nil
	}
	c := s.channel(on.Channel)
	if c == nil || !c.has(user) || c.find(on.TS) == nil {
		return nil, fmt.Errorf("slacktest: %s sees no message %s in %s", user, on.TS, on.Channel)
	}
	m := c.find(on.TS)
	payload["type"] = "message_action"
	payload["message"], payload["message_ts"] = *m, m.TS
	payload["channel"] = map[string]any{"id": c.ID, "name": c.shownName()}
	payload["response_url"] = s.newResponseURL(c, user, m)
	return payload, nil
}
