package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"registrar/bot/engine"
	"registrar/bot/slackui"
	"registrar/store"
)

const (
	keyCard = "card"
	// publishTries and publishPause are for a Slack that is away for a moment;
	// what stays unsaid after that is said by Repair.
	publishTries = 4
	publishPause = 2 * time.Second
	// A message that another replica is posting or drawing is waited for, longer
	// than its claim or turn lasts: if it died, this one takes over.
	busyPause = 200 * time.Millisecond
	busyTries = int(max(store.PostingLife, store.DrawingLife)/busyPause) + 10
	// callLimit ends the calls of a post or redraw before anybody else may take
	// it over, with a second left for saying so to the store.
	callLimit = min(store.PostingLife, store.DrawingLife) - time.Second
)

// posts are the runs whose card is to be drawn by this process.
type posts struct {
	every   time.Duration // least time between two redraws of one card
	mu      sync.Mutex
	waiting map[string]*redraw
}

// A redraw is the newest version of a run not drawn yet, nil for none.
type redraw struct {
	run   *engine.Run
	hurry chan struct{} // the run has closed: do not wait
}

// Watch has a run's card drawn and its notices sent, soon. It returns at once
// and may be called with every saved move; versions in between are skipped.
func (b *Bot) Watch(_ context.Context, r *engine.Run) {
	b.posts.mu.Lock()
	defer b.posts.mu.Unlock()
	if w := b.posts.waiting[r.ID]; w != nil {
		if w.run == nil || w.run.Version < r.Version {
			w.run = r
		}
		if r.Status.Closed() {
			select {
			case w.hurry <- struct{}{}:
			default:
			}
			// A card that cannot be posted keeps nobody from hearing the end.
			b.tracker.spawn(func() { b.announce(r) })
		}
		return
	}
	w := &redraw{run: r, hurry: make(chan struct{}, 1)}
	b.posts.waiting[r.ID] = w
	if !b.tracker.spawn(func() { b.redraw(r.ID, w) }) {
		delete(b.posts.waiting, r.ID) // ended: another replica, or Repair, will
	}
}

// redraw publishes a run's versions one after another, until none has come for
// a while. The first is drawn at once, and so is the last of a closed run.
func (b *Bot) redraw(id string, w *redraw) {
	for {
		b.posts.mu.Lock()
		r := w.run
		w.run = nil
		if r == nil {
			delete(b.posts.waiting, id)
			b.posts.mu.Unlock()
			return
		}
		b.posts.mu.Unlock()
		b.publish(r)
		t := time.NewTimer(b.posts.every)
		select {
		case <-t.C:
		case <-w.hurry:
		case <-b.tracker.draining:
		}
		t.Stop()
	}
}

// announce sends a run's direct messages. What fails is left to publish.
func (b *Bot) announce(r *engine.Run) {
	_, err := protected(func() (struct{}, error) { return struct{}{}, b.directly(b.life, r) })
	if err != nil {
		b.log.InfoContext(b.life, "direct messages are not sent yet", "run", r.ID, "error", unwrapURL(err))
	}
}

// publish repairs until it works, for a while.
func (b *Bot) publish(r *engine.Run) {
	for try := 1; ; try++ {
		_, err := protected(func() (struct{}, error) { return struct{}{}, b.Repair(b.life, r) })
		if err == nil {
			return
		}
		b.metrics.failed("publish")
		b.log.WarnContext(b.life, "not all of a run is shown", "run", r.ID, "version", r.Version, "try", try, "error", unwrapURL(err))
		wait := publishPause * time.Duration(try)
		if held := (*heldBack)(nil); errors.As(err, &held) {
			wait = max(wait, held.left)
		}
		if try == publishTries || b.rest(b.life, wait) != nil {
			return
		}
	}
}

// Repair makes Slack show a run as it is: the card, once, and every notice that
// follows from the run, once each. Where all is there it does nothing. The
// worker calls it for what a process may have left unsaid when it died. Direct
// messages go out whatever becomes of the card.
func (b *Bot) Repair(ctx context.Context, r *engine.Run) error {
	private := make(chan error, 1)
	go func() {
		_, err := protected(func() (struct{}, error) { return struct{}{}, b.directly(ctx, r) })
		private <- err
	}()
	if err := errors.Join(b.publicly(ctx, r), <-private); err != nil {
		return err
	}
	err := b.store.Shown(ctx, r.ID, r.Version)
	if errors.Is(err, engine.ErrConflict) {
		return nil // a newer version is on its way to be shown
	}
	return err
}

// card makes sure that the run's card is there and shows this version or a
// newer one.
func (b *Bot) card(ctx context.Context, r *engine.Run) (posted, error) {
	m := b.ui.Card(r, b.now())
	at, err := b.posting(ctx, r, m)
	if code := slackCode(err); at.ts == "" || code != "message_not_found" && code != "channel_not_found" {
		return at, err
	}
	// Deleted. Whoever says so first posts it again; the others wait for that.
	if err := b.store.Gone(ctx, r.ID, keyCard, at.channel, at.ts); err != nil && !errors.Is(err, engine.ErrHeld) {
		return at, err
	}
	return b.posting(ctx, r, m)
}

// posting posts the card, or draws it where it stands. An error with a place
// means that the card could not be drawn there.
func (b *Bot) posting(ctx context.Context, r *engine.Run, m slackui.Message) (posted, error) {
	at, fresh, err := b.postOnce(ctx, r, keyCard, posted{channel: b.channel}, m)
	switch {
	case err != nil:
		return posted{}, err
	case fresh:
		return at, b.drawn(ctx, r.ID, keyCard, r.Version)
	}
	return at, b.draw(ctx, r.ID, keyCard, r.Version, at, m)
}

// draw redraws a message, unless this version or a newer one is on it already.
func (b *Bot) draw(ctx context.Context, run, key string, version int64, at posted, m slackui.Message) error {
	for range busyTries {
		turn, err := b.store.DrawTurn(ctx, run, key, b.owner, version)
		switch {
		case err != nil:
			return err
		case turn == store.TurnOld:
			return nil
		case turn == store.TurnYours:
			drawing, cancel := context.WithTimeout(ctx, callLimit)
			defer cancel()
			err := b.redrawn(drawing, at, m)
			if err != nil {
				version = 0
			}
			return errors.Join(err, b.store.Drawn(context.WithoutCancel(ctx), run, key, b.owner, version))
		}
		if err := b.rest(ctx, busyPause); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: another replica keeps drawing", key)
}

// drawn records that a message was posted with this version on it.
func (b *Bot) drawn(ctx context.Context, run, key string, version int64) error {
	return b.store.Drawn(context.WithoutCancel(ctx), run, key, b.owner, version)
}

// errDraining ends a wait for something another replica or Repair can see to.
var errDraining = errors.New("shutting down")

// rest waits for d, but not while the bot is shutting down.
func (b *Bot) rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-b.tracker.draining:
		return errDraining
	case <-ctx.Done():
		return ctx.Err()
	}
}
