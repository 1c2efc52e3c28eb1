package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
	"registrar/store"
)

const (
	// planningLife is how long a process that plans may be silent before
	// another plans in its place; it is heard of every planningBeat.
	planningLife = 10 * time.Second
	planningBeat = 3 * time.Second
	// resumeBatch is how many plans one replica takes over at a time.
	resumeBatch = 5
)

var errTwice = runbook.Refuse("The program was interrupted twice while it read the records. Nothing was changed; please run the command again.")

// await remembers the modal a plan or report will be shown in, and that a plan
// is being made, so that it is made even if this process dies.
func (b *Bot) await(ctx context.Context, p *pane, plan bool) error {
	if err := b.store.PutView(ctx, p.ref.Draft, store.View{ID: p.id, External: p.external}); err != nil || !plan {
		return err
	}
	return b.store.PlanningBegun(ctx, p.ref.Draft, planningLife)
}

// alive lets it be known that a draft is being planned here. After stop it
// says no more; the planning ends when the requester has been told.
func (b *Bot) alive(ctx context.Context, draft string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for pause(ctx, planningBeat) == nil {
			if err := b.store.PlanningAlive(ctx, draft, planningLife); err != nil && ctx.Err() == nil {
				b.log.WarnContext(ctx, "another replica may plan this too", "draft", draft, "error", err)
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// Resume makes the plans that a process which died has left unmade or unshown.
// It returns at once; every replica calls it every few seconds.
func (b *Bot) Resume(ctx context.Context) error {
	drafts, err := b.store.TakePlanning(ctx, resumeBatch, planningLife)
	for _, id := range drafts {
		b.tracker.spawn(func() {
			ctx, cancel := context.WithTimeout(b.life, afterBudget)
			defer cancel()
			_, err := protected(func() (struct{}, error) { return struct{}{}, b.resume(ctx, id) })
			if err != nil {
				b.metrics.failed("resume")
				b.log.ErrorContext(ctx, "plan not resumed", "draft", id, "error", unwrapURL(err))
			}
		})
	}
	return err
}

func (b *Bot) resume(ctx context.Context, id string) error {
	d, err := b.engine.Store.Draft(ctx, id)
	if errors.Is(err, engine.ErrNotFound) || err == nil && d.Status == engine.Used {
		return b.store.PlanningEnded(ctx, id)
	}
	if err != nil {
		return err
	}
	b.log.InfoContext(ctx, "planning in the place of a process that died", "draft", id, "action", d.Action)
	p := &pane{ref: slackui.Ref{Action: d.Action, Draft: id}, title: b.named(d.Action), seen: true}
	v, err := b.store.View(ctx, id)
	switch {
	case err == nil && v.External != "":
		p.external = v.External
	case err == nil:
		p.id = v.ID
	case !errors.Is(err, engine.ErrNotFound):
		return err
	}
	// What has ended two processes may well end every other.
	first, err := b.store.Claim(ctx, "resume:"+id)
	if err != nil {
		return err
	}
	if !first {
		return errors.Join(b.failed(ctx, d.Requester, p, errTwice), b.store.PlanningEnded(ctx, id))
	}
	err = b.plan(ctx, id, d.Requester, p)
	if err == nil || b.life.Err() != nil {
		return err
	}
	_, told := b.direct(ctx, d.Requester.ID, b.ui.Problem(said(err)))
	return errors.Join(err, told)
}

// onClosed hears that a waiting modal was closed: what it waits for goes by
// direct message, even where Slack still takes updates of the view.
func (b *Bot) onClosed(ctx context.Context, ev Event) (answer, error) {
	view := ev.Interaction.View
	ref, err := slackui.ParseRef(view.PrivateMetadata)
	if err != nil || view.CallbackID != slackui.ViewPlanning || ref.Draft == "" {
		return answer{}, nil
	}
	v, err := b.store.View(ctx, ref.Draft)
	if errors.Is(err, engine.ErrNotFound) || err == nil && v.ID != view.ID {
		return answer{}, nil
	}
	if err != nil {
		return answer{}, err
	}
	v.Closed = true
	if err := b.store.PutView(ctx, ref.Draft, v); err != nil {
		return answer{}, err
	}
	return answer{after: func(ctx context.Context) error {
		// Closed in the moment it was shown: it may be that nobody has seen it.
		d, err := b.engine.Store.Draft(ctx, ref.Draft)
		if errors.Is(err, engine.ErrNotFound) || err == nil && (d.Status == engine.Planning || d.Status == engine.Used) {
			return nil
		}
		if err != nil {
			return err
		}
		return b.ready(ctx, d)
	}}, nil
}

// ready tells by direct message how planning ended, once.
func (b *Bot) ready(ctx context.Context, d *engine.Draft) error {
	if first, err := b.first(ctx, "ready", engine.Mark(fmt.Sprint(d.ID, " ", d.Version))); err == nil && !first {
		return nil
	}
	_, err := b.direct(ctx, d.Requester.ID, b.ui.PlanReady(d))
	return err
}

// reveal shows a plan or report in its waiting modal, and reports whether its
// user can see it there.
func (b *Bot) reveal(ctx context.Context, p *pane, view slack.ModalViewRequest) (there bool, err error) {
	if p.external == "" && p.id == "" {
		return false, nil
	}
	v, err := b.store.View(ctx, p.ref.Draft)
	if err == nil && v.Closed {
		return false, nil
	}
	return b.show(ctx, p, view)
}
