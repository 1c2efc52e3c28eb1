package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// maxStack is how deep modals may lie on one another: one opened, two pushed.
const maxStack = 3

// A View is a modal or an App Home tab. It marshals to Slack's view object.
type View struct {
	ID                 string          `json:"id"`
	TeamID             string          `json:"team_id"`
	Type               string          `json:"type"` // modal or home
	Title              json.RawMessage `json:"title,omitempty"`
	Submit             json.RawMessage `json:"submit"`
	Close              json.RawMessage `json:"close"`
	Blocks             json.RawMessage `json:"blocks"`
	PrivateMetadata    string          `json:"private_metadata"`
	CallbackID         string          `json:"callback_id"`
	ExternalID         string          `json:"external_id"`
	Hash               string          `json:"hash"`
	ClearOnClose       bool            `json:"clear_on_close"`
	NotifyOnClose      bool            `json:"notify_on_close"`
	State              State           `json:"state"`
	RootViewID         string          `json:"root_view_id"`
	PreviousViewID     *string         `json:"previous_view_id"`
	AppID              string          `json:"app_id"`
	BotID              string          `json:"bot_id"`
	AppInstalledTeamID string          `json:"app_installed_team_id"`
}

// State is what a person has filled in: block_id → action_id → Slack's value object.
type State struct {
	Values map[string]map[string]map[string]any `json:"values"`
}

// TitleText is the title as a person reads it.
func (v *View) TitleText() string { return plainOf(v.Title) }

// SubmitText is the label of the submit button, "" when the modal has none.
func (v *View) SubmitText() string { return plainOf(v.Submit) }

type view struct {
	View
	user   string
	errors map[string]string           // shown under the fields after the last submission, by block_id
	offers map[string][]map[string]any // options last suggested, by block_id/action_id
}

// personState is what one person has before them.
type personState struct {
	stack      []*view // open modals, the top one last
	home       *view
	ephemerals []*Message
	trouble    string // the error shown in the modal after an answer Slack could not use
}

func (p *personState) top() *view {
	if len(p.stack) == 0 {
		return nil
	}
	return p.stack[len(p.stack)-1]
}

// readView checks a view from a method or an ack and gives it its identity. replaces is the view
// whose place it takes, whose external_id it may keep. The caller holds s.mu.
func (s *Server) readView(raw json.RawMessage, user, kind string, replaces *view) (*view, error) {
	if raw == nil {
		return nil, missing("view")
	}
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	if problems := CheckView(raw); len(problems) > 0 {
		return nil, refuse("invalid_arguments", problems...)
	}
	v := &view{user: user}
	if err := json.Unmarshal(raw, &v.View); err != nil {
		return nil, refuse("invalid_arguments", "[ERROR] "+err.Error()+" [json-pointer:/view]")
	}
	if v.Type != kind {
		return nil, refuse("invalid_arguments", fmt.Sprintf("[ERROR] unsupported type: %s [json-pointer:/view/type]", v.Type))
	}
	if v.ExternalID != "" {
		for _, other := range s.views {
			if other.ExternalID == v.ExternalID && other != replaces {
				return nil, refuse("duplicate_external_id")
			}
		}
	}
	v.ID, v.RootViewID = s.newID("V"), ""
	v.TeamID, v.AppInstalledTeamID, v.AppID, v.BotID = TeamID, TeamID, AppID, BotID
	v.Hash = s.newHash()
	v.Blocks = s.complete(v.Blocks)
	v.State = initialState(v.Blocks)
	return v, nil
}

func (s *Server) newHash() string {
	return fmt.Sprintf("%d.%s", s.cfg.now().Unix(), s.newID("h"))
}

// push lays v on the person's modals. The caller holds s.mu and has checked the depth.
func (s *Server) push(p *personState, v *view) {
	v.RootViewID = v.ID
	if below := p.top(); below != nil {
		v.RootViewID = p.stack[0].ID
		v.PreviousViewID = &below.ID
	}
	p.stack = append(p.stack, v)
	p.trouble = ""
	s.views[v.ID] = v
	s.notify()
}

// replace gives the open view old the content of next. Values survive where block_id, action_id
// and type are unchanged: to empty a field an app must change its ids. The caller holds s.mu.
func (s *Server) replace(old, next *view) {
	for block, actions := range next.State.Values {
		for action, value := range actions {
			if kept, ok := old.State.Values[block][action]; ok && kept["type"] == value["type"] {
				actions[action] = kept
			}
		}
	}
	next.ID, next.RootViewID, next.PreviousViewID = old.ID, old.RootViewID, old.PreviousViewID
	*old = *next
	s.person(old.user).trouble = ""
	s.notify()
}

// drop takes a view, and whatever lies on it, off its person's modals. The caller holds s.mu.
func (s *Server) drop(v *view) {
	p := s.person(v.user)
	i := slices.Index(p.stack, v)
	if i < 0 {
		return
	}
	for _, gone := range p.stack[i:] {
		delete(s.views, gone.ID)
	}
	p.stack = p.stack[:i]
	p.trouble = ""
	s.notify()
}

// clear closes all modals of a person. The caller holds s.mu.
func (s *Server) clear(p *personState) {
	if len(p.stack) > 0 {
		s.drop(p.stack[0])
	}
}

// snapshot copies a view for a caller outside the lock.
func (v *view) snapshot() *View {
	if v == nil {
		return nil
	}
	out := v.View
	out.State.Values = make(map[string]map[string]map[string]any, len(v.State.Values))
	for block, actions := range v.State.Values {
		copied := make(map[string]map[string]any, len(actions))
		for action, value := range actions {
			copied[action] = value // value objects are replaced, never changed
		}
		out.State.Values[block] = copied
	}
	return &out
}

// sent is a view as payloads carry it.
func (s *Server) sent(v *view) any {
	full := v.snapshot()
	if !s.cfg.sparseViews || full == nil {
		return full
	}
	return map[string]any{
		"id": full.ID, "team_id": full.TeamID, "type": full.Type, "blocks": full.Blocks, "state": full.State,
		"hash": full.Hash, "callback_id": full.CallbackID, "private_metadata": full.PrivateMetadata,
		"external_id": full.ExternalID, "root_view_id": full.RootViewID,
	}
}

func plainOf(text json.RawMessage) string {
	var t struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(text, &t) // absent text is ""
	return t.Text
}
