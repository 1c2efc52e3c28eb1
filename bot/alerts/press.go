package alerts

import (
	"context"
	"time"

	"registrar/bot/runbook"
)

// Press is one button of an alert pressed by one person. A refusal is a
// [runbook.UserError] that says in a sentence how things stand; the alert is
// returned beside it.
type Press struct {
	Alert string
	By    Who
	// Mark identifies the press: its second delivery returns the alert as it is.
	Mark string
}

// The times "Snooze" offers.
const (
	SnoozeHour = time.Hour
	SnoozeDay  = 24 * time.Hour
)

// Assign gives the alert to who pressed. Where it was put aside, it is open
// again. Who has it already keeps it.
func (d *Desk) Assign(ctx context.Context, p Press) (*Alert, error) {
	return d.press(ctx, p, "assigned", "took it", func(a *Alert, now time.Time) error {
		switch {
		case a.Assignee != nil && a.Assignee.ID == p.By.ID && a.Status == Open:
			return errNoop
		case a.Assignee != nil && a.Assignee.ID != p.By.ID:
			return runbook.Refuse("%s has this alert already. If that should change, press Unassign first and then take it.", a.Assignee.Name)
		}
		a.Status, a.Snoozed, a.Idle = Open, time.Time{}, time.Time{}
		a.Assignee = &Who{ID: p.By.ID, Name: p.By.Name}
		return nil
	})
}

// Unassign frees the alert for others; anybody may press it.
func (d *Desk) Unassign(ctx context.Context, p Press) (*Alert, error) {
	return d.press(ctx, p, "unassigned", "freed it for others", func(a *Alert, now time.Time) error {
		if a.Assignee == nil {
			return errNoop
		}
		a.Assignee = nil
		if a.Status == Open {
			a.Idle = now
		}
		return nil
	})
}

// Snooze puts the alert aside for a while, at most a week.
func (d *Desk) Snooze(ctx context.Context, p Press, length time.Duration) (*Alert, error) {
	text := "put it aside for " + inWords(length)
	return d.press(ctx, p, "snoozed", text, func(a *Alert, now time.Time) error {
		if length <= 0 || length > 7*24*time.Hour {
			return runbook.Refuse("An alert can be put aside for a week at most.")
		}
		a.Status, a.Snoozed, a.Idle = Snoozed, now.Add(length), time.Time{}
		return nil
	})
}

// Dismiss ends the alert by hand. A new row for the person opens a new one.
func (d *Desk) Dismiss(ctx context.Context, p Press) (*Alert, error) {
	return d.press(ctx, p, "dismissed", "dismissed it", func(a *Alert, now time.Time) error {
		a.end(Dismissed, now)
		return nil
	})
}

func (a *Alert) end(s Status, now time.Time) {
	a.Status, a.Ended, a.Snoozed, a.Idle = s, now, time.Time{}, time.Time{}
}

func (d *Desk) press(ctx context.Context, p Press, kind, text string, change func(*Alert, time.Time) error) (*Alert, error) {
	return d.move(ctx, p.Alert, p.Mark, func(a *Alert, now time.Time) (Entry, error) {
		if a.Status.Ended() {
			return Entry{}, runbook.Refuse("Too late: %s", lowerFirst(Sentence(a)))
		}
		if err := change(a, now); err != nil {
			return Entry{}, err
		}
		a.log(now, p.By.ID, text)
		return entry(now, kind, a, p.By.ID), nil
	})
}
