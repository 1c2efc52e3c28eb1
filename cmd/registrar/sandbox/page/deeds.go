package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"registrar/bot/slacktest"
)

// errGone says that the page pressed something that was redrawn away meanwhile.
var errGone = errors.New("that was just closed or replaced; look again and press what is there now")

// act does an act with the hands of the fake's person, so that the bot hears of it as
// it would from Slack.
func (w World) act(ctx context.Context, a Act) (Answer, error) {
	if !slices.ContainsFunc(w.People, func(p Person) bool { return p.ID == a.As }) {
		return Answer{}, fmt.Errorf("nobody here has the id %q", a.As)
	}
	p := w.Slack.Person(a.As)
	var answer Answer
	var err error
	switch a.Do {
	case "command":
		_, err = p.Command(ctx, w.channelOf(a), a.Text)
	case "say":
		_, err = p.Reply(w.channelOf(a), a.Thread, a.Text)
	case "click":
		err = w.click(ctx, p, a)
	case "submit":
		answer.Errors, err = submit(ctx, p, a)
	case "close":
		err = closeModals(ctx, p, a)
	case "home":
		_, err = p.OpenHome(ctx)
	case "shortcut":
		_, err = p.Shortcut(ctx, a.Shortcut, &slacktest.Message{Channel: w.channelOf(a), TS: a.TS})
	case "set":
		err = w.set(a.Record, a.Field, a.On)
	}
	for _, unanswered := range []error{slacktest.ErrTimeout, slacktest.ErrNoSocket, slacktest.ErrBadAnswer} {
		if errors.Is(err, unanswered) {
			return answer, ErrLate
		}
	}
	return answer, err
}

// set is a person setting a field that is on or off, in LearnUpon's or Salesforce's own pages.
func (w World) set(page, field string, on bool) error {
	if field == portalOptOut && w.setOptOut(page, on) || field == verifying && w.verify(page) || w.setBox(page, field, on) {
		return nil
	}
	return errors.New("there is no such record any more, or the field cannot be set on it")
}

// channelOf is the fake's id of the channel an act names; "" is the direct messages
// that nobody has opened yet.
func (w World) channelOf(a Act) string {
	if a.Channel != directID(a.As) {
		return a.Channel
	}
	for _, c := range w.Slack.Snapshot().Channels {
		if c.IM == a.As {
			return c.ID
		}
	}
	return ""
}

func (w World) click(ctx context.Context, p *slacktest.Person, a Act) error {
	var pressed map[string]any
	if err := json.Unmarshal(a.Action, &pressed); err != nil {
		return fmt.Errorf("the action is not understood: %w", err)
	}
	block, _ := pressed["block_id"].(string)
	action, _ := pressed["action_id"].(string)
	var chosen any
	if pressed["type"] != "button" {
		chosen = plainValue(pressed)
	}
	on, err := w.surface(ctx, p, a)
	if err != nil {
		return err
	}
	_, err = p.Press(ctx, on, block, action, chosen)
	return err
}

// surface finds what was pressed on. What is typed in a modal goes first: Slack sends it
// along with a press.
func (w World) surface(ctx context.Context, p *slacktest.Person, a Act) (slacktest.Surface, error) {
	if home := p.Home(); home != nil && home.ID == a.View {
		return home, nil
	}
	if a.View != "" {
		view := p.Modal()
		if view == nil || view.ID != a.View {
			return nil, errGone
		}
		return view, fill(ctx, p, view, a.Values)
	}
	m := slacktest.Message{Channel: w.channelOf(a), TS: a.TS}
	for _, mine := range p.Ephemerals() {
		if mine.Channel == m.Channel && mine.TS == m.TS {
			m.EphemeralTo = p.ID()
		}
	}
	return m, nil
}

func submit(ctx context.Context, p *slacktest.Person, a Act) (map[string]string, error) {
	view := p.Modal()
	if view == nil || view.ID != a.View {
		return nil, errGone
	}
	if err := fill(ctx, p, view, a.Values); err != nil {
		return nil, err
	}
	return p.Submit(ctx, nil)
}

// fill types what the page holds into the inputs of a modal, where it differs from what
// the fake holds already.
func fill(ctx context.Context, p *slacktest.Person, view *slacktest.View, values json.RawMessage) error {
	var typed map[string]map[string]map[string]any // block_id → action_id → value
	if len(values) == 0 {
		return nil
	}
	if err := json.Unmarshal(values, &typed); err != nil {
		return fmt.Errorf("the values are not understood: %w", err)
	}
	var blocks []struct {
		Type string `json:"type"`
		ID   string `json:"block_id"`
	}
	if err := json.Unmarshal(view.Blocks, &blocks); err != nil {
		return fmt.Errorf("the blocks of the view are not understood: %w", err)
	}
	news := map[string]any{}
	for _, b := range blocks {
		for action, value := range typed[b.ID] {
			if now := plainValue(value); b.Type == "input" && !reflect.DeepEqual(now, plainValue(view.State.Values[b.ID][action])) {
				news[b.ID] = now
			}
		}
	}
	return p.Fill(ctx, news)
}

func closeModals(ctx context.Context, p *slacktest.Person, a Act) error {
	view := p.Modal()
	if view == nil || view.ID != a.View {
		return errGone
	}
	err := p.CloseModal(ctx)
	for a.All && err == nil && p.Modal() != nil {
		err = p.CloseModal(ctx)
	}
	return err
}

// plainValue turns one of Slack's value objects into what a person typed or picked: a
// string, or several. Nothing picked is "".
func plainValue(value map[string]any) any {
	for key, v := range value {
		switch {
		case key == "selected_options":
			picked := []string{}
			options, _ := v.([]any)
			for _, o := range options {
				picked = append(picked, optionValue(o))
			}
			return picked
		case key == "selected_option":
			return optionValue(v)
		case strings.HasPrefix(key, "selected_"), key == "value":
			text, _ := v.(string)
			return text
		}
	}
	return ""
}

func optionValue(option any) string {
	o, _ := option.(map[string]any)
	value, _ := o["value"].(string)
	return value
}
