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
	return b.reading(ev, action, engine.Proposal{By: who, Values: ref.Values}), nil
}

// reading reads a report without asking for anything first.
func (b *Bot) reading(ev Event, action runbook.Action, proposal engine.Proposal) answer {
	proposal.Action = action.Name
	return b.later(ev, func(ctx context.Context) error {
		p := &pane{ref: slackui.Ref{Action: action.Name}, title: action.Title}
		if ev.Interaction != nil && ev.Interaction.View.CallbackID == slackui.ViewShow {
			p.id = ev.Interaction.View.ID
		} else {
			id, err := b.opened(ctx, ev, b.waiting(p, ""))
			if err != nil {
				return err
			}
			p.id = id
		}
		return b.report(ctx, proposal, ev.mark(), p)
	})
}
