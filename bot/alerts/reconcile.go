package alerts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	// RemindAfter is how long an alert may be open with nobody to care for it.
	RemindAfter = 4 * time.Hour
	// showWithin is how long whoever watches may take to show a move before it
	// is told again.
	showWithin = 30 * time.Second
	// batch is how many alerts one round looks at.
	batch = 10
	// visitClaim is for how long a process that falls silent, or a system that is
	// away, delays what is due for an alert.
	visitClaim = time.Minute
	// An alert's cause is looked at again after some polls: often at first, and
	// seldom once it is old.
	soonPolls, laterPolls = 5, 30
	young                 = time.Hour
)

// Reconcile does what is due, a bounded part of it at a time: it explains new
// alerts, wakes those that were put aside, reminds of those nobody takes, closes
// those whose cause is gone, and hands on what was not shown. Any replica may
// call it at any time.
func (d *Desk) Reconcile(ctx context.Context) error {
	return errors.Join(d.showAgain(ctx), d.visitDue(ctx))
}

func (d *Desk) showAgain(ctx context.Context) error {
	faces, err := d.Store.Unshown(ctx, d.Now().Add(-showWithin), batch)
	for _, face := range faces {
		d.announce(ctx, face)
	}
	return err
}

// visitDue does for all that is due what the clock decides, which must not wait
// for a system that is away. After the first failure no more records are read:
// such a system is not hammered. What was not read is due again after its claim.
func (d *Desk) visitDue(ctx context.Context) error {
	due, err := d.Store.TakeDue(ctx, d.Now(), visitClaim, batch)
	if err != nil {
		return err
	}
	var failed error
	away := false
	for _, id := range due {
		visit, cancel := context.WithTimeout(ctx, visitClaim/2)
		a, err := d.move(visit, id, "", d.strike)
		if err == nil && !away && !a.Status.Ended() {
			if err = d.read(visit, a); err != nil {
				// Behind those that are not read now: it must not be in their way again.
				away = true
				err = errors.Join(err, d.Store.WakeAt(ctx, id, a.sooner(d.Now().Add(2*visitClaim))))
			}
		}
		cancel()
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("alert %s: %w", id, err))
		}
	}
	return failed
}

// read has an alert learn from the person's records.
func (d *Desk) read(ctx context.Context, a *Alert) error {
	asOf := d.Now()
	run, err := d.Live(ctx, a)
	if err != nil {
		return err
	}
	cause, err := survived(func() (Cause, error) { return d.Explain(ctx, a) })
	if err != nil {
		return err
	}
	next, err := d.move(ctx, a.ID, "", func(a *Alert, now time.Time) (Entry, error) {
		return d.learn(a, cause, run, asOf, now)
	})
	if err != nil || next.Version > a.Version {
		return err
	}
	return d.Store.WakeAt(ctx, a.ID, d.wake(next, d.Now()))
}

// strike is what the clock does to an alert.
func (d *Desk) strike(a *Alert, now time.Time) (Entry, error) {
	switch {
	case a.Status == Snoozed && !now.Before(a.Snoozed):
		a.Status, a.Snoozed = Open, time.Time{}
		if a.Assignee == nil {
			a.Idle = now
		}
		a.log(now, "", "the time it was put aside for is over")
		return entry(now, "woken", a, ""), nil
	case !a.Reminded && !a.Idle.IsZero() && !now.Before(a.Idle.Add(RemindAfter)):
		a.Reminded = true
		a.log(now, "", "nobody has taken it for four hours")
		return entry(now, "reminded", a, ""), nil
	}
	return Entry{}, errNoop
}

// learn puts what the person's records said into the alert, and closes it where
// they showed that its cause is gone. That is not believed before a poll has
// passed since its last row: the systems need a moment to agree.
func (d *Desk) learn(a *Alert, c Cause, run string, asOf, now time.Time) (Entry, error) {
	if a.Status.Ended() {
		return Entry{}, errNoop
	}
	before, first := *a, a.Explained.IsZero()
	a.Name, a.Email = cmp.Or(c.Name, a.Name), cmp.Or(c.Email, a.Email)
	a.Account, a.AccountID = cmp.Or(c.Account, a.Account), cmp.Or(c.AccountID, a.AccountID)
	a.Contact = cmp.Or(c.Contact, a.Contact)
	a.Emails, a.Why, a.Links, a.Run = c.Emails, c.Why, c.Links, run
	if run != before.Run && run != "" {
		a.log(now, "", "a run that mends it is under way")
	}
	if c.Gone != "" && run == "" && !asOf.Before(a.Heard.Add(d.Every)) {
		a.end(Closed, now)
		a.log(now, "", "closed itself: "+lowerFirst(c.Gone))
		return entry(now, "closed", a, ""), nil
	}
	if !first && sameJSON(before, *a) {
		return Entry{}, errNoop
	}
	a.Explained = now
	return Entry{}, nil
}

// sameJSON compares what is stored: an empty list is no list.
func sameJSON(a, b Alert) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// wake is when something is due for an alert next.
func (d *Desk) wake(a *Alert, now time.Time) time.Time {
	if a.Status.Ended() {
		return time.Time{}
	}
	next := now
	switch {
	case a.Explained.IsZero():
	case now.Sub(a.Created) < young:
		next = now.Add(soonPolls * d.Every)
	default:
		next = now.Add(laterPolls * d.Every)
	}
	return a.sooner(next)
}

// sooner is a time, or when the clock has something to do before it.
func (a *Alert) sooner(next time.Time) time.Time {
	if a.Status == Snoozed && a.Snoozed.Before(next) {
		next = a.Snoozed
	}
	if remind := a.Idle.Add(RemindAfter); !a.Reminded && !a.Idle.IsZero() && remind.Before(next) {
		next = remind
	}
	return next
}

// Look has the alert's cause looked at in the next round, for instance because a
// run has just mended it.
func (d *Desk) Look(ctx context.Context, id string) error {
	return d.Store.WakeAt(ctx, id, d.Now())
}
