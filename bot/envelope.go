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

// Event is one envelope, decoded. Exactly one of Command and Interaction is
// set, or none for what this release does not know.
type Event struct {
	Envelope    string
	Kind        string // for logs and metrics: slash_commands, block_actions, view_submission …
	Command     *slack.SlashCommand
	Interaction *slack.InteractionCallback
}

// decode reads an envelope. With an error the event still has its envelope and
// kind, so that it can be acknowledged.
func decode(f frame) (Event, error) {
	ev := Event{Envelope: f.EnvelopeID, Kind: f.Type}
	var into any
	switch f.Type {
	case "slash_commands":
		ev.Command = new(slack.SlashCommand)
		into = ev.Command
	case "interactive":
		ev.Interaction = new(slack.InteractionCallback)
		into = ev.Interaction
	default:
		return ev, nil
	}
	if err := json.Unmarshal(f.Payload, into); err != nil {
		return Event{Envelope: f.EnvelopeID, Kind: f.Type}, fmt.Errorf("payload of %s: %w", f.Type, err)
	}
	if ev.Interaction != nil {
		ev.Kind = string(ev.Interaction.Type)
	}
	return ev, nil
}

// person is the Slack id of who caused the event.
func (ev Event) person() string {
	switch {
	case ev.Command != nil:
		return ev.Command.UserID
	case ev.Interaction != nil:
		return ev.Interaction.User.ID
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
	if i == nil {
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
	ref, err := slackui.ParseRef(a.Value)
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
