package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/store/storetest"
)

// Redis has done the write and its reply is lost: the client's own repetition
// finds it done, and there is one effect.
func TestLostRepliesAboutAlerts(t *testing.T) {
	redis := storetest.RealRedis(t)
	between := storetest.NewProxy(t, redis.URL())
	kept := openAt(t, between.URL()).Alerts()
	ctx := t.Context()
	first := burst(1)
	a := first.Alerts[0]
	if err := kept.Save(ctx, first); err != nil {
		t.Fatal(err)
	}
	opened := func(n int) alerts.Change {
		return alerts.Change{Alerts: []*alerts.Alert{newAlert(fmt.Sprint("lost", n))}, Rows: []string{fmt.Sprint("lost row ", n)},
			Entries: []alerts.Entry{{At: storetest.Now(), Kind: "alert.opened"}}}
	}
	for _, tt := range []struct {
		name string
		do   func(n int) error
	}{
		{"rows", func(n int) error { return kept.Save(ctx, opened(n)) }},
		{"a press", func(n int) error {
			return kept.Save(ctx, alerts.Change{Alerts: []*alerts.Alert{a}, Mark: fmt.Sprint("press", n)})
		}},
		{"the clock", func(int) error { return kept.Save(ctx, alerts.Change{Alerts: []*alerts.Alert{a}}) }},
		{"a turn", func(n int) error {
			turn, err := kept.BeginPoll(ctx, "a", time.Nanosecond, time.Minute)
			if err == nil && !turn.Mine {
				err = errors.New("taken by its own first try")
			}
			return err
		}},
		{"its end", func(int) error { return kept.EndPoll(ctx, "a", storetest.Now(), true) }},
	} {
		for n := range 2 { // at first Redis does not know the script
			before := between.Lost()
			if n == 1 {
				between.LoseNext(0)
			}
			if err := tt.do(n); err != nil {
				t.Errorf("%s, reply lost: %t: %v", tt.name, n == 1, err)
			}
			if between.Lost() != before+n {
				t.Errorf("%s: no reply was lost", tt.name)
			}
		}
	}
	stored, err := kept.Alert(ctx, a.ID)
	if err != nil || stored.Version != a.Version || a.Version != 5 {
		t.Errorf("version %d, %v; want %d and 5", stored.Version, err, a.Version)
	}
	if page, err := kept.List(ctx, alerts.Query{}); err != nil || len(page.Alerts) != 3 {
		t.Errorf("%d alerts, %v; want 3", len(page.Alerts), err)
	}
}

// The greatest number of rows that is taken in at once does not keep Redis from
// others for long.
func TestGreatestIntake(t *testing.T) {
	s := openAt(t, storetest.RealRedis(t).URL())
	began := time.Now()
	if err := s.Alerts().Save(t.Context(), burst(2000)); err != nil {
		t.Fatal(err)
	}
	t.Logf("2,000 new alerts took %s", time.Since(began))
	if err := s.Verify(t.Context(), ""); err != nil {
		t.Error(err)
	}
}
