package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"registrar/bot/alerts"
)

func TestRowsOfOnePersonAreOneAlert(t *testing.T) {
	w := newWorld(t)
	w.row("r2", person(1), 2*time.Minute)
	w.row("r1", person(1), 5*time.Minute)
	w.row("r1", person(1), 5*time.Minute) // on two pages of the log
	w.poll()
	a := w.only()
	if a.Status != alerts.Open || a.Rows != 2 || !a.First.Before(a.Last) || a.Person != person(1) || a.Email != person(1)+"@x.edu" ||
		a.AccountID != "001" || a.Digest != "" || a.Message == "" || !a.Explained.IsZero() {
		t.Errorf("%+v", a)
	}
	if len(w.cards) != 1 || w.cards[0].Version != 1 || len(w.digests) != 0 {
		t.Errorf("shown: %d cards, %d digests; want a card", len(w.cards), len(w.digests))
	}
	if fix := a.Fix(); fix.Action != "fix-sync" || fix.Values["email"] != a.Email {
		t.Errorf("Fix: %+v", fix)
	}
	w.row("r3", person(1), 0)
	w.poll()
	if a := w.only(); a.Rows != 3 || len(w.cards) != 2 {
		t.Errorf("%d rows, %d times shown; want 3 and 2", a.Rows, len(w.cards))
	}
	w.said("trail", w.kinds(), "alert.opened", "alert.joined")
}

// Rows that are committed late, with an earlier time, are found all the same;
// rows that were read are not taken in again, even by another process.
func TestLateAndRepeatedRows(t *testing.T) {
	w := newWorld(t)
	w.row("r1", person(1), 0)
	w.poll()
	w.row("late", person(2), 6*time.Minute)
	w.desk = w.newDesk("b")
	w.poll()
	w.poll()
	if all := w.all(); len(all) != 2 || len(w.cards) != 2 {
		t.Errorf("%d alerts, %d cards; want 2 and 2", len(all), len(w.cards))
	}
	// The log's clock is ahead of ours: the next row is found all the same.
	w.row("future", person(3), -24*time.Hour)
	w.poll()
	w.row("r4", person(4), 0)
	w.poll()
	if all := w.all(); len(all) != 4 {
		t.Errorf("%d alerts, want 4", len(all))
	}
}

// What was written weeks ago and read then is not news, even where nothing was
// read in between; what is new since then is.
func TestLongPause(t *testing.T) {
	w := newWorld(t)
	w.row("old", person(1), 48*time.Hour) // before the first poll looks back to
	w.row("r1", person(2), 0)
	w.poll()
	w.advance(5 * 24 * time.Hour)
	w.row("r2", person(3), 4*24*time.Hour)
	w.poll()
	w.advance(40 * 24 * time.Hour)
	w.poll()
	if all := w.all(); len(all) != 2 || all[0].Person != person(2) || all[1].Person != person(3) {
		t.Errorf("%d alerts, want those of the second and the third", len(all))
	}
}

func TestBurst(t *testing.T) {
	for _, n := range []int{alerts.Burst, alerts.Burst + 1} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			w := newWorld(t)
			w.row("known", person(0), 0)
			w.poll()
			w.cards = nil
			w.row("again", person(0), 0)
			for i := range n {
				w.row(fmt.Sprint("r", i), person(1+i), 0)
			}
			w.poll()
			if n == alerts.Burst {
				if len(w.digests) != 0 || len(w.cards) != n+1 {
					t.Errorf("%d digests and %d cards, want %d cards", len(w.digests), len(w.cards), n+1)
				}
				return
			}
			if len(w.digests) != 1 || len(w.cards) != 1 || w.cards[0].Person != person(0) {
				t.Fatalf("%d digests and %d cards, want a digest, and a card of whom is known", len(w.digests), len(w.cards))
			}
			d, list, err := w.desk.Digest(t.Context(), w.digests[0].ID)
			if err != nil || len(list) != n || d.Version == 0 {
				t.Fatalf("digest: %d alerts, version %d, %v", len(list), d.Version, err)
			}
			a, err := w.desk.Assign(t.Context(), w.press(list[3].ID, "U1", "m"))
			if err != nil || a.Face() != d.ID {
				t.Fatalf("Assign: %+v, %v", a, err)
			}
			if last := w.digests[len(w.digests)-1]; len(w.digests) != 2 || last.Version <= d.Version || len(w.cards) != 1 {
				t.Errorf("a press on one of its alerts does not redraw the digest: %d digests, %d cards", len(w.digests), len(w.cards))
			}
		})
	}
}

