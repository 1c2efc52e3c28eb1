package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// A Surface is something with controls on it: a [Message] or a [*View]. Only its identity counts
// (Channel, TS and EphemeralTo of a message, ID of a view), so a page can make one from those;
// what is pressed is what stands there now.
type Surface interface{ place() place }

type place struct {
	channel, ts, ephemeralTo string // a message
	viewID                   string
}

func (m Message) place() place {
	return place{channel: m.Channel, ts: m.TS, ephemeralTo: m.EphemeralTo}
}

func (v *View) place() place { return place{viewID: v.ID} }

// Click presses the button with this label (or action_id) on a message or view and waits for the
// ack. The button must be there now: a person cannot press what has been redrawn away.
// A confirm dialog is taken as confirmed; [Controls] shows what it says.
func (p *Person) Click(ctx context.Context, on Surface, button string) (Reply, error) {
	return p.press(ctx, on, nil, func(_, e map[string]any) bool {
		return text(e, "type") == "button" && (inner(e, "text") == button || text(e, "action_id") == button)
	}, button)
}

// Press uses any control, named by block_id and action_id: a button (value nil), or a select, a
// picker and so on with the value chosen, given as for [Person.Fill].
func (p *Person) Press(ctx context.Context, on Surface, blockID, actionID string, value any) (Reply, error) {
	return p.press(ctx, on, value, func(b, e map[string]any) bool {
		return text(b, "block_id") == blockID && text(e, "action_id") == actionID
	}, blockID+"/"+actionID)
}

func (p *Person) press(
	ctx context.Context, on Surface, value any, match func(block, element map[string]any) bool, name string,
) (Reply, error) {
	s := p.server
	at := on.place()
	s.mu.Lock()
	payload, err := s.pressed(p.id, at, value, match, name)
	s.mu.Unlock()
	if err != nil {
		return Reply{}, err
	}
	return s.ask(ctx, p.via, "interactive", payload, nil)
}

func (s *Server) pressed(
	user string, at place, value any, match func(block, element map[string]any) bool, name string,
) (map[string]any, error) {
	blocks, err := s.blocksAt(user, at)
	if err != nil {
		return nil, err
	}
	for block, element := range elements(blocks) {
		if !match(block, element) {
			continue
		}
		var chosen map[string]any
		kind := text(element, "type")
		_, stateful := stateKeys[kind]
		if stateful || kind == "overflow" {
			if chosen, err = s.valueOf(element, value); err != nil {
				return nil, err
			}
			if v := s.views[at.viewID]; v != nil && stateful {
				v.State.set(text(block, "block_id"), text(element, "action_id"), chosen)
				s.notify()
			}
		}
		return s.blockActions(user, at, block, element, chosen), nil
	}
	return nil, fmt.Errorf("slacktest: there is no %q to press; there are %q", name, Buttons(blocks))
}

// blocksAt returns what the person sees there now.
func (s *Server) blocksAt(user string, at place) (json.RawMessage, error) {
	if at.viewID != "" {
		v := s.views[at.viewID]
		if v == nil || v.user != user {
			return nil, ErrNoModal
		}
		return v.Blocks, nil
	}
	m := s.messageAt(user, at)
	if m == nil {
		return nil, fmt.Errorf("slacktest: %s sees no message %s in %s", user, at.ts, at.channel)
	}
	return m.Blocks, nil
}

func (s *Server) messageAt(user string, at place) *Message {
	if at.ephemeralTo != "" {
		list := s.person(user).ephemerals
		if i := slices.IndexFunc(list, func(m *Message) bool { return m.TS == at.ts && m.Channel == at.channel }); i >= 0 {
			return list[i]
		}
		return nil
	}
	c := s.channel(at.channel)
	if c == nil || !c.has(user) {
		return nil
	}
	return c.find(at.ts)
}

// blockActions makes the payload of one use of a control. chosen is the value object of a
// stateful element, nil for a button. The caller holds s.mu.
func (s *Server) blockActions(user string, at place, block, element, chosen map[string]any) map[string]any {
	action := map[string]any{
		"type": text(element, "type"), "action_id": text(element, "action_id"), "block_id": text(block, "block_id"),
		"action_ts": fmt.Sprintf("%d.%06d", s.cfg.now().Unix(), s.cfg.now().Nanosecond()/1000),
	}
	for _, key := range []string{"text", "value", "style", "confirm", "placeholder"} {
		if v, ok := element[key]; ok && (chosen == nil || key != "value") {
			action[key] = v
		}
	}
	for key, v := range chosen {
		action[key] = v
	}
	payload := s.interaction("block_actions", user)
	payload["actions"] = []any{action}
	if at.viewID != "" {
		payload["container"] = map[string]any{"type": "view", "view_id": at.viewID}
		payload["view"] = s.sent(s.views[at.viewID])
		return payload
	}
	c, m := s.channel(at.channel), s.messageAt(user, at)
	container := map[string]any{
		"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": at.ephemeralTo != "",
	}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload["container"] = container
	payload["channel"] = map[string]any{"id": c.ID, "name": c.shownName()}
	payload["response_url"] = s.newResponseURL(c, user, m)
	state := State{Values: map[string]map[string]map[string]any{}}
	if _, stateful := stateKeys[text(element, "type")]; stateful {
		state.set(text(block, "block_id"), text(element, "action_id"), chosen)
	}
	payload["state"] = state
	if at.ephemeralTo == "" { // Slack does not send an ephemeral message back
		payload["message"] = *m
	}
	return payload
}
