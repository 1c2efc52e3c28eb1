package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/access"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
)

// Command is the slash command every action is a word of.
const Command = "/registrar"

// onCommand opens an action's form, prefilled with what was typed behind the
// command, or says why not.
func (b *Bot) onCommand(ctx context.Context, ev Event) (answer, error) {
	who, err := b.person(ctx, ev)
	if err != nil {
		return answer{}, err
	}
	word, text := wanted(ev.Command.Command, ev.Command.Text)
	action, ok := b.engine.Catalog.Commanded(word)
	if !ok {
		return b.help(ctx, who, b.unknown(word))
	}
	if err := b.may(ctx, who, action); err != nil {
		return answer{}, err
	}
	if action.ReadOnly() && !slices.ContainsFunc(action.Fields(), func(f runbook.Field) bool { return !f.Chosen }) {
		return b.reading(ev, action, engine.Proposal{By: who}), nil // there is nothing to type
	}
	values, note := b.prefill(action, text)
	return b.later(ev, func(ctx context.Context) error { return b.openForm(ctx, ev, action, values, note) }), nil
}

// wanted is the word that names an action, and the text behind it. People write
// it as they like.
func wanted(command, text string) (word, rest string) {
	if command == Command {
		command, text, _ = strings.Cut(strings.TrimSpace(text), " ")
	}
	return strings.TrimPrefix(strings.ToLower(command), "/"), text
}

// unknown says that a word names no action, or none that is set up; of no word,
// and of "help", nothing.
func (b *Bot) unknown(word string) string {
	if word == "" || word == "help" {
		return ""
	}
	for _, a := range b.engine.Catalog.Absent() {
		if a.Command == "/"+word {
			return a.Title + " cannot be used here: " + a.Why
		}
	}
	return "There is no action “" + word + "”."
}

// prefill fills the action's fields from text, the reason last, as the modal
// has it. The note says what was not filled in.
func (b *Bot) prefill(action runbook.Action, text string) (v runbook.Values, note string) {
	fields := action.Fields()
	if action.Reason != runbook.ReasonNone {
		fields = append(fields, runbook.Field{Name: slackui.ReasonField})
	}
	v, notes := b.engine.Prefill(fields, text)
	return v, strings.Join(notes, "\n")
}

func (b *Bot) may(ctx context.Context, who engine.Person, action runbook.Action) error {
	return b.engine.May(ctx, who, engine.VerbRequest, engine.Subject{Action: action.Name, Requester: who})
}

// openForm shows an action's form, with a note above its fields if there is one.
func (b *Bot) openForm(ctx context.Context, ev Event, action runbook.Action, values runbook.Values, note string) error {
	return b.openDraft(ctx, ev, b.ui.Form(action, values, note))
}

// openDraft shows a form. Its draft gets its id now, so that however often the
// submission is delivered, it is one draft.
func (b *Bot) openDraft(ctx context.Context, ev Event, form slack.ModalViewRequest) error {
	ref, err := slackui.ParseRef(form.PrivateMetadata)
	if err != nil {
		return err
	}
	ref.Draft = engine.NewID()
	form.PrivateMetadata = ref.Encode()
	return b.open(ctx, ev, form)
}

// help lists what this person may use, and of the rest why not and who can. The
// note comes first.
func (b *Bot) help(ctx context.Context, who engine.Person, note string) (answer, error) {
	var entries []slackui.HelpEntry
	for action := range b.engine.Catalog.All() {
		entry := slackui.HelpEntry{Action: action, Allowed: true}
		if err := b.may(ctx, who, action); err != nil {
			text, public := runbook.PublicText(err)
			if !public {
				return answer{}, err
			}
			entry.Allowed, entry.Why = false, text
			if refusal := (*access.Refusal)(nil); errors.As(err, &refusal) {
				entry.WhoCan = refusal.WhoCan
			}
		}
		entries = append(entries, entry)
	}
	return answer{payload: ephemeral(b.ui.Help(note, entries, b.engine.Catalog.Absent()...))}, nil
}

// person is who caused the event, as Slack knows them now.
func (b *Bot) person(ctx context.Context, ev Event) (engine.Person, error) {
	who, err := b.people.Person(ctx, ev.person())
	if err == nil {
		return who, nil
	}
	if _, public := runbook.PublicText(err); public {
		return engine.Person{}, err
	}
	return engine.Person{}, &access.Unknown{Cause: err}
}
