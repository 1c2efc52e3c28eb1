package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/store"
	"registrar/store/storetest"
)

// newAlert is an alert nobody has stored yet.
func newAlert(id string) *alerts.Alert {
	now := storetest.Now()
	return &alerts.Alert{Schema: alerts.AlertSchema, ID: id, Status: alerts.Open, Person: "person of " + id, Rows: 1, Created: now, Updated: now,
		Idle: now, Wake: now, Assignee: &alerts.Who{ID: "U1", Name: "Sam"}}
}

// burst is a digest of so many new alerts, each caused by a row.
func burst(n int) alerts.Change {
	c := alerts.Change{Digest: &alerts.Digest{Schema: alerts.DigestSchema, ID: "digest-1", Created: storetest.Now()}}
	for i := range n {
		a := newAlert(fmt.Sprintf("a%03d", i))
		a.Digest = c.Digest.ID
		c.Alerts, c.Rows, c.Digest.Alerts = append(c.Alerts, a), append(c.Rows, fmt.Sprint("row", i)), append(c.Digest.Alerts, a.ID)
		c.Entries = append(c.Entries, alerts.Entry{At: a.Created, Kind: "alert.opened", Personal: map[string]string{"email": "ada@learner.example"}})
	}
	return c
}

func onBoth(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Run("miniredis", func(t *testing.T) {
		s, _ := mini(t)
		test(t, s)
	})
	t.Run("redis", func(t *testing.T) { test(t, openAt(t, storetest.RealRedis(t).URL())) })
}

func TestAlerts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ctx, kept := t.Context(), s.Alerts()
		if err := kept.Save(ctx, burst(20)); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]alerts.Change{
			"the same rows":     burst(3),
			"one row of them":   {Alerts: []*alerts.Alert{newAlert("other")}, Rows: []string{"new", "row7"}},
			"one mark for many": {Mark: "m", Rows: []string{"row0"}},
		} {
			if err := kept.Save(ctx, c); !errors.Is(err, alerts.ErrSeen) {
				t.Errorf("%s: %v", name, err)
			}
		}
		a, err := kept.Alert(ctx, "a007")
		if err != nil || a.Version != 1 || a.Person != "person of a007" {
			t.Fatalf("%+v, %v", a, err)
		}
		stale := *a
		a.Rows++
		if err := kept.Save(ctx, alerts.Change{Alerts: []*alerts.Alert{a}, Mark: "m1"}); err != nil || a.Version != 2 {
			t.Fatalf("version %d, %v", a.Version, err)
		}
		other := newAlert("other")
		if err := kept.Save(ctx, alerts.Change{Alerts: []*alerts.Alert{other, &stale}, Rows: []string{"new"}, Mark: "m2"}); !errors.Is(err, alerts.ErrConflict) {
			t.Errorf("an old version: %v", err)
		}
		second := newAlert("second")
		second.Person = a.Person
		if err := kept.Save(ctx, alerts.Change{Alerts: []*alerts.Alert{second}}); !errors.Is(err, alerts.ErrConflict) {
			t.Errorf("a second alert of one person: %v", err)
		}
		seen, err := kept.SeenRows(ctx, []string{"row0", "new"})
		if _, missing := kept.Alert(ctx, "other"); err != nil || !seen["row0"] || seen["new"] || !errors.Is(missing, alerts.ErrNotFound) {
			t.Errorf("a refused change left something: %v, %v, %v", seen, err, missing)
		}
		if err := kept.Save(ctx, alerts.Change{Alerts: []*alerts.Alert{a}, Mark: "m1"}); !errors.Is(err, alerts.ErrSeen) {
			t.Errorf("a mark of before: %v", err)
		}
		d, err := kept.Digest(ctx, "digest-1")
		if err != nil || d.Version != 21 || len(d.Alerts) != 20 {
			t.Errorf("digest: %+v, %v", d, err)
		}
		if err := s.Verify(ctx, ""); err != nil {
			t.Error(err)
		}
	})
}

