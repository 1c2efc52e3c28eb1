package bot

import (
	"context"
	"errors"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
)

var errOtherRelease = runbook.Refuse("This button is from another release of Registrar. Please run the command again.")

// ProbeMark is the mark that the press of doctor's button leaves in the store.
func ProbeMark(id string) string { return "probe:" + id }

// onClick handles a button. What decides something happens here, before the
// acknowledgement; what opens a window follows it.
func (b *Bot) onClick(ctx context.Context, ev Event) (answer, error) {
	press, ref, err := ev.pressed()
	if err != nil {
		return answer{}, errOtherRelease
	}
	switch press {
	case slackui.PressLink:
		return answer{}, nil
	case slackui.PressHome:
		return answer{after: func(ctx context.Context) error { return b.publishHome(ctx, ev.person()) }}, nil
	case slackui.PressProbe:
		_, err := b.store.Claim(ctx, ProbeMark(ref.Item))
		return answer{}, err
	}
	who, err := b.person(ctx, ev)
	if err != nil {
		return answer{}, err
	}
	p := engine.Press{Run: ref.Run, Hash: ref.Hash, By: who, Mark: ev.mark()}
	var run *engine.Run
	switch press {
	case slackui.PressApprove:
		run, err = b.engine.Approve(ctx, p)
	case slackui.PressCancel:
		run, err = b.engine.Cancel(ctx, p)
	case slackui.PressExtend:
		run, err = b.engine.Extend(ctx, p)
	case slackui.PressStop:
		run, err = b.engine.Stop(ctx, p)
	case slackui.PressBreak:
		run, err = b.engine.BreakLock(ctx, p, ref.Item)
	case slackui.PressHappened, slackui.PressNotHappened:
		p.Review = ref.Item
		run, err = b.engine.Resolve(ctx, p, ref.Step, press == slackui.PressHappened)
	case slackui.PressDone:
		return b.done(ctx, ev, p, ref)
	case slackui.PressReject:
		return b.reject(ctx, ev, ref, who)
	case slackui.PressChanges:
		return b.changes(ctx, ev, ref, who)
	case slackui.PressShowSecret:
		return b.later(ev, func(ctx context.Context) error { return b.showSecret(ctx, ev, p, ref.Item) }), nil
	case slackui.PressShowGift:
		return b.later(ev, func(ctx context.Context) error { return b.showGift(ctx, ev, p, ref.Item) }), nil
	case slackui.PressOpenPlan:
		return b.openPlan(ctx, ev, ref, who)
	case slackui.PressMend:
		return b.mend(ctx, ev, ref, who)
	case slackui.PressPage:
		return b.readPage(ctx, ev, ref, who)
	case slackui.PressFix, slackui.PressAssign, slackui.PressUnassign, slackui.PressSnooze, slackui.PressDismiss, slackui.PressAlerts:
		return b.onAlert(ctx, ev, press, ref, who)
	default:
		return answer{}, errOtherRelease
	}
	if run != nil {
		// A card that shows an older state is why a press comes too late; drawing
		// it again is right in any case, and does nothing where it is current.
		b.Watch(ctx, run)
	}
	return answer{}, err
}

// later is an answer whose work follows the acknowledgement, once.
func (b *Bot) later(ev Event, do func(ctx context.Context) error) answer {
	return answer{after: func(ctx context.Context) error {
		return b.once(ctx, ev, func() error { return do(ctx) })
	}}
}

// window opens a modal about a run for somebody who may do what it is for.
func (b *Bot) window(ctx context.Context, ev Event, ref slackui.Ref, who engine.Person, verb engine.Verb, open func(context.Context, *engine.Run) error) (answer, error) {
	run, err := b.known(ctx, ref)
	if err != nil {
		return answer{}, err
	}
	if err := b.engine.May(ctx, who, verb, engine.SubjectOf(run)); err != nil {
		return answer{}, err
	}
	return b.later(ev, func(ctx context.Context) error { return open(ctx, run) }), nil
}

// known is the run a button is about.
func (b *Bot) known(ctx context.Context, ref slackui.Ref) (*engine.Run, error) {
	run, err := b.engine.Store.Run(ctx, ref.Run)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, runbook.Refuse("This run is not known here.")
	}
	return run, err
}

