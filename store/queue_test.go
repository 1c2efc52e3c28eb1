package store_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"registrar/store"
	"registrar/store/storetest"
)

func realTime(c *store.Config) { c.Now = time.Now }

// served runs a queue until the test or the returned function ends it.
func served(t *testing.T, q *store.Queue, handle func(context.Context, string) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Serve(ctx, handle) }()
	var stopped atomic.Bool
	stop = func() {
		cancel()
		if stopped.Swap(true) {
			return
		}
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(wait):
			t.Error("Serve does not end")
		}
	}
	t.Cleanup(stop)
	return stop
}

func next(t *testing.T, visits <-chan string) string {
	t.Helper()
	select {
	case run := <-visits:
		return run
	case <-time.After(wait):
		t.Fatal("nobody was woken")
		return ""
	}
}

func TestQueue(t *testing.T) {
	redis := storetest.RealRedis(t)
	s := openAt(t, redis.URL(), realTime)
	q := s.Queue()
	ctx := t.Context()
	if n, _, err := q.Depth(ctx); err != nil || n != 0 {
		t.Errorf("an empty queue has %d tasks, %v", n, err)
	}
	at := time.Now().Add(-time.Second)
	later := time.Now().Add(time.Hour)
	for range 2 {
		if err := errors.Join(q.Wake(ctx, "later", later), q.Wake(ctx, "later", later)); err != nil {
			t.Errorf("waking twice: %v", err)
		}
	}
	if n, _, err := q.Depth(ctx); err != nil || n != 1 {
		t.Errorf("one run woken four times for one moment makes %d tasks, %v", n, err)
	}
	visits := make(chan string, 10)
	stop := served(t, q, func(_ context.Context, run string) error { visits <- run; return nil })
	if err := q.Wake(ctx, "now", at); err != nil {
		t.Fatal(err)
	}
	if got := next(t, visits); got != "now" {
		t.Errorf("woken: %s", got)
	}
	stop()
	if n, _, err := q.Depth(ctx); err != nil || n != 1 {
		t.Errorf("%d tasks are left, %v; want the one for later", n, err)
	}
}

// A run that moves while it is being visited is visited again.
func TestWakeDuringVisit(t *testing.T) {
	t.Parallel()
	s := openAt(t, storetest.RealRedis(t).URL(), realTime)
	q := s.Queue()
	at := time.Now()
	visits, release := make(chan string, 10), make(chan struct{})
	served(t, q, func(_ context.Context, run string) error {
		visits <- run
		<-release
		return nil
	})
	if err := q.Wake(t.Context(), "r1", at); err != nil {
		t.Fatal(err)
	}
	next(t, visits)
	if err := q.Wake(t.Context(), "r1", at); err != nil {
		t.Fatal(err)
	}
	close(release)
	next(t, visits)
}

// A visit that fails comes again, and what it said does not lie in Redis.
func TestFailedVisitIsRepeated(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits 5 s for the repetition")
	}
	s, m := mini(t, realTime)
	var visits atomic.Int32
	again := make(chan string, 1)
	served(t, s.Queue(), func(context.Context, string) error {
		if visits.Add(1) == 1 {
			return errors.New("no answer for ada@learner.example")
		}
		again <- m.Dump()
		return nil
	})
	if err := s.Queue().Wake(t.Context(), "r1", time.Now()); err != nil {
		t.Fatal(err)
	}
	if dump := next(t, again); strings.Contains(dump, "ada@learner.example") {
		t.Errorf("the error lies in Redis:\n%s", dump)
	}
}

// Told to stop, the queue lets a running visit finish, and the visit knows.
func TestServeDrains(t *testing.T) {
	s, _ := mini(t, realTime)
	q := s.Queue()
	started, finished := make(chan string, 1), make(chan struct{})
	stop := served(t, q, func(ctx context.Context, run string) error {
		started <- run
		<-ctx.Done()
		close(finished)
		return nil
	})
	if err := q.Wake(t.Context(), "r1", time.Now()); err != nil {
		t.Fatal(err)
	}
	next(t, started)
	stop()
	select {
	case <-finished:
	default:
		t.Error("Serve ended before the visit did")
	}
}