// An alert that has ended is out of the lists of open ones, and another may take
// its place.
func TestEndedAlerts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ctx, kept := t.Context(), s.Alerts()
		if err := kept.Save(ctx, burst(2)); err != nil {
			t.Fatal(err)
		}
		a, err := kept.Alert(ctx, "a000")
		if err != nil {
			t.Fatal(err)
		}
		a.Status, a.Ended, a.Wake = alerts.Closed, storetest.Now(), time.Time{}
		if err := kept.Save(ctx, alerts.Change{Alerts: []*alerts.Alert{a}}); err != nil {
			t.Fatal(err)
		}
		if err := kept.WakeAt(ctx, a.ID, storetest.Now()); err != nil {
			t.Fatal(err)
		}
		for name, q := range map[string]alerts.Query{"open": {Open: true}, "assigned": {Assignee: "U1"}} {
			if got := listed(t, kept, q); !slices.Equal(got, []string{"a001"}) {
				t.Errorf("%s: %v", name, got)
			}
		}
		due, err := kept.TakeDue(ctx, storetest.Now(), time.Minute, 10)
		if err != nil || !slices.Equal(due, []string{"a001"}) {
			t.Errorf("due: %v, %v", due, err)
		}
		if due, err = kept.TakeDue(ctx, storetest.Now(), time.Minute, 10); err != nil || len(due) != 0 {
			t.Errorf("due again at once: %v, %v", due, err)
		}
		if due, err = kept.TakeDue(ctx, storetest.Now().Add(time.Minute), time.Minute, 10); err != nil || len(due) != 1 {
			t.Errorf("due after the claim: %v, %v", due, err)
		}
		counts, err := kept.Counts(ctx, storetest.Now())
		if want := (store.AlertCounts{Opened: 2, Ended: 1, Open: 1}); err != nil || counts != want {
			t.Errorf("counts: %+v, %v", counts, err)
		}
		again := newAlert("again")
		again.Person = a.Person
		c := alerts.Change{Alerts: []*alerts.Alert{again}, Takes: map[string]alerts.Take{a.Person: {Alert: again.ID, From: a.ID}}, Rows: []string{"r"}}
		if err := kept.Save(ctx, c); err != nil {
			t.Fatal(err)
		}
		// A row that believes the ended one to be the newest has come too late.
		c = alerts.Change{Alerts: []*alerts.Alert{a}, Takes: map[string]alerts.Take{a.Person: {Alert: a.ID, From: a.ID}}, Rows: []string{"r2"}}
		if err := kept.Save(ctx, c); !errors.Is(err, alerts.ErrConflict) {
			t.Errorf("a row for the one before: %v", err)
		}
		// It takes a further key, unless another has it by now.
		again.Also = []string{"ada@x.edu"}
		taking := func(from string) alerts.Change {
			return alerts.Change{Alerts: []*alerts.Alert{again}, Takes: map[string]alerts.Take{"ada@x.edu": {Alert: again.ID, From: from}}}
		}
		if err := kept.Save(ctx, taking("other")); !errors.Is(err, alerts.ErrConflict) {
			t.Errorf("a key that was another's: %v", err)
		}
		if err := kept.Save(ctx, taking("")); err != nil {
			t.Error(err)
		}
		if last, err := kept.Last(ctx, []string{"ada@x.edu", a.Person}); err != nil || len(last) != 2 || last["ada@x.edu"] != last[a.Person] {
			t.Errorf("by two keys: %v, %v", last, err)
		}
		last, err := kept.Last(ctx, []string{a.Person, "nobody"})
		if err != nil || len(last) != 1 || last[a.Person].ID != "again" {
			t.Errorf("last: %v, %v", last, err)
		}
	})
}

func listed(t *testing.T, kept store.Alerts, q alerts.Query) []string {
	t.Helper()
	var ids []string
	for range 100 {
		page, err := kept.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Alerts {
			ids = append(ids, a.ID)
		}
		if !page.More {
			return ids
		}
		q.After = page.Next
	}
	t.Fatal("a list without an end")
	return nil
}

// A list is paged without leaving out or repeating any, also of those that were
// made at the same time.
func TestPagesOfAlerts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		kept := s.Alerts()
		first := burst(12)
		for i, a := range first.Alerts {
			a.Created = storetest.Now().Add(time.Duration(i/5) * time.Millisecond)
		}
		if err := kept.Save(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int{1, 2, 5, 12, 50} {
			all := listed(t, kept, alerts.Query{Limit: limit})
			open := listed(t, kept, alerts.Query{Limit: limit, Open: true})
			mine := listed(t, kept, alerts.Query{Limit: limit, Assignee: "U1"})
			some := listed(t, kept, alerts.Query{Limit: limit, From: storetest.Now().Add(time.Millisecond), To: storetest.Now().Add(time.Millisecond)})
			slices.Sort(mine)
			if len(all) != 12 || all[0] != "a011" || all[11] != "a000" || !slices.Equal(all, open) || len(mine) != 12 || len(slices.Compact(mine)) != 12 || len(some) != 5 {
				t.Errorf("%d at a time: all %v, open %v, mine %v, some %v", limit, all, open, mine, some)
			}
		}
		if got := listed(t, kept, alerts.Query{Assignee: "U"}); len(got) != 0 {
			t.Errorf("of somebody else: %v", got)
		}
	})
}

func TestNewerAlerts(t *testing.T) {
	s, m := mini(t)
	if err := s.Alerts().Save(t.Context(), burst(2)); err != nil {
		t.Fatal(err)
	}
	m.HSet("{registrar}:alert:a000", "schema", "99")
	var newer *store.SchemaError
	if _, err := s.Alerts().Alert(t.Context(), "a000"); !errors.As(err, &newer) {
		t.Errorf("Alert: %v", err)
	}
	if got := listed(t, s.Alerts(), alerts.Query{}); !slices.Equal(got, []string{"a001"}) {
		t.Errorf("List: %v, want it left out", got)
	}
	if _, err := s.Alerts().Last(t.Context(), []string{"person of a000"}); err == nil {
		t.Error("a row joins what this release does not know")
	}
}

// What released versions stored of alerts is read, whole, and can be moved.
func TestAlertsOfReleasedVersions(t *testing.T) {
	for _, dir := range releases(t) {
		s, m := mini(t)
		schema := strings.TrimPrefix(dir, "testdata/records/v")
		alert, digest := record(t, dir, "alert.json"), record(t, dir, "digest.json")
		m.HSet("{registrar}:alert:a1", "body", alert, "schema", schema, "version", "4")
		m.HSet("{registrar}:digest:digest-1", "body", digest, "schema", schema, "version", "0")
		a, err := s.Alerts().Alert(t.Context(), "a1")
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Alerts().Digest(t.Context(), "digest-1")
		if err != nil {
			t.Fatal(err)
		}
		kept(t, "alert", alert, a)
		kept(t, "digest", digest, d)
		var fields map[string]any
		if raw, err := json.Marshal(a); err != nil || json.Unmarshal(raw, &fields) != nil || len(fields) < 30 {
			t.Errorf("the record holds %d fields: does it still hold every one? %v", len(fields), err)
		}
		if err := s.Alerts().Save(t.Context(), alerts.Change{Alerts: []*alerts.Alert{a}}); err != nil {
			t.Errorf("the alert cannot be moved: %v", err)
		}
	}
}
