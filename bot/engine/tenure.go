package engine

import (
	"context"
	"errors"
	"sync"
	"time"
)

// tenure is how surely this process has a run's lease.
type tenure struct {
	store Store
	lease Lease
	ttl   time.Duration
	lost  context.CancelCauseFunc // ends the visit, so that a step under way is cut off

	mu    sync.Mutex
	asked time.Time // when the last term that was granted was asked for: it began no earlier
}

// hold keeps the lease until ctx ends.
func (t *tenure) hold(ctx context.Context) {
	tick := time.NewTicker(t.ttl / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := t.renew(ctx)
		if errors.Is(err, ErrFenced) || err != nil && t.age() > t.ttl-t.ttl/3 {
			t.lost(ErrFenced)
			return
		}
	}
}

func (t *tenure) renew(ctx context.Context) error {
	asked := time.Now()
	err := t.store.Renew(ctx, t.lease, t.ttl)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil && asked.After(t.asked) {
		t.asked = asked
	}
	return err
}

// age is for how long nobody has said that the lease is still held, by the clock
// that tells more: one stands still while a machine is suspended, the other is
// set.
func (t *tenure) age() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	return max(now.Sub(t.asked), now.Round(0).Sub(t.asked.Round(0)))
}

// may reports whether a write may go out. A lease that has half its time left is
// enough; otherwise the store is asked, because a process that was suspended
// does not know that it was, nor who has the run now.
func (t *tenure) may(ctx context.Context) error {
	if t.age() < t.ttl/2 {
		return nil
	}
	err := t.renew(ctx)
	if errors.Is(err, ErrFenced) {
		t.lost(ErrFenced)
	}
	return err
}
