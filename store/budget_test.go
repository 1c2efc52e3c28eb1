package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"registrar/store"
	"registrar/store/storetest"
)

type background struct{}

func budgeted(perMinute int) func(*store.Config) {
	return func(c *store.Config) {
		c.PerMinute = func(string) int { return perMinute }
		c.IsBackground = func(ctx context.Context) bool { return ctx.Value(background{}) != nil }
	}
}

// calls counts how many calls fit in before the budget refuses.
func calls(t *testing.T, ctx context.Context, s *store.Store, key string) int {
	t.Helper()
	for n := 0; ; n++ {
		err := s.Budget(ctx, key)
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
	m.SetTime(storetest.Now())
	work := context.WithValue(t.Context(), background{}, true)
	if n := calls(t, work, s, "portal"); n != 16 {
		t.Errorf("background work made %d calls of 20, want 16", n)
	}
	if n := calls(t, t.Context(), s, "portal"); n != 4 {
		t.Errorf("people made %d more calls, want the 4 kept for them", n)
	}
	if n := calls(t, t.Context(), s, "other portal"); n != 20 {
		t.Errorf("another portal allowed %d calls, want 20", n)
	}
	m.SetTime(storetest.Now().Add(59 * time.Second))
	short, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if n := calls(t, short, s, "portal"); n != 0 {
		t.Errorf("%d calls in the same minute", n)
	}
	if minute, week, err := s.Left(t.Context(), "portal"); err != nil || minute != 0 || week != -1 {
		t.Errorf("Left: %d, %d, %v", minute, week, err)
	}
	m.SetTime(storetest.Now().Add(61 * time.Second))
	if n := calls(t, t.Context(), s, "portal"); n != 20 {
		t.Errorf("%d calls in the next minute, want 20", n)
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
