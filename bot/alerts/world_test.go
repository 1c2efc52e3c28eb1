package alerts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/alerts"
	"registrar/bot/runbook"
	"registrar/store"
)

// world is a log, the people in it, a desk that reads it, and everything the
// desk has shown. It stands still until advance.
type world struct {
	t     *testing.T
	redis *miniredis.Miniredis
	store *store.Store
	desk  *alerts.Desk
	now   time.Time

	log     []alerts.Row
	causes  map[string]alerts.Cause // by person
	runs    map[string]string       // by person
	outage  error                   // of what Explain reads
	cards   []*alerts.Alert
	digests []*alerts.Digest
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, redis: miniredis.RunT(t), now: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC),
		causes: map[string]alerts.Cause{}, runs: map[string]string{},
	}
	w.redis.SetTime(w.now)
	s, err := store.Open(t.Context(), store.Config{
		URL: "redis://" + w.redis.Addr(), SecretKey: "a key only tests may use", Now: func() time.Time { return w.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.store = s
	w.desk = w.newDesk("a")
	return w
}

// newDesk is the desk of one replica.
func (w *world) newDesk(owner string) *alerts.Desk {
	return &alerts.Desk{
		Store: w.store.Alerts(), Every: time.Minute, Owner: owner, Now: func() time.Time { return w.now },
		Log: slog.New(slog.DiscardHandler),
		Rows: func(_ context.Context, since time.Time) ([]alerts.Row, error) {
			return slices.DeleteFunc(slices.Clone(w.log), func(r alerts.Row) bool { return r.At.Before(since) }), nil
		},
		Explain: func(_ context.Context, a *alerts.Alert) (alerts.Cause, error) {
			return w.causes[a.Person], w.outage
		},
		Live:        func(_ context.Context, a *alerts.Alert) (string, error) { return w.runs[a.Person], nil },
		Watch:       func(_ context.Context, a *alerts.Alert) { w.cards = append(w.cards, a) },
		WatchDigest: func(_ context.Context, d *alerts.Digest) { w.digests = append(w.digests, d) },
	}
}

func (w *world) advance(d time.Duration) {
	w.now = w.now.Add(d)
	w.redis.SetTime(w.now)
	w.redis.FastForward(d)
}

// row adds a row about a contact to the log, written some time ago.
func (w *world) row(id, contact string, ago time.Duration) {
	w.log = append(w.log, alerts.Row{
		ID: id, At: w.now.Add(-ago), Contact: contact, Account: "001", Email: contact + "@x.edu", Name: "Name of " + contact,
		Message: "Email address already in use",
	})
}

// poll polls a minute after the last time, and fails the test where it was not
// this desk's turn.
func (w *world) poll() {
	w.t.Helper()
	w.advance(time.Minute)
	if wait, err := w.desk.Poll(w.t.Context()); err != nil || wait < time.Minute/2 {
		w.t.Fatalf("Poll: again in %s, %v", wait, err)
	}
}

func (w *world) reconcile() {
	w.t.Helper()
	if err := w.desk.Reconcile(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// all lists every alert there is, oldest first.
func (w *world) all() []*alerts.Alert {
	w.t.Helper()
	page, err := w.desk.List(w.t.Context(), alerts.Query{Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Reverse(page.Alerts)
	return page.Alerts
}

// only is the one alert there is.
func (w *world) only() *alerts.Alert {
	w.t.Helper()
	all := w.all()
	if len(all) != 1 {
		w.t.Fatalf("%d alerts, want one", len(all))
	}
	return all[0]
}

// kinds are the kinds of the audit entries so far.
func (w *world) kinds() []string {
	w.t.Helper()
	var out bytes.Buffer
	if err := w.store.Export(w.t.Context(), &out, store.JSONL); err != nil {
		w.t.Fatal(err)
	}
	var kinds []string
	for line := range bytes.Lines(out.Bytes()) {
		var e struct{ Entry struct{ Kind string } }
		if err := json.Unmarshal(line, &e); err != nil {
			w.t.Fatal(err)
		}
		kinds = append(kinds, e.Entry.Kind)
	}
	return kinds
}

func (w *world) said(what string, got []string, want ...string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// refused is the sentence of a refusal.
func refused(t *testing.T, err error) string {
	t.Helper()
	var refusal *runbook.UserError
	if !errors.As(err, &refusal) {
		t.Fatalf("%v is no refusal", err)
	}
	return refusal.Text
}

func (w *world) press(alert, who, mark string) alerts.Press {
	return alerts.Press{Alert: alert, By: alerts.Who{ID: who, Name: "Name of " + who}, Mark: mark}
}

func person(i int) string { return fmt.Sprintf("003%012d", i) }
