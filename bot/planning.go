package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// progressEvery is the least time between two redraws of a waiting modal.
const progressEvery = time.Second

// plan makes a draft's plan and shows it: in the modal, or by direct message
// where the modal was closed meanwhile. Where this process ends before that,
// another does it.
func (b *Bot) plan(ctx context.Context, draft string, who engine.Person, p *pane) error {
	quiet := b.alive(ctx, draft)
	_, err := protected(func() (struct{}, error) { return struct{}{}, b.planned(ctx, draft, who, p) })
	quiet()
	if b.life.Err() != nil {
		return err
	}
	ending, cancel := context.WithTimeout(b.life, replyTimeout)
	defer cancel()
	return errors.Join(err, b.store.PlanningEnded(ending, draft))
}

func (b *Bot) planned(ctx context.Context, draft string, who engine.Person, p *pane) error {
	reading, stop := b.progress(ctx, p)
	d, err := b.engine.Plan(reading, draft)
	stop()
	switch {
	case err != nil && b.life.Err() != nil:
		return err
	case err != nil:
		return b.failed(ctx, who, p, err)
	}
	view := b.ui.Draft(d)
	view.ExternalID = p.external
	there, err := b.reveal(ctx, p, view)
	if err != nil || there {
		return err
	}
	return b.ready(ctx, d)
}

// report reads a document and shows it to the one who asked.
func (b *Bot) report(ctx context.Context, proposal engine.Proposal, mark engine.Mark, p *pane) error {
	reading, stop := b.progress(ctx, p)
	doc, err := b.engine.Report(reading, proposal, mark)
	stop()
	if err != nil {
		return b.failed(ctx, proposal.By, p, err)
	}
	view := b.ui.Document(p.ref, doc)
	view.ExternalID = p.external
	there, err := b.reveal(ctx, p, view)
	if err != nil || there {
		return err
	}
	_, err = b.direct(ctx, proposal.By.ID, b.ui.DocumentMessage(doc))
	return err
}

// failed says in the waiting modal why there will be no plan or document.
func (b *Bot) failed(ctx context.Context, who engine.Person, p *pane, cause error) error {
	told := said(cause)
	if told.Text == textStore {
		b.log.ErrorContext(ctx, "reading failed", "draft", p.ref.Draft, "action", p.ref.Action, "error", unwrapURL(cause))
		told.Text = "Something went wrong while reading the records. Nothing was changed; please try again."
	}
	view := b.ui.Explain(p.title, told)
	view.ExternalID = p.external
	// Also when planning was cut off: by its deadline, or by the program's end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTimeout)
	defer cancel()
	there, err := b.reveal(ctx, p, view)
	if err != nil || there {
		return err
	}
	_, err = b.direct(ctx, who.ID, b.ui.Problem(told))
	return err
}

// progress has what is being read shown in the waiting modal, the latest text
// at most once in progressEvery. No redraw starts or is under way after stop has
// returned.
func (b *Bot) progress(ctx context.Context, p *pane) (reading context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	texts := make(chan string, 1)
	var mu sync.Mutex
	reading = runbook.WithProgress(ctx, func(text string) {
		mu.Lock()
		defer mu.Unlock()
		select {
		case <-texts: // not drawn yet: the newer one says more
		default:
		}
		texts <- text
	})
	drawing, quit := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case text := <-texts:
				view := b.waiting(p, text)
				if there, err := b.show(drawing, p, view); err != nil || !there {
					return
				}
			case <-drawing.Done():
				return
			}
			if pause(drawing, progressEvery) != nil {
				return
			}
		}
	}()
	return reading, func() {
		quit()
		<-done
		cancel()
	}
}
