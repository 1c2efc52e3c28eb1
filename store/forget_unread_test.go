package store_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"registrar/store"
	"registrar/store/storetest"
)

// A record that cannot be read is named, where it may be about the person, and
// everything else goes.
func TestForgetGoesOnPastWhatCannotBeRead(t *testing.T) {
	escaped, err := json.Marshal("<" + adasAddress) // which no search finds in the raw text
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		body, schema string
		want         bool
		newer        bool
		by           string // what leads to it, and stays
	}{
		"no JSON":                  {body: "{", schema: "1", want: true},
		"cut off":                  {body: `{"plan":{"subject":` + string(escaped), schema: "1", want: true},
		"of another shape":         {body: `{"plan":"` + adasAddress + `","message":7}`, schema: "1", want: true},
		"of another, about nobody": {body: `{"plan":"x","message":7}`, schema: "1"},
		"no schema":                {body: `{"id":"` + adasAddress + `"}`, schema: "x", want: true},
		"newer":                    {body: `{"about":"` + adasAddress + `"}`, schema: "99", want: true, newer: true},
		"newer, of her contact":    {body: `{"about":"contact of A"}`, schema: "99", want: true, newer: true, by: "{registrar}:alert:A-among"},
		"newer, about nobody":      {body: `{"about":"x"}`, schema: "99"},
	} {
		t.Run(name, func(t *testing.T) {
			s, m := mini(t)
			remember(t, s, adasAddress, "Ada Lovelace", "A")
			for _, key := range []string{"{registrar}:run:A-failed", "{registrar}:alert:A-alone"} {
				m.HSet(key, "body", tt.body, "schema", tt.schema)
			}
			found := traces(t, s, adasAddress)
			var want []store.Unread
			if tt.want {
				want = []store.Unread{{Key: "{registrar}:run:A-failed", Newer: tt.newer, By: tt.by}, {Key: "{registrar}:alert:A-alone", Newer: tt.newer, By: tt.by}}
			}
			stays := 0
			if tt.by != "" {
				stays = 1
			}
			if !slices.Equal(found.Unread, want) || len(found.Runs) != 5 || len(found.Alerts) != 2-stays {
				t.Fatalf("%+v", found)
			}
			forget(t, s, adasAddress)
			left, err := s.Mentions(t.Context(), found.Who)
			if err != nil || slices.ContainsFunc(left, func(place string) bool {
				key, _, _ := strings.Cut(place, " ")
				return !slices.Contains([]string{"{registrar}:run:A-failed", "{registrar}:alert:A-alone"}, key) && !slices.Contains(found.Kept, key)
			}) {
				t.Errorf("left: %v, %v", left, err)
			}
			if erasable, _, err := s.Erasable(t.Context(), left); err != nil || !slices.Equal(erasable, left) {
				t.Errorf("of %v somebody can erase %v, %v", left, erasable, err)
			}
			if waiting, err := s.ErasedUnshown(t.Context()); err != nil || len(waiting) != 7-stays {
				t.Errorf("waiting: %v, %v", waiting, err)
			}
			for again := range 2 {
				found := traces(t, s, adasAddress)
				if !slices.Equal(found.Unread, want) || !found.None() {
					t.Errorf("%d times again: %+v", again+1, found)
				}
				forget(t, s, adasAddress)
			}
			m.Del("{registrar}:run:A-failed")
			m.Del("{registrar}:alert:A-alone")
			forget(t, s, adasAddress)
			if left, err := s.Mentions(t.Context(), found.Who); err != nil || len(left) > 0 {
				t.Errorf("once somebody has seen to it: %v, %v", left, err)
			}
		})
	}
	t.Run("gone meanwhile", func(t *testing.T) {
		s, _ := mini(t)
		r := storetest.Submitted(t, s, "r1")
		if erasable, stays, err := s.Erasable(t.Context(), []string{"{registrar}:run:" + r.ID + "x body"}); err != nil || len(erasable) > 0 || stays > 0 {
			t.Errorf("%v, %d, %v", erasable, stays, err)
		}
	})
}

// What only the Slack account of who asked leads to is found again, too, as one
// record with their address stays.
func TestForgetKeepsWhatLeadsToAnUnreadRun(t *testing.T) {
	s, m := mini(t)
	remember(t, s, adasAddress, "Ada Lovelace", "A")
	const unread = "{registrar}:run:newer"
	m.HSet(unread, "body", `{"asked":"U1"}`, "schema", "99")
	want := []store.Unread{{Key: unread, Newer: true, By: "{registrar}:run:A-cancelled"}}
	for range 2 {
		if found := forget(t, s, "sam@desk.example"); !slices.Equal(found.Unread, want) || !slices.Equal(found.Kept, []string{want[0].By, "{registrar}:runs:lists"}) {
			t.Errorf("%+v", found)
		}
		if r, err := s.Run(t.Context(), "A-cancelled"); err != nil || r.Requester.Email == "" {
			t.Errorf("what leads there: %+v, %v", r, err)
		}
		if r, err := s.Run(t.Context(), "A-expired"); err != nil || r.Requester.Email != "" {
			t.Errorf("another: %+v, %v", r, err)
		}
	}
	m.Del(unread)
	found := forget(t, s, "sam@desk.example")
	if left, err := s.Mentions(t.Context(), found.Who); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
