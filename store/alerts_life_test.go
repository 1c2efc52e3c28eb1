package store_test

import (
	"slices"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/store/storetest"
)

// Rows are remembered for as long as they may be read again, and what has ended
// goes, in the end. What is open stays.
func TestHowLongAlertsAreKept(t *testing.T) {
	s, m := mini(t)
	if err := s.Alerts().Save(t.Context(), burst(2)); err != nil {
		t.Fatal(err)
	}
	ended, err := s.Alerts().Alert(t.Context(), "a000")
	if err != nil {
		t.Fatal(err)
	}
	ended.Status, ended.Ended, ended.Wake = alerts.Dismissed, storetest.Now(), time.Time{}
	if err := s.Alerts().Save(t.Context(), alerts.Change{Alerts: []*alerts.Alert{ended}, Mark: "m"}); err != nil {
		t.Fatal(err)
	}
	const year = 365 * 24 * time.Hour
	for key, want := range map[string]bool{
		"alerts:row:row0": true, "alerts:of:person of a000": true, "alert:a000": true, "digest:digest-1": true, "seen:m": true,
		"alerts:of:person of a001": false, "alert:a001": false,
	} {
		ttl := m.TTL("{registrar}:" + key)
		if !m.Exists("{registrar}:"+key) || (ttl > 0) != want {
			t.Errorf("%s is kept for %s", key, ttl)
		}
		if key == "alert:a000" && ttl < year || key == "alerts:row:row0" && ttl != alerts.RowLife {
			t.Errorf("%s is kept for %s only", key, ttl)
		}
	}
}

// Every move has to be shown, not the first one only; and a version that was
// shown late does not hide the one after it.
func TestEveryMoveIsToBeShown(t *testing.T) {
	s, _ := mini(t)
	kept, ctx := s.Alerts(), t.Context()
	a := newAlert("a")
	for range 3 {
		if err := kept.Save(ctx, alerts.Change{Alerts: []*alerts.Alert{a}}); err != nil {
			t.Fatal(err)
		}
		if err := kept.Shown(ctx, "a", a.Version-1); err == nil {
			t.Error("an old version counts as the newest")
		}
		if left, err := kept.Unshown(ctx, storetest.Now(), 10); err != nil || !slices.Equal(left, []string{"a"}) {
			t.Errorf("version %d: not shown yet are %v, %v", a.Version, left, err)
		}
		if err := kept.Shown(ctx, "a", a.Version); err != nil {
			t.Fatal(err)
		}
		if left, err := kept.Unshown(ctx, storetest.Now(), 10); err != nil || len(left) != 0 {
			t.Errorf("shown, and still listed: %v, %v", left, err)
		}
	}
}

// Who has lost the turn to poll may say what it has read, and neither frees the
// turn of another nor sets the cursor back.
func TestALatePollEnds(t *testing.T) {
	s, m := mini(t)
	kept, ctx, now := s.Alerts(), t.Context(), storetest.Now()
	turn := func(owner string) alerts.Turn {
		t.Helper()
		got, err := kept.BeginPoll(ctx, owner, time.Minute, 15*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	m.SetTime(now)
	turn("slow")
	m.SetTime(now.Add(20 * time.Second))
	if !turn("b").Mine {
		t.Fatal("who fell silent keeps the turn")
	}
	for _, cursor := range []time.Time{now, now.Add(-time.Hour), {}} {
		if err := kept.EndPoll(ctx, "slow", cursor, true); err != nil {
			t.Fatal(err)
		}
	}
	if got := turn("c"); got.Mine || got.Wait > time.Second {
		t.Errorf("while another polls: %+v", got)
	}
	m.SetTime(now.Add(2 * time.Minute))
	if got := turn("c"); !got.Mine || !got.Cursor.Equal(now) {
		t.Errorf("%+v, want the cursor at %s", got, now)
	}
}
