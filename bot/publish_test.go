package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/slacktest"
)

// run is the run of the newest card.
func (w *world) run() *engine.Run {
	w.Helper()
	m, _ := w.card()
	fields := strings.Fields(show(m))
	for i, f := range fields {
		if f == "Run" {
			r, err := w.engine.Store.Run(w.Context(), fields[i+1])
			if err != nil {
				w.Fatal(err)
			}
			return r
		}
	}
	w.Fatal("no run on the card")
	return nil
}

func TestPostingWaitsAsLongAsSlackAsks(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	w.slack.FailNext("chat.postMessage", slacktest.Fault{RetryAfter: 1}, 1)
	w.requests()
	calls := w.slack.Calls("chat.postMessage")
	if len(calls) != 2 || calls[1].At.Sub(calls[0].At) < time.Second {
		t.Errorf("%d calls, want a second one a second after the first", len(calls))
	}
	w.script("cards: 1")
	w.clean()
}

func TestADeletedCardIsPostedAgain(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	w.start(b)
	card := w.requests()
	r := w.run()
	if _, _, err := w.api().DeleteMessageContext(t.Context(), approvals, card.TS); err != nil {
		t.Fatal(err)
	}
	ann := engine.Person{ID: "U2", Name: "ann", Email: "ann@x.edu"}
	if _, err := w.engine.Approve(t.Context(), engine.Press{Run: r.ID, Hash: r.Hash, By: ann, Mark: "m"}); err != nil {
		t.Fatal(err)
	}
	w.script("card: Done", "cards: 1", "thread: it is tidy now")
	w.clean()
}

// What goes wrong while a deleted card is posted again is not reported as shown,
// and the next Repair posts it, once.
func TestADeletedCardIsPostedAgainWhateverFails(t *testing.T) {
	for name, c := range map[string]struct {
		fault slacktest.Fault
		times int
		fails bool // the first Repair
	}{
		"503 once":           {slacktest.Fault{Status: 503}, 1, false},
		"503 for long":       {slacktest.Fault{Status: 503}, sendTries, true},
		"broken, but posted": {slacktest.Fault{Drop: true, After: true}, 1, false},
		"refused":            {slacktest.Fault{Error: "msg_too_long"}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := w.asked()
			b := w.bot()
			if err := b.Repair(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			card, _ := w.card()
			if _, _, err := w.api().DeleteMessageContext(t.Context(), approvals, card.TS); err != nil {
				t.Fatal(err)
			}
			r.Version++
			w.slack.FailNext("chat.postMessage", c.fault, c.times)
			if err := b.Repair(t.Context(), r); (err != nil) != c.fails {
				t.Errorf("the first Repair: %v, want an error: %v", err, c.fails)
			}
			if err := b.Repair(t.Context(), r); err != nil {
				t.Error(err)
			}
			w.script("cards: 1", "card: Waiting for one approval")
			if p, err := w.store.Post(t.Context(), r.ID, keyCard); err != nil || !p.Posted || p.TS == card.TS || p.Drawn != r.Version {
				t.Errorf("the record of the card: %+v, %v", p, err)
			}
		})
	}
}

func TestARestartInTheMiddleOfPostingLeavesOneCard(t *testing.T) {
	w := newWorld(t)
	stop := w.start(w.bot())
	// The card is posted, but the process never learns where, and dies.
	w.slack.FailNext("chat.postMessage", slacktest.Fault{Status: 500, After: true}, 1)
	w.requests()
	stop()
	r := w.run()
	second := w.bot()
	w.redis.SetTime(time.Now().Add(time.Minute)) // its claim has run out
	if err := second.Repair(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	w.script("cards: 1")
	posts := len(w.slack.Calls("chat.postMessage"))
	w.start(second)
	w.script("U2 presses Approve", "card: Done", "cards: 1")
	if posts != 1 {
		t.Errorf("chat.postMessage was called %d times for one card", posts)
	}
}

func TestAnOlderVersionIsNeverDrawnOverANewerOne(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	w.start(b)
	w.requests()
	older := w.run()
	w.script("U2 presses Approve", "card: Done", "U1 dm: it is tidy now")
	if err := w.bot().Repair(t.Context(), older); err != nil {
		t.Fatal(err)
	}
	w.script("card: Done", "cards: 1", "buttons:")
}

func TestRepairSaysOnceWhatWasNotSaid(t *testing.T) {
	w := newWorld(t)
	stop := w.start(w.bot())
	w.requests()
	stop()
	r := w.run()
	ann := engine.Person{ID: "U2", Name: "ann", Email: "ann@x.edu"}
	r, err := w.engine.Reject(t.Context(), engine.Press{Run: r.ID, Hash: r.Hash, By: ann, Reason: "not this week"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.bot().Repair(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	}
	card, _ := w.card()
	if n := len(w.slack.Replies(approvals, card.TS)); n != 1 {
		t.Errorf("%d results in the thread", n)
	}
	if n := len(w.slack.Person("U1").DMs()); n != 1 {
		t.Errorf("%d direct messages to the requester", n)
	}
	w.script("card: Rejected")
}

func TestRemindersAndReviewsAreSaid(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	w.start(b)
	w.requests()
	r := *w.run()
	r.Version, r.Reminders = r.Version+1, 1
	if err := b.Repair(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	w.script("thread: Still waiting for 1 approval")
	r.Version, r.Status = r.Version+1, engine.NeedsReview
	r.Steps[0].Status, r.Steps[0].Evidence = engine.StepUnknown, "The answer was lost."
	if err := b.Repair(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	w.script("card: The answer was lost.", "thread: The answer was lost.", "U1 dm: The answer was lost.")
	w.clean()
}

func TestManyMovesAreFewRedraws(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	b.posts.every = time.Hour // only the first and the last are drawn
	w.start(b)
	w.requests()
	r := *w.run()
	for range 50 {
		r.Version++
		next := r
		b.Watch(t.Context(), &next)
	}
	r.Version++
	r.Status = engine.Cancelled
	b.Watch(t.Context(), &r)
	w.script("card: Cancelled", "U1 dm: Cancelled")
	if n := len(w.slack.Calls("chat.update")); n != 1 {
		t.Errorf("%d redraws for 51 moves", n)
	}
	w.clean()
}
