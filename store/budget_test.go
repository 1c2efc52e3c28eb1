package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"registrar/store"
	"registrar/store/storetest"
)

type (
	background struct{}
	changing   struct{}
)

func budgeted(perMinute int) func(*store.Config) {
	return func(c *store.Config) {
		c.PerMinute = func(string) int { return perMinute }
		c.IsBackground = func(ctx context.Context) bool { return ctx.Value(background{}) != nil }
		c.IsWrite = func(ctx context.Context) bool { return ctx.Value(changing{}) != nil }
	}
}

// calls counts how many calls fit in before the budget refuses. What it makes
// them wait for does not come, because Redis's clock stands still.
func calls(t *testing.T, ctx context.Context, s *store.Store, key string) int {
	t.Helper()
	for n := 0; ; n++ {
		soon, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		err := s.Budget(soon, key)
		cancel()
		var spent *store.BudgetError
		if errors.As(err, &spent) {
			if after, ok := spent.RetryLater(); !ok || after <= 0 || spent.Public() == "" {
				t.Errorf("refused without saying until when: %v", err)
			}
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestBudget(t *testing.T) {
	s, m := mini(t, budgeted(20))
	start := storetest.Now()
	m.SetTime(start)
	work := context.WithValue(t.Context(), background{}, true)
	n := 0
	for i := range 15 {
		m.SetTime(start.Add(time.Duration(i) * 4 * time.Second))
		n += calls(t, work, s, "portal")
	}
	if n != 16 {
		t.Errorf("background work made %d calls of 20, want 16", n)
	}
	if n := calls(t, t.Context(), s, "portal"); n != 4 {
		t.Errorf("people made %d more calls, want the 4 kept for them", n)
	}
	if n := calls(t, t.Context(), s, "other portal"); n != 20 {
		t.Errorf("another portal allowed %d calls, want 20", n)
	}
	m.SetTime(start.Add(59 * time.Second))
	if n := calls(t, t.Context(), s, "portal"); n != 0 {
		t.Errorf("%d calls in the same minute", n)
	}
	if minute, week, err := s.Left(t.Context(), "portal"); err != nil || minute != 0 || week != -1 {
		t.Errorf("Left: %d, %d, %v", minute, week, err)
	}
	m.SetTime(start.Add(2 * time.Minute))
	if n := calls(t, t.Context(), s, "portal"); n != 20 {
		t.Errorf("%d calls in the next minute, want 20", n)
	}
}

// Background calls come at an even pace, of which a rest lets them make up five
// seconds; people's calls wait for no pace.
func TestBudgetSpreadsBackgroundCalls(t *testing.T) {
	s, m := mini(t, budgeted(300))
	start := storetest.Now()
	work := context.WithValue(t.Context(), background{}, true)
	at := func(after time.Duration) { m.SetTime(start.Add(after)) }
	at(0)
	once := func(ctx context.Context) bool {
		t.Helper()
		now, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		err := s.Budget(now, "portal")
		if spent := (*store.BudgetError)(nil); err != nil && !errors.As(err, &spent) {
			t.Fatal(err)
		}
		return err == nil
	}
	n := 0
	for once(work) {
		n++
	}
	if n != 21 {
		t.Errorf("%d calls at once, want those of 5 s and one", n)
	}
	if !once(t.Context()) {
		t.Error("a person's call waits for the pace")
	}
	for i := range 40 {
		at(time.Duration(i+1) * 250 * time.Millisecond)
		if !once(work) || once(work) {
			t.Fatalf("at quarter of a second %d not one call fits in", i+1)
		}
	}
}

func TestBudgetWaitsForItsTurn(t *testing.T) {
	s, m := mini(t, budgeted(1))
	start := time.Now()
	m.SetTime(start)
	if err := s.Budget(t.Context(), "portal"); err != nil {
		t.Fatal(err)
	}
	m.SetTime(start.Add(time.Minute - 100*time.Millisecond))
	waited := make(chan error)
	go func() { waited <- s.Budget(t.Context(), "portal") }()
	// It asks again after about 100 ms, when by Redis's clock it is its turn.
	m.SetTime(start.Add(time.Minute + time.Second))
	select {
	case err := <-waited:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(wait):
		t.Error("the call waits for ever")
	}
}

// A process that is to end does not sit out its turn: what was not sent is then
// put off, instead of being cut off and left to a person. Somebody who waits is
// answered all the same.
func TestBudgetWaitsNoLongerOnceTheProcessIsToEnd(t *testing.T) {
	stopping := make(chan struct{})
	s, m := mini(t, func(c *store.Config) {
		budgeted(10)(c)
		c.Stopping = stopping
	})
	m.SetTime(storetest.Now())
	work := context.WithValue(t.Context(), background{}, true)
	calls(t, work, s, "portal")
	waited := make(chan error, 1)
	go func() { waited <- s.Budget(work, "portal") }()
	close(stopping)
	var spent *store.BudgetError
	select {
	case err := <-waited:
		if !errors.As(err, &spent) {
			t.Errorf("it ends with %v, want a BudgetError", err)
		}
	case <-time.After(wait):
		t.Fatal("it waits for its turn")
	}
	if err := s.Budget(t.Context(), "portal"); err != nil {
		t.Errorf("a person's call: %v", err)
	}
}

func TestBudgetLearns(t *testing.T) {
	s, m := mini(t, budgeted(100))
	m.SetTime(storetest.Now())
	ctx := t.Context()
	learn := func(minute, week int) {
		t.Helper()
		if err := s.Learn(ctx, "portal", minute, week); err != nil {
			t.Fatal(err)
		}
	}
	learn(3, 1000)
	m.SetTime(storetest.Now().Add(time.Second))
	if n := calls(t, ctx, s, "portal"); n != 3 {
		t.Errorf("%d calls where the vendor allows 3 more", n)
	}
	learn(-1, -1)
	if minute, week, err := s.Left(ctx, "portal"); err != nil || minute != 97 || week != 1000 {
		t.Errorf("Left: %d, %d, %v; want 97, 1000", minute, week, err)
	}
	m.SetTime(storetest.Now().Add(2 * time.Minute))
	learn(99, 100)
	work := context.WithValue(ctx, background{}, true)
	if n := calls(t, work, s, "portal"); n != 0 {
		t.Errorf("background work made %d calls in the last tenth of the week's", n)
	}
	if err := s.Budget(ctx, "portal"); err != nil {
		t.Errorf("a person's call: %v", err)
	}
	learn(99, 0)
	if n := calls(t, ctx, s, "portal"); n != 0 {
		t.Errorf("%d calls after the week's last", n)
	}
	var spent *store.BudgetError
	if err := s.Budget(ctx, "portal"); !errors.As(err, &spent) || !spent.Weekly() || !strings.Contains(spent.Public(), "this week") {
		t.Errorf("the week is not named: %v", err)
	}
	// Only an answer tells that there are calls again, so one asks now and then.
	m.SetTime(storetest.Now().Add(2*time.Minute + 61*time.Minute))
	if n := calls(t, ctx, s, "portal"); n != 1 {
		t.Errorf("%d calls ask how many there are by now, want 1", n)
	}
	m.SetTime(storetest.Now().Add(8 * time.Hour))
	if n := calls(t, work, s, "portal"); n != 1 {
		t.Errorf("%d background calls ask how many there are by now, want 1", n)
	}
	learn(99, 900)
	if n := calls(t, work, s, "portal"); n == 0 {
		t.Error("background work does not go on with the new week")
	}
}

// What people use of their fifth does not come off what background work may use;
// what they need beyond it does.
func TestBudgetOfPeopleIsTheirs(t *testing.T) {
	for _, tt := range []struct{ people, work int }{{0, 80}, {10, 80}, {15, 80}, {20, 75}, {60, 35}} {
		s, m := mini(t, budgeted(100))
		start := storetest.Now()
		m.SetTime(start)
		for range tt.people {
			if err := s.Budget(t.Context(), "portal"); err != nil {
				t.Fatal(err)
			}
		}
		work, n := context.WithValue(t.Context(), background{}, true), 0
		for i := range 12 {
			m.SetTime(start.Add(time.Duration(i) * 5 * time.Second))
			n += calls(t, work, s, "portal")
		}
		if n != tt.work {
			t.Errorf("beside %d calls of people, background work made %d, want %d", tt.people, n, tt.work)
		}
	}
}

// Where the week's calls end for background work, its writes end first: what they
// did can still be looked at.
func TestBudgetKeepsCallsToLookBack(t *testing.T) {
	s, m := mini(t, budgeted(300))
	m.SetTime(storetest.Now())
	work := context.WithValue(t.Context(), background{}, true)
	write := context.WithValue(work, changing{}, true)
	for _, tt := range []struct {
		week          int
		writes, reads bool
	}{{1000, true, true}, {301, true, true}, {299, false, true}, {201, false, true}, {199, false, false}} {
		if err := s.Learn(t.Context(), "portal", 299, tt.week); err != nil {
			t.Fatal(err)
		}
		if err := s.Budget(write, "portal"); (err == nil) != tt.writes {
			t.Errorf("%d left: a write: %v", tt.week, err)
		}
		if err := s.Budget(work, "portal"); (err == nil) != tt.reads {
			t.Errorf("%d left: a read: %v", tt.week, err)
		}
		if held, err := s.WritesHeld(t.Context(), "portal"); err != nil || held == tt.writes {
			t.Errorf("%d left: held %t, %v", tt.week, held, err)
		}
		if err := s.Budget(context.WithValue(t.Context(), changing{}, true), "portal"); err != nil {
			t.Errorf("%d left: a person's write: %v", tt.week, err)
		}
	}
}

// What the vendor counts is free again when it has left the vendor's window,
// also where it has said nothing since: background work that has its whole share
// goes on at once, and not a minute later.
func TestBudgetDoesNotWaitForNews(t *testing.T) {
	s, m := mini(t, budgeted(20))
	start := storetest.Now()
	work := context.WithValue(t.Context(), background{}, true)
	n := 0
	for i := range 45 {
		m.SetTime(start.Add(time.Duration(i) * 4 * time.Second))
		got := calls(t, work, s, "portal")
		for range got {
			minute, _, err := s.Left(t.Context(), "portal")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Learn(t.Context(), "portal", minute, -1); err != nil {
				t.Fatal(err)
			}
		}
		n += got
	}
	if n < 3*15 || n > 3*16 {
		t.Errorf("%d calls in three minutes, want 15 or 16 in each", n)
	}
}

func TestNoLimitOfOurOwn(t *testing.T) {
	s, _ := mini(t)
	for range 400 {
		if err := s.Budget(t.Context(), "portal"); err != nil {
			t.Fatal(err)
		}
	}
	if minute, _, err := s.Left(t.Context(), "portal"); err != nil || minute != -1 {
		t.Errorf("Left: %d, %v", minute, err)
	}
}
