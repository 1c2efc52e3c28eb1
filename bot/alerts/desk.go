package alerts

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"time"

	"registrar/bot/runbook"
)

// RowLife is how long it is remembered that a row was taken in, and so how far
// back rows are ever read.
const RowLife = 30 * 24 * time.Hour

// Desk moves alerts. All fields are set before use and never changed.
type Desk struct {
	Store Store
	// Rows reads every row of the log that was written since, in any order.
	Rows func(ctx context.Context, since time.Time) ([]Row, error)
	// Explain reads the person's records. An error, such as an outage, only
	// delays: the alert is shown as its row has it, and explained later.
	Explain func(ctx context.Context, a *Alert) (Cause, error)
	// Live returns the id of a run that mends the alert's person just now, or
	// an empty one.
	Live func(ctx context.Context, a *Alert) (string, error)
	// Watch hears of every saved move of an alert with a card of its own,
	// WatchDigest of every one of a digest's alerts. They return at once, and
	// may keep what they are given. Whoever shows it says so with Shown.
	Watch       func(ctx context.Context, a *Alert)
	WatchDigest func(ctx context.Context, d *Digest)
	// Every is the time between two polls, of all replicas together.
	Every time.Duration
	// Owner names this process among the replicas.
	Owner string
	Now   func() time.Time
	Log   *slog.Logger
}

// Alert loads an alert.
func (d *Desk) Alert(ctx context.Context, id string) (*Alert, error) {
	a, err := d.Store.Alert(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, runbook.Refuse("This alert is not known here.")
	}
	return a, err
}

// Digest loads a digest and the alerts in it, in its order. They are at least as
// new as the digest's version.
func (d *Desk) Digest(ctx context.Context, id string) (*Digest, []*Alert, error) {
	digest, err := d.Store.Digest(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil, runbook.Refuse("This digest is not known here.")
	}
	if err != nil {
		return nil, nil, err
	}
	list, err := d.Store.Loaded(ctx, digest.Alerts)
	return digest, list, err
}

// List lists alerts, newest first.
func (d *Desk) List(ctx context.Context, q Query) (Page, error) { return d.Store.List(ctx, q) }

// Shown records that a version of a face (see [Alert.Face]) is what people see.
// Until then it is handed to Watch or WatchDigest again and again.
func (d *Desk) Shown(ctx context.Context, face string, version int64) error {
	err := d.Store.Shown(ctx, face, version)
	if errors.Is(err, ErrConflict) {
		return nil // the newer version is on its way
	}
	return err
}

// errNoop ends a move that has nothing to change and is no mistake.
var errNoop = errors.New("nothing to change")

// move saves what change makes of the alert, with an audit entry unless that has
// no kind. A mark seen before, or a change
// that has nothing to do, returns the alert as it is.
func (d *Desk) move(ctx context.Context, id, mark string, change func(a *Alert, now time.Time) (Entry, error)) (*Alert, error) {
	for {
		a, err := d.Alert(ctx, id)
		if err != nil {
			return nil, err
		}
		next := a.clone()
		entry, err := change(next, d.Now())
		if errors.Is(err, errNoop) {
			return a, nil
		}
		if err != nil {
			// A second delivery of a press finds the alert as the first one left
			// it, and must not be told that it came too late.
			if seen, seenErr := d.seen(ctx, mark); seenErr == nil && seen {
				return a, nil
			}
			return a, err
		}
		c := Change{Alerts: []*Alert{next}, Mark: mark}
		if entry.Kind != "" {
			c.Entries = []Entry{entry}
		}
		err = d.save(ctx, c)
		switch {
		case err == nil:
			return next, nil
		case errors.Is(err, ErrSeen):
			return d.Alert(ctx, id)
		case !errors.Is(err, ErrConflict):
			return nil, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
	}
}

func (d *Desk) seen(ctx context.Context, mark string) (bool, error) {
	if mark == "" {
		return false, nil
	}
	return d.Store.Seen(ctx, mark)
}

// save stores a change, then tells whoever watches.
func (d *Desk) save(ctx context.Context, c Change) error {
	now := d.Now()
	for _, a := range c.Alerts {
		a.Schema, a.Updated, a.Wake = AlertSchema, now, d.wake(a, now)
	}
	if err := d.Store.Save(ctx, c); err != nil {
		return err
	}
	digests := map[string]bool{}
	for _, a := range c.Alerts {
		switch {
		case a.Digest == "":
			d.Watch(ctx, a.clone())
		case !digests[a.Digest]:
			digests[a.Digest] = true
			d.announce(ctx, a.Digest)
		}
	}
	return nil
}

// announce hands a face to whoever watches. Where it cannot be loaded, it is
// still among those not shown.
func (d *Desk) announce(ctx context.Context, face string) {
	var err error
	if IsDigest(face) {
		var digest *Digest
		if digest, err = d.Store.Digest(ctx, face); err == nil {
			d.WatchDigest(ctx, digest)
		}
	} else {
		var a *Alert
		if a, err = d.Store.Alert(ctx, face); err == nil {
			d.Watch(ctx, a)
		}
	}
	if err != nil {
		d.Log.WarnContext(ctx, "alert not shown yet", "alert", face, "error", err)
	}
}

func newID() string { return strings.ToLower(rand.Text()) }

func entry(at time.Time, kind string, a *Alert, actor string) Entry {
	return Entry{At: at, Kind: "alert." + kind, Actor: actor, Facts: map[string]string{"alert": a.ID, "status": string(a.Status)}}
}
