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

// posts are what this process is about to draw, by id.
type posts struct {
	every   time.Duration // least time between two redraws of one card
	homes   time.Duration // and of the Home tabs
	mu      sync.Mutex
	waiting map[string]*redraw
}

// A picture is one version of something that is to be seen in Slack.
type picture struct {
	id      string
	version int64
	last    bool          // no version follows: it does not wait for its turn
	every   time.Duration // least time to the next; zero: as for a card
	// show makes Slack show it. What it has shown already it leaves alone.
	show func(context.Context) error
	// ahead is what of the last picture must not wait for those before; may be nil.
	ahead func(context.Context) error
}

// A redraw is the newest picture not drawn yet, nil for none.
type redraw struct {
	next  *picture
	hurry chan struct{} // the last has come: do not wait
}

// Watch has a run's card drawn and its notices sent, soon. It returns at once
// and may be called with every saved move; versions in between are skipped.
func (b *Bot) Watch(_ context.Context, r *engine.Run) { b.paint(b.pictureOf(r)) }

func (b *Bot) pictureOf(r *engine.Run) picture {
	return picture{
		id: r.ID, version: r.Version, last: r.Status.Closed(),
		show: func(ctx context.Context) error { return b.Repair(ctx, r) },
		// A card that cannot be posted keeps nobody from hearing the end.
		ahead: func(ctx context.Context) error { return b.directly(ctx, r) },
	}
}

func (b *Bot) paint(p picture) {
	b.posts.mu.Lock()
	defer b.posts.mu.Unlock()
	if w := b.posts.waiting[p.id]; w != nil {
		if w.next == nil || w.next.version < p.version {
			w.next = &p
		}
		if p.last {
			select {
			case w.hurry <- struct{}{}:
			default:
			}
			if p.ahead != nil {
				b.tracker.spawn(func() { b.hasten(p) })
			}
		}
		return
	}
	w := &redraw{next: &p, hurry: make(chan struct{}, 1)}
	b.posts.waiting[p.id] = w
	if !b.tracker.spawn(func() { b.redraw(p.id, w) }) {
		delete(b.posts.waiting, p.id) // ended: another replica, or Repair, will
	}
}

// redraw shows one picture after another, until none has come for a while. The
// first is drawn at once, and so is the last.
func (b *Bot) redraw(id string, w *redraw) {
	for {
		b.posts.mu.Lock()
		p := w.next
		w.next = nil
		if p == nil {
			delete(b.posts.waiting, id)
			b.posts.mu.Unlock()
			return
		}
		b.posts.mu.Unlock()
		b.publish(*p)
		if id != homesPicture {
			b.homesChanged()
		}
		t := time.NewTimer(max(p.every, b.posts.every))
		select {
		case <-t.C:
		case <-w.hurry:
		case <-b.tracker.draining:
		}
		t.Stop()
	}
}

// hasten does what must not wait. What fails is left to publish.
func (b *Bot) hasten(p picture) {
	_, err := protected(func() (struct{}, error) { return struct{}{}, p.ahead(b.life) })
	if err != nil {
		b.log.InfoContext(b.life, "direct messages are not sent yet", "about", p.id, "error", unwrapURL(err))
	}
}

// publish tries until all is shown, for a while.
func (b *Bot) publish(p picture) {
	for try := 1; ; try++ {
		_, err := protected(func() (struct{}, error) { return struct{}{}, p.show(b.life) })
		if err == nil {
			return
		}
		b.metrics.failed("publish")
		b.log.WarnContext(b.life, "not all is shown", "about", p.id, "version", p.version, "try", try, "error", unwrapURL(err))
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
	if err := errors.Join(b.publicly(ctx, r), <-private); err != nil && !errors.Is(err, store.ErrErased) {
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
	return b.cardOf(ctx, b.about(r), r.Version, b.ui.Card(r, b.now()))
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
