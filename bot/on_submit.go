package bot

import (
	"context"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
)

// onSubmit handles a modal's submit button.
func (b *Bot) onSubmit(ctx context.Context, ev Event) (answer, error) {
	view := ev.Interaction.View
	who, err := b.person(ctx, ev)
	if err != nil {
		return answer{}, err
	}
	ref, err := slackui.ParseRef(view.PrivateMetadata)
	if err != nil {
		return answer{}, err
	}
	values, reason := ev.submitted()
	press := engine.Press{Run: ref.Run, Hash: ref.Hash, By: who, Mark: ev.mark(), Reason: reason}
	switch view.CallbackID {
	case slackui.ViewForm:
		for field, value := range ref.Values {
			if _, typed := values[field]; !typed {
				values[field] = value
			}
		}
		p := engine.Proposal{Draft: ref.Draft, Action: ref.Action, By: who, Values: values, Reason: reason}
		return b.proposed(ctx, ev, p)
	case slackui.ViewPlan:
		run, err := b.engine.Request(ctx, ref.Draft, ref.Hash, reason, who, ev.mark())
		if err != nil {
			return answer{}, err
		}
		return b.update(b.ui.Note(b.title(ev), b.requested(run))), nil
	case slackui.ViewReject:
		_, err := b.engine.Reject(ctx, press)
		return answer{}, err
	case slackui.ViewAnswer:
		_, err := b.engine.Answer(ctx, press, ref.Step, values)
		return answer{}, err
	}
	return answer{}, nil
}

// requested says how a run stands right after it was asked for.
func (b *Bot) requested(run *engine.Run) string {
	text := engine.Sentence(run) + " Its card is in the approvals channel, and you will get a direct message when it ends."
	if run.Plan.Approval.Needed > 0 && run.Status == engine.AwaitingApproval {
		return "Sent. " + text
	}
	return text
}

func (b *Bot) update(view slack.ModalViewRequest) answer {
	return answer{payload: slack.NewUpdateViewSubmissionResponse(&view)}
}

// proposed stores what was typed and shows "Planning…"; the plan, or the
// report, follows the acknowledgement.
func (b *Bot) proposed(ctx context.Context, ev Event, p engine.Proposal) (answer, error) {
	action, ok := b.engine.Catalog.Named(p.Action)
	if !ok {
		return answer{}, runbook.Refuse("This action is not available any more. %s lists those that are.", Command)
	}
	// Until the acknowledgement has replaced the form, no view has this id, so
	// an update that overtakes it finds nothing and is tried again.
	pane := &pane{external: p.Draft + "." + ev.Interaction.View.Hash, id: ev.Interaction.View.ID, ref: slackui.Ref{Action: p.Action, Draft: p.Draft}, title: action.Title}
	a := b.update(b.waiting(pane, ""))
	done, err := b.begun(ctx, ev)
	if err != nil {
		return answer{}, err
	}
	if done {
		// Proposing it again would undo the plan made since. Both deliveries must
		// be answered alike: whichever answer comes first is the one that counts.
		_, err := action.Decode(p.Values)
		return a, err
	}
	if action.ReadOnly() {
		if _, err := b.engine.Decode(ctx, p); err != nil {
			return answer{}, err
		}
		if err := b.await(ctx, pane, false); err != nil {
			return answer{}, err
		}
		a.after = b.begin(ev, func(ctx context.Context) error { return b.report(ctx, p, ev.mark(), pane) })
		return a, nil
	}
	draft, err := b.engine.Propose(ctx, p)
	if err != nil {
		return answer{}, err
	}
	if draft.Status == engine.Used {
		return b.update(b.ui.Draft(draft)), nil
	}
	if err := b.await(ctx, pane, true); err != nil {
		return answer{}, err
	}
	a.after = b.begin(ev, func(ctx context.Context) error { return b.plan(ctx, draft.ID, p.By, pane) })
	return a, nil
}

// begun reports whether another delivery of a form has got as far as to plan or
// read. One that came to nothing before that must not keep this one from it.
func (b *Bot) begun(ctx context.Context, ev Event) (bool, error) {
	if ev.mark() == "" {
		return false, nil
	}
	return b.store.Seen(ctx, proposed+":"+ev.mark())
}

// proposed is for what the mark of a form that is planned or read for is kept.
const proposed = "proposed"

// begin plans or reads for the first delivery that gets so far. Where the store
// cannot tell which it is, twice is better than never.
func (b *Bot) begin(ev Event, do func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if first, err := b.first(ctx, proposed, ev.mark()); err == nil && !first {
			return nil
		}
		return do(ctx)
	}
}

// once does something for the first delivery of an event only.
func (b *Bot) once(ctx context.Context, ev Event, do func() error) error {
	first, err := b.first(ctx, "after", ev.mark())
	if err != nil || !first {
		return err
	}
	return do()
}
