package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/alerts"
	"registrar/store"
	"registrar/store/storetest"
)

// history reads a whole list, page by page, and then back to its beginning.
func history(t *testing.T, kept store.Alerts, q store.AlertQuery) (down, up []string) {
	t.Helper()
	read := func() []store.ListedAlert {
		listed, err := kept.History(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return listed
	}
	var last string
	for listed := read(); len(listed) > 0; listed = read() {
		for _, l := range listed {
			down, last = append(down, l.Alert.ID), l.Place
		}
		q.Beyond = last
	}
	q.Newer = true
	for listed := read(); len(listed) > 0; listed = read() {
		for _, l := range slices.Backward(listed) {
			up = append(up, l.Alert.ID)
		}
		q.Beyond = listed[0].Place
	}
	slices.Reverse(up)
	return down, up
}

// Pages leave nothing out and repeat nothing, in both directions, also where
// many alerts were made at the same time.
func TestHistoryOfAlerts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		kept := s.Alerts()
		if page, err := kept.History(t.Context(), store.AlertQuery{Limit: 5}); err != nil || len(page) != 0 {
			t.Errorf("of none: %v, %v", page, err)
		}
		made := burst(12)
		for i, a := range made.Alerts {
			a.Created = storetest.Now().Add(time.Duration(i/5) * time.Millisecond)
		}
		if err := kept.Save(t.Context(), made); err != nil {
			t.Fatal(err)
		}
		ended := made.Alerts[6]
		ended.Status, ended.Ended = alerts.Closed, storetest.Now()
		if err := kept.Save(t.Context(), alerts.Change{Alerts: []*alerts.Alert{ended}}); err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int{1, 2, 5, 12, 50} {
			for open, want := range map[bool]int{false: 12, true: 11} {
				down, up := history(t, kept, store.AlertQuery{Limit: limit, Open: open})
				if len(down) != want || down[0] != "a011" || down[want-1] != "a000" || slices.Contains(down, "a006") == open {
					t.Errorf("%d at a time, open %t: %v", limit, open, down)
				}
				if !slices.Equal(up, down[:want-1]) {
					t.Errorf("%d at a time, open %t: back from the last one %v", limit, open, up)
				}
			}
		}
	})
}

// A page goes on from an alert that has left the list meanwhile, and repeats
// rather than leaves out.
func TestHistoryGoesOnFromAnAlertThatHasEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		kept := s.Alerts()
		made := burst(6)
		for i, a := range made.Alerts {
			a.Created = storetest.Now().Add(time.Duration(i/3) * time.Millisecond)
		}
		if err := kept.Save(t.Context(), made); err != nil {
			t.Fatal(err)
		}
		page, err := kept.History(t.Context(), store.AlertQuery{Open: true, Limit: 5})
		if err != nil || page[4].Alert.ID != "a001" {
			t.Fatal(page, err)
		}
		a := page[4].Alert
		a.Status, a.Ended = alerts.Dismissed, storetest.Now()
		if err := kept.Save(t.Context(), alerts.Change{Alerts: []*alerts.Alert{a}}); err != nil {
			t.Fatal(err)
		}
		for newer, want := range map[bool][]string{false: {"a002", "a000"}, true: {"a005", "a004", "a003"}} {
			next, err := kept.History(t.Context(), store.AlertQuery{Open: true, Beyond: page[4].Place, Newer: newer, Limit: 5})
			var got []string
			for _, l := range next {
				got = append(got, l.Alert.ID)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("newer %t: %v, %v; want %v", newer, got, err, want)
			}
		}
		if _, err := kept.History(t.Context(), store.AlertQuery{Beyond: "nowhere", Limit: 5}); err == nil {
			t.Error("a place that is none is gone on from")
		}
	})
}

func TestHistoryOfNewerAlerts(t *testing.T) {
	s, m := mini(t)
	if err := s.Alerts().Save(t.Context(), burst(2)); err != nil {
		t.Fatal(err)
	}
	m.HSet("{registrar}:alert:a000", "schema", "99")
	page, err := s.Alerts().History(t.Context(), store.AlertQuery{Limit: 5})
	if err != nil || len(page) != 2 || page[0].Alert == nil || page[1].Alert != nil || page[1].Place == "" {
		t.Errorf("%+v, %v", page, err)
	}
}

// A page costs the same number of commands, each of one key, with 300 alerts in
// the store and with 6,000.
func TestHistoryCostsTheSameHoweverManyAlerts(t *testing.T) {
	s, m := mini(t)
	cost := func() (all []int) {
		for _, q := range []store.AlertQuery{
			{Limit: 10}, {Open: true, Limit: 10}, {Limit: 10, Beyond: placeOfAlert(200)}, {Open: true, Limit: 10, Beyond: placeOfAlert(200), Newer: true},
		} {
			before := m.CommandCount()
			if page, err := s.Alerts().History(t.Context(), q); err != nil || len(page) != q.Limit {
				t.Fatalf("%+v: %d alerts, %v", q, len(page), err)
			}
			n := m.CommandCount() - before
			if most := 2 + q.Limit; n > most {
				t.Errorf("%+v: %d commands, more than %d", q, n, most)
			}
			all = append(all, n)
		}
		return all
	}
	fillAlerts(t, m, 0, 300)
	cost() // a new connection costs a few
	few := cost()
	fillAlerts(t, m, 300, 6000)
	if many := cost(); !slices.Equal(few, many) {
		t.Errorf("%v commands became %v", few, many)
	}
}

func placeOfAlert(i int) string { return fmt.Sprintf("%d/a%05d", createdOf(i).UnixMilli(), i) }

func createdOf(i int) time.Time { return storetest.Now().Add(time.Duration(i) * time.Second) }

// fillAlerts writes open alerts as the store keeps them.
func fillAlerts(t *testing.T, m *miniredis.Miniredis, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		a := newAlert(fmt.Sprintf("a%05d", i))
		a.Created = createdOf(i)
		body, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		m.HSet("{registrar}:alert:"+a.ID, "body", string(body), "schema", "1", "version", "1")
		for _, index := range []string{"created", "open"} {
			if _, err := m.ZAdd("{registrar}:alerts:"+index, float64(a.Created.UnixMilli()), a.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}