// reject asks "Why?", where a reason can still be given.
func (b *Bot) reject(ctx context.Context, ev Event, ref slackui.Ref, who engine.Person) (answer, error) {
	run, err := b.known(ctx, ref)
	if err != nil {
		return answer{}, err
	}
	if run.Status != engine.AwaitingApproval {
		b.Watch(ctx, run)
		return answer{}, runbook.Refuse("It is too late to reject this. %s", engine.Sentence(run))
	}
	return b.window(ctx, ev, ref, who, engine.VerbReject, func(ctx context.Context, run *engine.Run) error {
		return b.open(ctx, ev, b.ui.RejectModal(run))
	})
}

// done is the Done of an ask: it counts at once, or opens the modal where
// something must be typed, for somebody who may give it.
func (b *Bot) done(ctx context.Context, ev Event, p engine.Press, ref slackui.Ref) (answer, error) {
	run, err := b.known(ctx, ref)
	if err != nil {
		return answer{}, err
	}
	ask := run.OpenAsk()
	if ask == nil || ask.Ask == nil || ask.ID != ref.Step || len(ask.Ask.Inputs) == 0 {
		run, err := b.engine.Answer(ctx, p, ref.Step, nil)
		if run != nil {
			b.Watch(ctx, run)
		}
		return answer{}, err
	}
	subject := engine.SubjectOf(run)
	subject.NotRequester = ask.Ask.NotRequester
	if err := b.engine.May(ctx, p.By, engine.VerbAnswer, subject); err != nil {
		return answer{}, err
	}
	return b.later(ev, func(ctx context.Context) error { return b.open(ctx, ev, b.ui.AnswerModal(run)) }), nil
}

// changes shows a page of all changes: on top of a card or plan, and in place
// of another page.
func (b *Bot) changes(ctx context.Context, ev Event, ref slackui.Ref, who engine.Person) (answer, error) {
	if ref.Run == "" {
		d, err := b.engine.Draft(ctx, ref.Draft, who)
		if err != nil {
			return answer{}, err
		}
		view := b.ui.DraftChanges(d, ref.Page)
		return b.later(ev, func(ctx context.Context) error { return b.turn(ctx, ev, view) }), nil
	}
	return b.window(ctx, ev, ref, who, engine.VerbSee, func(ctx context.Context, run *engine.Run) error {
		if err := b.turn(ctx, ev, b.ui.Changes(run, ref.Page)); err != nil {
			return err
		}
		_, err := b.engine.Open(ctx, engine.Press{Run: run.ID, By: who, Mark: ev.mark()})
		return err
	})
}

func (b *Bot) showSecret(ctx context.Context, ev Event, p engine.Press, name string) error {
	secret, err := b.engine.Reveal(ctx, p, name)
	if err != nil {
		return err
	}
	return b.open(ctx, ev, b.ui.SecretModal("Given with the run", "Compare it with the record", secret))
}

func (b *Bot) showGift(ctx context.Context, ev Event, p engine.Press, gift string) error {
	secret, err := b.engine.RevealGift(ctx, p, gift)
	if err != nil {
		return err
	}
	return b.open(ctx, ev, b.ui.SecretModal("For you alone", "It was made for this run", secret))
}

// openPlan opens a plan from the direct message that announced it. One whose
// planning died with its process is planned again.
func (b *Bot) openPlan(ctx context.Context, ev Event, ref slackui.Ref, who engine.Person) (answer, error) {
	d, err := b.engine.Draft(ctx, ref.Draft, who)
	if err != nil {
		return answer{}, err
	}
	return b.later(ev, func(ctx context.Context) error {
		view := b.ui.Draft(d)
		view.ExternalID = ""
		id, err := b.opened(ctx, ev, view)
		if err != nil || d.Status != engine.Planning {
			return err
		}
		p := &pane{id: id, ref: slackui.Ref{Action: d.Action, Draft: d.ID}, title: b.named(d.Action)}
		if err := b.await(ctx, p, true); err != nil {
			return err
		}
		return b.plan(ctx, d.ID, who, p)
	}), nil
}

// mend opens the form of a suggested action, filled in.
func (b *Bot) mend(ctx context.Context, ev Event, ref slackui.Ref, who engine.Person) (answer, error) {
	action, ok := b.engine.Catalog.Named(ref.Action)
	if !ok {
		return answer{}, runbook.Refuse("That action is not available here. %s lists those that are.", Command)
	}
	if err := b.may(ctx, who, action); err != nil {
		return answer{}, err
	}
	return b.later(ev, func(ctx context.Context) error { return b.openForm(ctx, ev, action, ref.Values, "") }), nil
}
