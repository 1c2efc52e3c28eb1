package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Suggest types into an external select of the top modal and returns the options the app
// suggests. It asks the app only when at least min_query_length characters (3 unless set) are
// there. One of the options can then be picked with [Person.Fill].
func (p *Person) Suggest(ctx context.Context, name, typed string) ([]Choice, error) {
	s := p.server
	s.mu.Lock()
	v := s.person(p.id).top()
	if v == nil {
		s.mu.Unlock()
		return nil, ErrNoModal
	}
	block, element := field(v.Blocks, name)
	if element == nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("slacktest: the modal has no field %q", name)
	}
	least, set := element["min_query_length"].(float64)
	if !set {
		least = 3
	}
	if utf8.RuneCountInString(typed) < int(least) {
		s.mu.Unlock()
		return nil, nil
	}
	payload := s.interaction("block_suggestion", p.id)
	delete(payload, "trigger_id")
	payload["block_id"], payload["action_id"], payload["value"] = text(block, "block_id"), text(element, "action_id"), typed
	payload["view"] = s.sent(v)
	payload["container"] = map[string]any{"type": "view", "view_id": v.ID}
	s.mu.Unlock()

	var choices []Choice
	usable := true
	_, err := s.ask(ctx, p.via, "interactive", payload, func(ack json.RawMessage) { choices, usable = s.suggested(v, payload, ack) })
	switch {
	case err != nil:
		return nil, err
	case !usable:
		return nil, ErrBadAnswer
	}
	return choices, nil
}

// suggested keeps the options of an ack for the field that asked. The caller holds s.mu.
func (s *Server) suggested(v *view, asked map[string]any, ack json.RawMessage) ([]Choice, bool) {
	var answer map[string]any
	if err := json.Unmarshal(ack, &answer); err != nil {
		s.violation("the ack of a block_suggestion holds no options: %v", err)
		return nil, false
	}
	c := &checker{on: OnModal, blockIDs: map[string]bool{}}
	c.fields("", answer, fields{
		"options":       may(listOf(0, 100, option(plain(1, 75)))),
		"option_groups": may(listOf(0, 100, optionGroup)),
	})
	if len(c.problems) > 0 {
		s.violation("the ack of a block_suggestion: %s", c.problems[0])
		return nil, false
	}
	if v.offers == nil {
		v.offers = map[string][]map[string]any{}
	}
	offered := options(answer)
	v.offers[text(asked, "block_id")+"/"+text(asked, "action_id")] = offered
	var out []Choice
	for _, o := range offered {
		out = append(out, Choice{Text: inner(o, "text"), Value: text(o, "value"), Description: inner(o, "description")})
	}
	return out, true
}

// withOffers is the element with the options last suggested for it, as its menu shows them.
func (v *view) withOffers(block, element map[string]any) map[string]any {
	if offered, ok := v.offers[text(block, "block_id")+"/"+text(element, "action_id")]; ok {
		list := make([]any, len(offered))
		for i, o := range offered {
			list[i] = o
		}
		element["options"] = list
	}
	return element
}
