package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// What Redis has acknowledged is there after it was killed.
func TestAcknowledgedWritesSurviveAKill(t *testing.T) {
	redis := storetest.RealRedis(t)
	s := openAt(t, redis.URL())
	ctx := t.Context()
	before, err := s.Epoch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r := storetest.Submitted(t, s, "r1")
	for i := range 5 {
		r.Why = fmt.Sprintf("move %d", i)
		move := engine.Move{Run: r, Mark: engine.Mark(r.Why), Entries: []engine.Entry{storetest.Entry("run.moved", "r1")}}
		if err := s.Save(ctx, move); err != nil {
			t.Fatal(err)
		}
		redis.Kill()
		redis.Start()
		got, err := s.Run(ctx, "r1")
		if err != nil || got.Version != r.Version || got.Why != r.Why {
			t.Fatalf("after the kill: %+v, %v; want version %d", got, err, r.Version)
		}
		if seen, err := s.Seen(ctx, engine.Mark(r.Why)); err != nil || !seen {
			t.Fatalf("after the kill: seen %v, %v", seen, err)
		}
		if err := s.Verify(ctx, ""); err != nil {
			t.Fatalf("after the kill: %v", err)
		}
	}
	after, err := s.Epoch(ctx)
	if err != nil || after == before {
		t.Errorf("the epoch is still %q, %v", after, err)
	}
}

// Redis does the write, and its reply is lost: the client's own repetition finds
// the write done, and there is one effect.
func TestLostReplies(t *testing.T) {
	redis := storetest.RealRedis(t)
	between := storetest.NewProxy(t, redis.URL())
	s := openAt(t, between.URL())
	ctx := t.Context()
	run := storetest.Submitted(t, s, "r1")
	lease, err := s.Lease(ctx, "r1", "warm", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	draft := storetest.NewDraft("d2")
	// Each is done twice: at first so that Redis knows the script, then so that
	// the reply to the write itself is lost.
	losing := func(n int, after int) {
		if n == 1 {
			between.LoseNext(after)
		}
	}
	tests := []struct {
		name string
		do   func(n int) error
	}{
		{"save", func(int) error {
			run.Extended++
			return s.Save(ctx, engine.Move{Run: run, Entries: []engine.Entry{storetest.Entry("run.extended", "r1")}})
		}},
		{"save with mark", func(n int) error {
			run.Extended++
			return s.Save(ctx, engine.Move{Run: run, Mark: engine.Mark(fmt.Sprint("m", n)), Entries: []engine.Entry{storetest.Entry("run.extended", "r1")}})
		}},
		{"save under a fence", func(int) error {
			run.Extended++
			return s.Save(ctx, engine.Move{Run: run, Fence: lease.Fence})
		}},
		{"append", func(n int) error {
			return s.Append(ctx, engine.Mark(fmt.Sprint("look", n)), storetest.Entry("lookup", ""))
		}},
		{"append without a mark", func(int) error { return s.Append(ctx, "", storetest.Entry("lookup", "")) }},
		{"draft", func(int) error { return s.PutDraft(ctx, draft) }},
		{"submit", func(n int) error {
			d := storetest.NewDraft(fmt.Sprint("lost", n))
			if err := s.PutDraft(ctx, d); err != nil {
				return err
			}
			losing(n, 1) // after the names of the draft's secrets
			return s.Submit(ctx, d, engine.Move{Run: storetest.NewRun(fmt.Sprint("lost-run", n), d), Mark: engine.Mark(fmt.Sprint("sub", n))})
		}},
		{"lease", func(n int) error {
			if err := s.Release(ctx, lease); err != nil {
				return err
			}
			losing(n, 0)
			lease, err = s.Lease(ctx, "r1", fmt.Sprint("owner", n), time.Minute)
			return err
		}},
		{"claim", func(n int) error { return first(s.Claim(ctx, fmt.Sprint("event", n))) }},
		{"claim minute", func(n int) error {
			return first(s.ClaimMinute(ctx, "radar", storetest.Now().Add(time.Duration(n)*time.Hour)))
		}},
		{"post", func(n int) error {
			p, claimed, err := s.ClaimPost(ctx, "r1", fmt.Sprint("card", n), "a")
			if p.Unsure {
				return errors.New("unsure of a message nobody claimed before")
			}
			return first(claimed, err)
		}},
	}
	for _, tt := range tests {
		if err := tt.do(0); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		lost := between.Lost()
		if tt.name != "submit" && tt.name != "lease" { // these read or write before
			losing(1, 0)
		}
		if err := tt.do(1); err != nil {
			t.Errorf("%s with its reply lost: %v", tt.name, err)
		}
		if between.Lost() != lost+1 {
			t.Errorf("%s: no reply was lost", tt.name)
		}
	}
	got, err := s.Run(ctx, "r1")
	if err != nil || got.Extended != 6 || got.Version != run.Version {
		t.Errorf("the run was extended %d times and has version %d, %v; want 6 and %d", got.Extended, got.Version, err, run.Version)
	}
	if err := s.Verify(ctx, ""); err != nil {
		t.Error(err)
	}
	if head, err := s.Head(ctx); err != nil || head.Seq != 1+2+2+2+2 {
		t.Errorf("the audit trail has %d entries, %v; want 9", head.Seq, err)
	}
}

func first(ok bool, err error) error {
	if err == nil && !ok {
		return errors.New("taken by its own first try")
	}
	return err
}

// Where Redis is gone, nothing is done and the error says so.
func TestRedisGone(t *testing.T) {
	s, m := mini(t)
	r := storetest.Submitted(t, s, "r1")
	m.Close()
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	err := s.Save(ctx, engine.Move{Run: r})
	var failure *store.Error
	if !errors.As(err, &failure) || failure.Public() == "" {
		t.Fatalf("Save without Redis: %v", err)
	}
	if after, ok := failure.RetryLater(); !ok || after <= 0 || failure.Unsure() {
		t.Errorf("a refused connection: retry %v %v, unsure %v; want a retry and certainty", after, ok, failure.Unsure())
	}
	if err := s.Ping(ctx); err == nil {
		t.Error("Ping without Redis succeeds")
	}
}
