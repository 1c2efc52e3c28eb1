package engine

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// suspendable is a store that one process does not get to, or does not hear of,
// for as long as it is suspended.
type suspendable struct {
	Store
	awake chan struct{} // closed while it runs
	deaf  bool          // what it asked for is done; it hears of that when it wakes up
}

func (s *suspendable) Renew(ctx context.Context, l Lease, ttl time.Duration) error {
	if s.deaf {
		err := s.Store.Renew(ctx, l, ttl)
		<-s.awake
		return err
	}
	<-s.awake
	return s.Store.Renew(ctx, l, ttl)
}

// TestASuspendedProcessDoesNotWrite has a process fall asleep between the note
// that it starts a step and the write, for longer than its lease. Another one
// takes the run over. What wakes up must find out before it writes, and not only
// when its next renewal is due.
func TestASuspendedProcessDoesNotWrite(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			store := &suspendable{Store: w.store, awake: make(chan struct{}), deaf: deaf}
			a, b := w.engine("a", store), w.engine("b", w.store)
			r := approve(t, a, request(t, a), ana)
			w.stall = func(may func() error) error {
				w.stall = nil
				if deaf {
					time.Sleep(defaultLeaseTTL / 3) // it falls asleep as it renews
				}
				time.Sleep(2 * defaultLeaseTTL)
				visitNow(t, b, r)
				close(store.awake)
				if !deaf {
					return may()
				}
				synctest.Wait() // the old reply is heard
				return may()
			}
			if err := a.Visit(t.Context(), r.ID); !errors.Is(err, ErrFenced) {
				t.Errorf("heard too late, %t: the one that was suspended ended with %v; want that it has lost the lease", deaf, err)
			}
			if n := w.vendor.times("coat"); n != 1 {
				t.Errorf("heard too late, %t: coated %d times", deaf, n)
			}
			r, err := w.store.Run(t.Context(), r.ID)
			if err != nil {
				t.Fatal(err)
			}
			wantStatus(t, r, WaitingOnPerson)
		})
	}
}

// While Redis is away it is not known whose the run is, so nothing is written,
// and nothing is lost by that.
func TestNothingIsWrittenWhileTheLeaseIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		away := &failing{Store: w.store}
		e := w.engine("a", away)
		r := approve(t, e, request(t, e), ana)
		w.stall = func(may func() error) error {
			if err := may(); err != nil {
				t.Errorf("with a fresh lease: %v", err)
			}
			away.away.Store(true)
			time.Sleep(defaultLeaseTTL - time.Second)
			err := may()
			away.away.Store(false)
			return err
		}
		if err := e.Visit(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
		if n := w.vendor.times("coat"); n != 0 {
			t.Fatalf("coated %d times", n)
		}
		w.stall = nil
		time.Sleep(time.Hour)
		wantStatus(t, visitNow(t, e, r), WaitingOnPerson)
	})
}

// failing is a store that cannot renew while it is away.
type failing struct {
	Store
	away atomic.Bool
}

func (s *failing) Renew(ctx context.Context, l Lease, ttl time.Duration) error {
	if s.away.Load() {
		return errBusy
	}
	return s.Store.Renew(ctx, l, ttl)
}
