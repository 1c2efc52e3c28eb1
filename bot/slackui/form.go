package slackui

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// Form is an action's modal: its fields and, last, the reason. Note is a
// sentence shown above them, empty for none. The caller sets ExternalID.
func (u UI) Form(a runbook.Action, v runbook.Values, note string) slack.ModalViewRequest {
	var inputs []slack.Block
	for _, f := range a.Fields() {
		if !f.Chosen {
			inputs = append(inputs, field(f, v[f.Name]))
		}
	}
	return form(a, Ref{Action: a.Name}, note, inputs, v[ReasonField])
}

// FormOffering is an action's modal in which one field is chosen from what is
// known already, the first by default. What is too long to be chosen is counted
// in the hint, to be typed by hand.
func (u UI) FormOffering(a runbook.Action, name string, options []runbook.Option, note string) slack.ModalViewRequest {
	var inputs []slack.Block
	for _, f := range a.Fields() {
		if f.Name == name {
			long := tooLong(options)
			if long < len(options) {
				f.Options = options
			}
			if long > 0 {
				f.Hint = count(long, "is", "are") + " too long to be listed here; " + a.Command + " takes any."
			}
			inputs = append(inputs, field(f, options[0].Value))
		} else if !f.Chosen {
			inputs = append(inputs, field(f, ""))
		}
	}
	return form(a, Ref{Action: a.Name}, note, inputs, "")
}

func tooLong(options []runbook.Option) int {
	n := 0
	for _, o := range options {
		if length(o.Value) > maxOptionValue {
			n++
		}
	}
	return n
}

func form(a runbook.Action, ref Ref, note string, inputs []slack.Block, reason string) slack.ModalViewRequest {
	var blocks []slack.Block
	if note != "" {
		blocks = append(blocks, section(note))
	}
	if a.Help != "" {
		blocks = append(blocks, aside(a.Help))
	}
	blocks = append(blocks, inputs...)
	verb := "Look up"
	if a.Reason != runbook.ReasonNone {
		verb = "Continue"
		blocks = append(blocks, reasonInput(reason, a.Reason == runbook.ReasonOptional))
	}
	if len(blocks) == 0 {
		blocks = append(blocks, section(a.Summary))
	}
	return submits(modal(a.Title, ViewForm, ref, blocks), verb)
}

// chooses draws the form again with the field the plan asked for.
func (u UI) chooses(d *engine.Draft, a runbook.Action) slack.ModalViewRequest {
	ref := Ref{Action: a.Name, Draft: d.ID, Values: runbook.Values{}}
	var inputs []slack.Block
	for _, f := range a.Fields() {
		switch {
		case f.Name == d.Choose.Field:
			f.Options, f.Optional = d.Choose.Options, false
			inputs = append([]slack.Block{field(f, d.Values[f.Name])}, inputs...)
		case f.Chosen && d.Values[f.Name] != "":
			ref.Values[f.Name] = d.Values[f.Name]
		case f.Chosen:
		default:
			if slices.Contains(d.Secrets, f.Name) {
				f.Hint = "You gave this before. Please paste it again: what is private is never shown twice."
			}
			inputs = append(inputs, field(f, d.Values[f.Name]))
		}
	}
	return form(a, ref, d.Choose.Text, inputs, d.Reason)
}

// field is the input of one field.
func field(f runbook.Field, value string) slack.Block {
	hint := f.Hint
	if f.Secret {
		value = ""
		if hint == "" {
			hint = privateHint
		}
	}
	if len(f.Options) > 0 {
		return input(f.Name, f.Label, hint, choice(f, value)).WithOptional(f.Optional)
	}
	text := slack.NewPlainTextInputBlockElement(nil, InputAction).WithMultiline(f.Multiline)
	if f.Placeholder != "" {
		text.Placeholder = label(f.Placeholder, maxPlaceholder)
	}
	text.InitialValue = initial(value, maxInputValue)
	return input(f.Name, f.Label, hint, text).WithOptional(f.Optional)
}

const privateHint = "Private: kept encrypted, never shown in a channel, deleted when it was used."

// initial is what an input starts with: what was typed, or nothing where it is
// too long to be shown whole.
func initial(value string, limit int) string {
	if length(value) > limit {
		return ""
	}
	return value
}

func input(name, title, hint string, element slack.BlockElement) *slack.InputBlock {
	block := slack.NewInputBlock(name, label(title, maxInputLabel), nil, element)
	if hint != "" {
		block.Hint = label(hint, maxHint)
	}
	return block
}

func reasonInput(value string, optional bool) slack.Block {
	return explain("Reason", "What for? A ticket link will do.", value).WithOptional(optional)
}

// explain asks for a few lines of text in the field [ReasonField].
func explain(title, placeholder, value string) *slack.InputBlock {
	text := slack.NewPlainTextInputBlockElement(label(placeholder, maxPlaceholder), InputAction).WithMultiline(true).WithMaxLength(maxReason)
	text.InitialValue = initial(value, maxReason)
	return input(ReasonField, title, "", text)
}

// choice is a select. More than a hundred options are grouped by the hundred,
// because Slack takes no more at once.
func choice(f runbook.Field, value string) *slack.SelectBlockElement {
	placeholder := f.Placeholder
	if placeholder == "" {
		placeholder = "Choose"
	}
	var options []*slack.OptionBlockObject
	var chosen *slack.OptionBlockObject
	for _, o := range f.Options {
		if o.Value == "" || length(o.Value) > maxOptionValue {
			continue
		}
		option := slack.NewOptionBlockObject(o.Value, label(o.Text, maxOptionText), nil)
		if o.Description != "" {
			option.Description = label(o.Description, maxOptionText)
		}
		if o.Value == value {
			chosen = option
		}
		options = append(options, option)
	}
	selects := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, label(placeholder, maxPlaceholder), InputAction)
	selects.InitialOption = chosen
	if len(options) <= maxOptions {
		selects.Options = options
		return selects
	}
	first := 1
	for group := range slices.Chunk(options, maxOptions) {
		if len(selects.OptionGroups) == maxOptions {
			break
		}
		name := label(fmt.Sprintf("%d to %d of %d", first, first+len(group)-1, len(options)), maxOptionText)
		selects.OptionGroups = append(selects.OptionGroups, slack.NewOptionGroupBlockElement(name, group...))
		first += len(group)
	}
	return selects
}

// Planning is shown while a plan is made or a report is read; progress says
// what is being read and may be empty. Slack says when it is closed. The view keeps the draft's id as its
// external id, so that the plan finds it.
func (u UI) Planning(ref Ref, title, progress string) slack.ModalViewRequest {
	text := "Planning…"
	if a, ok := u.action(ref.Action); ok && a.ReadOnly() {
		text = "Looking up…"
	}
	blocks := []slack.Block{section(text)}
	if progress != "" {
		blocks = append(blocks, aside(progress))
	}
	blocks = append(blocks, aside("If nothing has come after two minutes, please run the command again."))
	v := modal(title, ViewPlanning, ref, blocks)
	v.NotifyOnClose = true
	v.ExternalID = ref.Draft
	return v
}

func (u UI) action(name string) (runbook.Action, bool) {
	if u.Actions == nil {
		return runbook.Action{}, false
	}
	return u.Actions(name)
}
