package alerts_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"registrar/bot/alerts"
)

// opened is a world with one alert, of person 1, that people see.
func opened(t *testing.T) (*world, string) {
	w := newWorld(t)
	w.row("r1", person(1), 0)
	w.poll()
	a := w.only()
	if err := w.desk.Shown(t.Context(), a.ID, a.Version); err != nil {
		t.Fatal(err)
	}
	w.cards = nil
	return w, a.ID
}

func TestPresses(t *testing.T) {
	w, id := opened(t)
	ctx := t.Context()
	a, err := w.desk.Assign(ctx, w.press(id, "U1", "m1"))
	if err != nil || a.Assignee == nil || a.Assignee.ID != "U1" || !a.Idle.IsZero() || a.Version != 2 {
		t.Fatalf("Assign: %+v, %v", a, err)
	}
	if _, err = w.desk.Assign(ctx, w.press(id, "U2", "m2")); !strings.HasPrefix(refused(t, err), "Name of U1 has this alert already.") {
		t.Errorf("Assign by another: %v", err)
	}
	if a, err = w.desk.Assign(ctx, w.press(id, "U1", "m3")); err != nil || a.Version != 2 {
		t.Errorf("Assign again: version %d, %v", a.Version, err)
	}
	if a, err = w.desk.Snooze(ctx, w.press(id, "U1", "m4"), alerts.SnoozeHour); err != nil || a.Status != alerts.Snoozed || !a.Snoozed.Equal(w.now.Add(time.Hour)) {
		t.Errorf("Snooze: %+v, %v", a, err)
	}
	if a, err = w.desk.Assign(ctx, w.press(id, "U1", "m5")); err != nil || a.Status != alerts.Open || !a.Snoozed.IsZero() {
		t.Errorf("Assign of what was put aside: %+v, %v", a, err)
	}
	if a, err = w.desk.Unassign(ctx, w.press(id, "U2", "m6")); err != nil || a.Assignee != nil || !a.Idle.Equal(w.now) {
		t.Errorf("Unassign: %+v, %v", a, err)
	}
	if a, err = w.desk.Dismiss(ctx, w.press(id, "U2", "m7")); err != nil || a.Status != alerts.Dismissed || !a.Ended.Equal(w.now) || !a.Wake.IsZero() {
		t.Errorf("Dismiss: %+v, %v", a, err)
	}
	if a, err = w.desk.Assign(ctx, w.press(id, "U1", "m8")); !strings.HasPrefix(refused(t, err), "Too late: this alert was dismissed") || a == nil {
		t.Errorf("Assign after the end: %v", err)
	}
	if _, err = w.desk.Snooze(ctx, w.press("nobody", "U1", "m9"), time.Hour); refused(t, err) == "" {
		t.Error("an unknown alert")
	}
	w.said("trail", w.kinds(), "alert.opened", "alert.assigned", "alert.snoozed", "alert.assigned", "alert.unassigned", "alert.dismissed")
	if len(w.cards) != 5 {
		t.Errorf("%d redraws, want one for each move", len(w.cards))
	}
	for _, e := range a.History[1:] {
		if e.By == "" || e.Text == "" || e.At.IsZero() {
			t.Errorf("history: %+v", e)
		}
	}
}

// Slack may deliver a press twice: the second finds its effect and says nothing
// else, even where it would be refused by now.
func TestPressesDeliveredTwice(t *testing.T) {
	for name, press := range map[string]func(d *alerts.Desk, ctx context.Context, p alerts.Press) (*alerts.Alert, error){
		"assign":  (*alerts.Desk).Assign,
		"dismiss": (*alerts.Desk).Dismiss,
		"snooze": func(d *alerts.Desk, ctx context.Context, p alerts.Press) (*alerts.Alert, error) {
			return d.Snooze(ctx, p, alerts.SnoozeDay)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := opened(t)
			p := w.press(id, "U1", "once")
			first, err := press(w.desk, t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			w.advance(5 * time.Minute)
			again, err := press(w.newDesk("b"), t.Context(), p)
			if err != nil || again.Version != first.Version {
				t.Errorf("the second delivery: %+v, %v; want version %d", again, err, first.Version)
			}
		})
	}
}

func TestSnoozeHasALimit(t *testing.T) {
	w, id := opened(t)
	for _, length := range []time.Duration{0, -time.Hour, 8 * 24 * time.Hour} {
		if _, err := w.desk.Snooze(t.Context(), w.press(id, "U1", ""), length); refused(t, err) == "" {
			t.Errorf("for %s", length)
		}
	}
}

// Every status has a sentence of its own.
func TestSentences(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range []alerts.Alert{
		{Status: alerts.Open}, {Status: alerts.Open, Reminded: true}, {Status: alerts.Open, Assignee: &alerts.Who{ID: "U1"}},
		{Status: alerts.Open, Run: "r"}, {Status: alerts.Snoozed}, {Status: alerts.Dismissed}, {Status: alerts.Closed},
	} {
		s := alerts.Sentence(&a)
		if seen[s] || !strings.HasSuffix(s, ".") {
			t.Errorf("%+v: %q", a, s)
		}
		seen[s] = true
	}
}
