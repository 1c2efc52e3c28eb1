package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ErrNoModal: this person has no modal open.
var ErrNoModal = errors.New("slacktest: no modal is open")

// Modal returns the modal on top for this person, nil when none is open.
func (p *Person) Modal() *View {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.person(p.id).top().snapshot()
}

// Modals returns the open modals, the top one last.
func (p *Person) Modals() []*View {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*View
	for _, v := range s.person(p.id).stack {
		out = append(out, v.snapshot())
	}
	return out
}

// ModalErrors returns the messages under the fields of the top modal, by block_id, after a
// submission that was turned down; trouble is the general error Slack shows when the app's
// answer was missing or unusable.
func (p *Person) ModalErrors() (byBlock map[string]string, trouble string) {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.person(p.id)
	if v := state.top(); v != nil {
		byBlock = maps.Clone(v.errors)
	}
	return byBlock, state.trouble
}

// field finds an element by its input's label, block_id or action_id.
func field(blocks json.RawMessage, name string) (block, element map[string]any) {
	for b, e := range elements(blocks) {
		if name == inner(b, "label") || name == text(b, "block_id") || name == text(e, "action_id") {
			return b, e
		}
	}
	return nil, nil
}

// Fill types or picks values in the top modal, named by label, block_id or action_id, in reading
// order. Fields that dispatch actions send them, and each is waited for.
func (p *Person) Fill(ctx context.Context, values map[string]any) error {
	s := p.server
	v := p.Modal()
	if v == nil {
		return ErrNoModal
	}
	order := map[string]int{}
	for i, c := range Controls(v.Blocks) {
		for _, name := range []string{c.Text, c.BlockID, c.ActionID} {
			order[name] = i
		}
	}
	names := slices.SortedFunc(maps.Keys(values), func(a, b string) int { return order[a] - order[b] })
	for _, name := range names {
		s.mu.Lock()
		now := s.person(p.id).top()
		if now == nil {
			s.mu.Unlock()
			return ErrNoModal
		}
		block, element := field(now.Blocks, name)
		if element == nil {
			s.mu.Unlock()
			return fmt.Errorf("slacktest: the modal %q has no field %q", v.TitleText(), name)
		}
		value, err := s.valueOf(now.withOffers(block, element), values[name])
		if err != nil {
			s.mu.Unlock()
			return fmt.Errorf("field %q: %w", name, err)
		}
		now.State.set(text(block, "block_id"), text(element, "action_id"), value)
		dispatch, _ := block["dispatch_action"].(bool)
		var payload map[string]any
		if dispatch || text(block, "type") != "input" {
			payload = s.blockActions(p.id, now.place(), block, element, value)
		}
		s.notify()
		s.mu.Unlock()
		if payload != nil {
			if _, err := s.ask(ctx, p.via, "interactive", payload, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// Submit fills in values and presses the modal's submit button. The map holds the messages shown
// under fields, by block_id: those of Slack's own client (the app is then not asked) or the
// app's. It is nil when the modal was accepted, and closed, replaced or covered by another.
func (p *Person) Submit(ctx context.Context, values map[string]any) (map[string]string, error) {
	if err := p.Fill(ctx, values); err != nil {
		return nil, err
	}
	s := p.server
	s.mu.Lock()
	v := s.person(p.id).top()
	if v == nil {
		s.mu.Unlock()
		return nil, ErrNoModal
	}
	if v.SubmitText() == "" {
		s.mu.Unlock()
		return nil, errors.New("slacktest: the modal has no submit button")
	}
	v.errors = complaints(v)
	s.person(p.id).trouble = ""
	if len(v.errors) > 0 {
		defer s.mu.Unlock()
		s.notify()
		return maps.Clone(v.errors), nil
	}
	payload := s.interaction("view_submission", p.id)
	payload["view"], payload["response_urls"] = s.sent(v), []any{}
	s.mu.Unlock()

	var fieldErrors map[string]string
	usable := true
	_, err := s.ask(ctx, p.via, "interactive", payload, func(ack json.RawMessage) { fieldErrors, usable = s.submitted(v, ack) })
	if err == nil && !usable {
		err = ErrBadAnswer
	}
	if err != nil {
		s.mu.Lock()
		s.person(p.id).trouble = "We had some trouble connecting. Try again?"
		s.notify()
		s.mu.Unlock()
		return nil, err
	}
	return fieldErrors, nil
}

func complaints(v *view) map[string]string {
	out := map[string]string{}
	for block, element := range elements(v.Blocks) {
		if text(block, "type") != "input" {
			continue
		}
		id := text(block, "block_id")
		if c := complaint(block, element, v.State.Values[id][text(element, "action_id")]); c != "" {
			out[id] = c
		}
	}
	return out
}

// submitted carries out what the ack of a view_submission asks for. The caller holds s.mu.
func (s *Server) submitted(v *view, ack json.RawMessage) (fieldErrors map[string]string, usable bool) {
	var a struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(ack) > 0 {
		if err := json.Unmarshal(ack, &a); err != nil {
			s.violation("the ack of a view_submission is not understood: %v", err)
			return nil, false
		}
	}
	p := s.person(v.user)
	switch a.Action {
	case "":
		s.drop(v)
	case "clear":
		s.clear(p)
	case "errors":
		if !s.knownErrors(v, a.Errors) {
			return nil, false
		}
		v.errors = a.Errors
		s.notify()
		return maps.Clone(a.Errors), true
	case "update", "push":
		replaces := v
		if a.Action == "push" {
			replaces = nil
		}
		next, err := s.readView(a.View, v.user, "modal", replaces)
		if err != nil {
			var no *refusal
			errors.As(err, &no)
			s.violation("the ack of a view_submission holds an unusable view: %s %s", no.code, strings.Join(no.messages, "; "))
			return nil, false
		}
		if a.Action == "update" {
			s.replace(v, next)
			return nil, true
		}
		if len(p.stack) >= maxStack {
			s.violation("the ack of a view_submission pushes a fourth view")
			return nil, false
		}
		s.push(p, next)
	default:
		s.violation("the ack of a view_submission has the unknown response_action %q", a.Action)
		return nil, false
	}
	return nil, true
}

// knownErrors checks that errors name input blocks of the view: Slack shows no others and
// tells the person there was trouble instead.
func (s *Server) knownErrors(v *view, fieldErrors map[string]string) bool {
	if len(fieldErrors) == 0 {
		s.violation("response_action errors without errors")
		return false
	}
	var inputs []string
	for block := range elements(v.Blocks) {
		if text(block, "type") == "input" {
			inputs = append(inputs, text(block, "block_id"))
		}
	}
	for id, message := range fieldErrors {
		switch {
		case !slices.Contains(inputs, id):
			s.violation("response_action errors names the block %q, which is no input of the view", id)
			return false
		case message == "":
			s.violation("response_action errors has no message for the block %q", id)
			return false
		}
	}
	return true
}

// CloseModal presses Cancel on the top modal: it closes, or all of them do if it says
// clear_on_close. The app hears view_closed only if the view asked with notify_on_close.
func (p *Person) CloseModal(ctx context.Context) error {
	s := p.server
	s.mu.Lock()
	state := s.person(p.id)
	v := state.top()
	if v == nil {
		s.mu.Unlock()
		return ErrNoModal
	}
	payload := s.interaction("view_closed", p.id)
	delete(payload, "trigger_id")
	payload["view"], payload["is_cleared"] = s.sent(v), v.ClearOnClose
	if v.ClearOnClose {
		s.clear(state)
	} else {
		s.drop(v)
	}
	s.mu.Unlock()
	if !v.NotifyOnClose {
		return nil
	}
	_, err := s.ask(ctx, p.via, "interactive", payload, nil)
	return err
}
