package bot

import (
	"context"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
)

// readPage reads another page of a report: in place of the one the button stood
// on, or in a modal of its own where that is a message.
func (b *Bot) readPage(ctx context.Context, ev Event, ref slackui.Ref, who engine.Person) (answer, error) {
	action, ok := b.engine.Catalog.Named(ref.Action)
	if !ok || !action.ReadOnly() {
		return answer{}, runbook.Refuse("This list is not available any more. %s lists what is.", Command)
	}
	if err := b.may(ctx, who, action); err != nil {
		return answer{}, err
	}
	return b.later(ev, func(ctx context.Context) error {
		p := &pane{ref: slackui.Ref{Action: action.Name}, title: action.Title}
		if on := ev.Interaction.View; on.CallbackID == slackui.ViewShow {
			p.id = on.ID
		} else {
			id, err := b.opened(ctx, ev, b.waiting(p, ""))
			if err != nil {
				return err
			}
			p.id = id
		}
		return b.report(ctx, engine.Proposal{Action: action.Name, By: who, Values: ref.Values}, ev.mark(), p)
	}), nil
}