// A row after the end opens a new alert, unless a run still mends its cause.
func TestRowAfterTheEnd(t *testing.T) {
	for _, run := range []string{"", "run-1"} {
		w := newWorld(t)
		w.row("r1", person(1), 0)
		w.poll()
		first := w.only()
		if _, err := w.desk.Dismiss(t.Context(), w.press(first.ID, "U1", "m1")); err != nil {
			t.Fatal(err)
		}
		w.runs[person(1)] = run
		w.row("r2", person(1), 0)
		w.poll()
		all := w.all()
		switch {
		case run == "" && (len(all) != 2 || all[1].Status != alerts.Open || all[1].Rows != 1 || all[0].Rows != 1):
			t.Errorf("no run: %d alerts; want a second one", len(all))
		case run != "" && (len(all) != 1 || all[0].Rows != 2 || all[0].Status != alerts.Dismissed):
			t.Errorf("a run: %d alerts; want the row in the first, which stays dismissed", len(all))
		}
		w.row("r3", person(1), 0)
		w.poll()
		if again := w.all(); len(again) != len(all) {
			t.Errorf("a third row makes %d alerts, want %d", len(again), len(all))
		}
	}
}

// A log that cannot be read, or a store that cannot be written, loses nothing.
func TestPollFails(t *testing.T) {
	w := newWorld(t)
	w.row("r1", person(1), 0)
	away := errors.New("away")
	read := w.desk.Rows
	w.desk.Rows = func(context.Context, time.Time) ([]alerts.Row, error) { return nil, away }
	w.advance(time.Minute)
	if wait, err := w.desk.Poll(t.Context()); !errors.Is(err, away) || wait <= 0 || wait > time.Minute {
		t.Errorf("Poll: again in %s, %v", wait, err)
	}
	w.desk.Rows = read
	w.redis.SetError("down")
	w.advance(time.Minute)
	if wait, err := w.desk.Poll(t.Context()); err == nil || wait <= 0 || wait > time.Minute {
		t.Errorf("Poll without Redis: again in %s, %v", wait, err)
	}
	w.redis.SetError("")
	w.poll()
	w.only()
}

// Replicas take turns: one poll in each interval, and one that dies is replaced.
func TestTurns(t *testing.T) {
	w := newWorld(t)
	a, b := w.newDesk("a"), w.newDesk("b")
	polls := 0
	count := func(context.Context, time.Time) ([]alerts.Row, error) { polls++; return nil, nil }
	a.Rows, b.Rows = count, count
	waits := func(d *alerts.Desk) time.Duration {
		t.Helper()
		wait, err := d.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return wait
	}
	waits(a)
	w.advance(20 * time.Second)
	if wait := waits(b); wait != 40*time.Second || polls != 1 {
		t.Errorf("20 s after a poll: again in %s, %d polls; want 40s and 1", wait, polls)
	}
	w.advance(40 * time.Second)
	waits(b)
	if waits(a); polls != 2 {
		t.Errorf("%d polls in two minutes, want 2", polls)
	}
	// One begins and dies.
	w.advance(time.Minute)
	if turn, err := a.Store.BeginPoll(t.Context(), "a", time.Minute, 15*time.Second); err != nil || !turn.Mine {
		t.Fatalf("%+v, %v", turn, err)
	}
	if wait := waits(b); wait > time.Second || polls != 2 {
		t.Errorf("while the dead one has the turn: again in %s, %d polls", wait, polls)
	}
	w.advance(20 * time.Second)
	if waits(b); polls != 3 {
		t.Errorf("%d polls, want a third 20 s after the death, before the next interval", polls)
	}
}

// overtaken is a store in which another replica acts right before a change.
type overtaken struct {
	alerts.Store
	first func()
}

func (s *overtaken) Save(ctx context.Context, c alerts.Change) error {
	if s.first != nil {
		s.first()
		s.first = nil
	}
	return s.Store.Save(ctx, c)
}

// Two that poll at once take in each row once, and all of them.
func TestTwoPollAtOnce(t *testing.T) {
	w := newWorld(t)
	w.row("r1", person(1), 0)
	other := w.newDesk("b")
	w.desk.Store = &overtaken{w.desk.Store, func() {
		w.row("r2", person(2), 0)
		w.advance(time.Minute)
		if _, err := other.Poll(t.Context()); err != nil {
			t.Error(err)
		}
	}}
	w.row("r3", person(1), 0)
	w.advance(time.Minute)
	if _, err := w.desk.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all := w.all(); len(all) != 2 || all[0].Rows+all[1].Rows != 3 || len(w.cards) != 2 {
		t.Errorf("%d alerts, %d cards; want each row once", len(all), len(w.cards))
	}
}
