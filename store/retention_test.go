package store_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

func TestExpire(t *testing.T) {
	t.Run("miniredis", func(t *testing.T) {
		m := miniredis.RunT(t)
		expires(t, "redis://"+m.Addr())
	})
	t.Run("redis", func(t *testing.T) { expires(t, storetest.RealRedis(t).URL()) })
}

// expires has Ada's records grow old, while Bob's are made and one of hers stays
// open.
func expires(t *testing.T, url string) {
	now := storetest.Now()
	s := openAt(t, url, func(c *store.Config) { c.Now = func() time.Time { return now } })
	ctx := t.Context()
	remember(t, s, adasAddress, "Ada Lovelace", "A")
	storetest.Submitted(t, s, "open")
	late := newAlert("open-alert")
	if err := s.Alerts().Save(ctx, alerts.Change{Alerts: []*alerts.Alert{late}}); err != nil {
		t.Fatal(err)
	}
	if done, err := s.Expire(ctx, now); err != nil || done != (store.Expired{}) {
		t.Errorf("nothing is older than now: %+v, %v", done, err)
	}
	head, err := s.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}

	now = now.Add(365 * 24 * time.Hour)
	fresh := storetest.Entry("lookup", "")
	fresh.At, fresh.Personal = now, map[string]string{"email": "fresh@learner.example"}
	if err := s.Append(ctx, "", fresh); err != nil {
		t.Fatal(err)
	}
	done, err := s.Expire(ctx, now.Add(-300*24*time.Hour))
	if err != nil || done.Runs != 6 || done.Alerts != 3 || done.Values == 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	if again, err := s.Expire(ctx, now.Add(-300*24*time.Hour)); err != nil || again != (store.Expired{}) {
		t.Errorf("again: %+v, %v", again, err)
	}
	if waiting, err := s.ErasedUnshown(ctx); err != nil || len(waiting) > 0 {
		t.Errorf("somebody who forgets another waits for %v, %v", waiting, err)
	}
	if few, err := s.AgedUnshown(ctx, 2); err != nil || len(few) != 2 {
		t.Errorf("messages of %v, %v", few, err)
	}
	for left := 9; left >= 0; left-- {
		aged, err := s.AgedUnshown(ctx, 100)
		if err != nil || len(aged) != left {
			t.Fatalf("messages of %v, %v; want %d", aged, err, left)
		}
		if left > 0 {
			err = s.ErasedShown(ctx, aged[0])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.Run(ctx, "A-failed")
	if err != nil || r.Plan.Subject != "erased after its time" || r.Requester.Email == "" {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := s.Run(ctx, "open"); err != nil || !strings.Contains(r.Plan.Subject, adasAddress) {
		t.Errorf("an open run: %+v, %v", r, err)
	}
	if a, err := s.Alerts().Alert(ctx, "open-alert"); err != nil || a.Person != late.Person {
		t.Errorf("%+v, %v", a, err)
	}
	for _, key := range strings.Split(strings.ToLower(storetest.Contents(t, url)), "\n{registrar}:") {
		name, _, _ := strings.Cut(key, " ")
		stays := name == "run:open" || strings.HasPrefix(name, "draft:")
		if !stays && (strings.Contains(key, "lovelace") || strings.Contains(key, "contact of a") || strings.Contains(key, adasAddress)) {
			t.Errorf("left: %s", key)
		}
	}
	if !strings.Contains(storetest.Contents(t, url), "fresh@learner.example") {
		t.Error("what is not old enough is gone")
	}
	if v, err := s.Audit(ctx, head.String()); err != nil || v.Erased == 0 || v.Head.Seq != head.Seq+2 {
		t.Errorf("%+v after %d, %v", v, head.Seq, err)
	}
	if _, unknown := storetest.KeysThatStay(t, url); len(unknown) > 0 {
		t.Errorf("stays: %v", unknown)
	}

	// Once it has ended it goes in its turn.
	if r, err = s.Run(ctx, "open"); err != nil {
		t.Fatal(err)
	}
	r.Status, r.Updated = engine.Cancelled, now
	if err := s.Save(ctx, engine.Move{Run: r}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		before time.Time
		want   store.Expired
	}{{now, store.Expired{}}, {now.Add(time.Second), store.Expired{Runs: 1, Values: 1}}} {
		if done, err := s.Expire(ctx, tt.before); err != nil || done != tt.want {
			t.Errorf("before %s: %+v, %v", tt.before, done, err)
		}
	}
}

// A record that cannot be read is told, and the others go all the same.
func TestExpireGoesOnPastWhatCannotBeRead(t *testing.T) {
	now := storetest.Now()
	m := miniredis.RunT(t)
	s := openAt(t, "redis://"+m.Addr(), func(c *store.Config) { c.Now = func() time.Time { return now } })
	remember(t, s, adasAddress, "Ada Lovelace", "A")
	m.HSet("{registrar}:run:A-failed", "body", "{")
	m.HSet("{registrar}:alert:A-alone", "body", "{")
	now = now.Add(365 * 24 * time.Hour)
	done, err := s.Expire(t.Context(), now.Add(-300*24*time.Hour))
	if done.Runs != 5 || done.Alerts != 2 || done.Values == 0 {
		t.Errorf("%+v", done)
	}
	if err == nil || !strings.Contains(err.Error(), "A-failed") || !strings.Contains(err.Error(), "A-alone") {
		t.Errorf("%v", err)
	}
}

// What was erased is recorded also where the time for the rest is over.
func TestExpireIsRecordedWhenItsTimeIsOver(t *testing.T) {
	now := storetest.Now()
	m := miniredis.RunT(t)
	s := openAt(t, "redis://"+m.Addr(), func(c *store.Config) { c.Now = func() time.Time { return now } })
	remember(t, s, adasAddress, "Ada Lovelace", "A")
	now = now.Add(365 * 24 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	between := storetest.NewProxy(t, "redis://"+m.Addr())
	slow := openAt(t, between.URL(), func(c *store.Config) { c.Now = func() time.Time { return now } })
	var values atomic.Int64
	between.Hook(func(c storetest.Command) storetest.Fate {
		if strings.EqualFold(c.Name, "XRANGE") && values.Add(1) == 1 {
			cancel()
		}
		return storetest.Fate{}
	})
	done, err := slow.Expire(ctx, now.Add(-300*24*time.Hour))
	if err == nil || done.Runs != 6 {
		t.Fatalf("%+v, %v", done, err)
	}
	var trail strings.Builder
	if err := s.Export(t.Context(), &trail, store.JSONL); err != nil || !strings.Contains(trail.String(), "personal.expired") {
		t.Errorf("no entry says so: %v", err)
	}
}
