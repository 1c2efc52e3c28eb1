package bot

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
)

// Event is one envelope, decoded. Exactly one of Command, Interaction and Opened
// is set, or none for what this release does not know.
type Event struct {
	Envelope    string
	Kind        string // for logs and metrics: slash_commands, block_actions, view_submission …
	Command     *slack.SlashCommand
	Interaction *slack.InteractionCallback
	Opened      *homeOpened
	// Message is what a message shortcut was used on, as Slack sent it: whatever
	// it is made of must not keep the person from an answer.
	Message json.RawMessage
}

// homeOpened says that somebody is looking at the App Home tab.
type homeOpened struct {
	EventID string `json:"event_id"` // the same in every delivery
	Event   struct {
		Type string `json:"type"`
		User string `json:"user"`
		Tab  string `json:"tab"` // home or messages
	} `json:"event"`
}

// decode reads an envelope. With an error the event still has its envelope and
// kind, so that it can be acknowledged.
func decode(f frame) (Event, error) {
	ev := Event{Envelope: f.EnvelopeID, Kind: f.Type}
	var err error
	switch f.Type {
	case "slash_commands":
		ev.Command = new(slack.SlashCommand)
		err = json.Unmarshal(f.Payload, ev.Command)
	case "interactive":
		err = ev.interaction(f.Payload)
	case "events_api":
		err = ev.event(f.Payload)
	}
	if err != nil {
		return Event{Envelope: f.EnvelopeID, Kind: f.Type}, fmt.Errorf("payload of %s: %w", f.Type, err)
	}
	return ev, nil
}

func (ev *Event) interaction(payload json.RawMessage) error {
	var kind struct {
		Type slack.InteractionType `json:"type"`
	}
	if err := json.Unmarshal(payload, &kind); err != nil {
		return err
	}
	if kind.Type == slack.InteractionTypeMessageAction {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(payload, &fields); err != nil {
			return err
		}
		ev.Message = fields["message"]
		delete(fields, "message")
		rest, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		payload = rest
	}
	ev.Interaction = new(slack.InteractionCallback)
	ev.Kind = string(kind.Type)
	return json.Unmarshal(payload, ev.Interaction)
}

func (ev *Event) event(payload json.RawMessage) error {
	opened := new(homeOpened)
	if err := json.Unmarshal(payload, opened); err != nil {
		return err
	}
	if opened.Event.Type == "app_home_opened" && opened.Event.Tab == "home" {
		ev.Opened, ev.Kind = opened, opened.Event.Type
	}
	return nil
}

// person is the Slack id of who caused the event.
func (ev Event) person() string {
	switch {
	case ev.Command != nil:
		return ev.Command.UserID
	case ev.Interaction != nil:
		return ev.Interaction.User.ID
	case ev.Opened != nil:
		return ev.Opened.Event.User
	}
	return ""
}

func (ev Event) trigger() string {
	switch {
	case ev.Command != nil:
		return ev.Command.TriggerID
	case ev.Interaction != nil:
		return ev.Interaction.TriggerID
	}
	return ""
}

// mark is the same for every delivery of one command, press or submission, and
// differs for any other. The envelope's id is not known to be stable.
func (ev Event) mark() engine.Mark {
	if t := ev.trigger(); t != "" {
		return engine.Mark("trigger:" + t)
	}
	i := ev.Interaction
	switch {
	case ev.Opened != nil:
		return engine.Mark("event:" + ev.Opened.EventID)
	case i == nil:
		return ""
	}
	parts := []string{string(i.Type), i.User.ID, i.View.ID, i.View.Hash, i.Container.MessageTs}
	for _, a := range i.ActionCallback.BlockActions {
		parts = append(parts, a.ActionID, a.ActionTs)
	}
	return engine.Mark(strings.Join(parts, ":"))
}

// run is the id of the run the event is about, for the log.
func (ev Event) run() string {
	if ev.Interaction == nil {
		return ""
	}
	if ref, err := slackui.ParseRef(ev.Interaction.View.PrivateMetadata); err == nil && ref.Run != "" {
		return ref.Run
	}
	if len(ev.Interaction.ActionCallback.BlockActions) == 0 {
		return ""
	}
	_, ref, _ := ev.pressed() // no reference, no run
	return ref.Run
}

// pressed is the button of a click and what it refers to.
func (ev Event) pressed() (string, slackui.Ref, error) {
	actions := ev.Interaction.ActionCallback.BlockActions
	if len(actions) == 0 {
		return "", slackui.Ref{}, fmt.Errorf("a click without a button")
	}
	a := actions[0]
	press := slackui.Pressed(a.ActionID)
	if press == slackui.PressLink {
		return press, slackui.Ref{}, nil
	}
	value := a.Value
	if value == "" {
		value = a.SelectedOption.Value // of a menu
	}
	ref, err := slackui.ParseRef(value)
	return press, ref, err
}

// submitted is what a modal holds: the values by field name, and the reason.
func (ev Event) submitted() (values runbook.Values, reason string) {
	values = runbook.Values{}
	if ev.Interaction.View.State == nil {
		return values, ""
	}
	for field, inputs := range ev.Interaction.View.State.Values {
		input := inputs[slackui.InputAction]
		value := input.Value
		if value == "" {
			value = input.SelectedOption.Value
		}
		if field == slackui.ReasonField {
			reason = value
			continue
		}
		values[field] = value
	}
	return values, reason
}

// inputs are the block ids of the modal's input fields, in order.
func (ev Event) inputs() []string {
	var ids []string
	for _, b := range ev.Interaction.View.Blocks.BlockSet {
		if in, ok := b.(*slack.InputBlock); ok {
			ids = append(ids, in.BlockID)
		}
	}
	return ids
}
