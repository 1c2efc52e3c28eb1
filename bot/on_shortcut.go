package bot

import (
	"context"
	"fmt"

	"registrar/bot/runbook"
)

// ShortcutLookup is the callback id of the message shortcut "Look up this
// address".
const ShortcutLookup = "lookup_message"

// The report the shortcut opens, and its field for the address.
const (
	lookupAction = "lookup"
	lookupField  = "email"
)

// onShortcut opens the look-up's form with the address in a message, or with
// those to choose from where there are several. The message goes nowhere else.
func (b *Bot) onShortcut(ctx context.Context, ev Event) (answer, error) {
	if ev.Interaction.CallbackID != ShortcutLookup {
		return answer{}, runbook.Refuse("This shortcut is from another release of Registrar. %s lists what there is.", Command)
	}
	who, err := b.person(ctx, ev)
	if err != nil {
		return answer{}, err
	}
	action, ok := b.engine.Catalog.Named(lookupAction)
	if !ok {
		return answer{}, runbook.Refuse("Nobody can be looked up here. %s lists what there is.", Command)
	}
	if err := b.may(ctx, who, action); err != nil {
		return answer{}, err
	}
	found := addresses(ev.Message)
	switch len(found) {
	case 0:
		return answer{}, runbook.Refuse("There is no e-mail address in this message. To look one up, type %s and the address.", action.Command)
	case 1:
		return b.later(ev, func(ctx context.Context) error {
			return b.openForm(ctx, ev, action, runbook.Values{lookupField: found[0]}, "")
		}), nil
	}
	var options []runbook.Option
	for _, email := range found {
		options = append(options, runbook.Option{Value: email, Text: email})
	}
	note := fmt.Sprintf("There are %d addresses in this message. Which one?", len(found))
	return b.later(ev, func(ctx context.Context) error {
		return b.openDraft(ctx, ev, b.ui.FormOffering(action, lookupField, options, note))
	}), nil
}
