package alerts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/alerts"
)

// By what rows are known to be about one person.
func TestPersons(t *testing.T) {
	for _, tt := range []struct {
		row  alerts.Row
		want string
	}{
		{alerts.Row{ID: "r", Contact: "003", Email: "a@x.edu", User: "005"}, "003, a@x.edu"},
		{alerts.Row{ID: "r", Contact: "003", User: "005"}, "003"},
		{alerts.Row{ID: "r", Email: " A@x.edu", User: "005"}, "a@x.edu"},
		{alerts.Row{ID: "r", User: "005"}, "005"},
		{alerts.Row{ID: "r"}, "row r"},
	} {
		if got := strings.Join(tt.row.Persons(), ", "); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.row, got, tt.want)
		}
	}
}

// Rows about one person, of which some name the contact and some no more than
// the address, are one alert in whatever order and polls they come. Two contacts
// that share an address are two persons.
func TestOnePersonUnderSeveralKeys(t *testing.T) {
	const ada, grace = "003000000000001AAA", "003000000000002AAA"
	named, again := alerts.Row{Contact: ada, Email: "ada@x.edu", Account: "001"}, alerts.Row{Contact: ada, Email: "ada@new.edu"}
	nameless, other := alerts.Row{Email: "Ada@x.edu"}, alerts.Row{Contact: grace, Email: "ada@x.edu"}
	for name, tt := range map[string]struct {
		rows []alerts.Row
		want []int // rows of each alert, the oldest first
	}{
		"the contact first":         {[]alerts.Row{named, nameless, named}, []int{3}},
		"the address first":         {[]alerts.Row{nameless, named, nameless}, []int{3}},
		"the address changes":       {[]alerts.Row{named, again, {Email: "ada@new.edu"}, nameless}, []int{4}},
		"known by the second alone": {[]alerts.Row{nameless, named, again}, []int{3}},
		"two contacts":              {[]alerts.Row{named, other, nameless, other}, []int{2, 2}},
	} {
		for _, atOnce := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, at once %t", name, atOnce), func(t *testing.T) {
				w := newWorld(t)
				for i, r := range tt.rows {
					r.ID, r.At = fmt.Sprint("r", i), w.now.Add(time.Duration(i)*time.Second)
					w.log = append(w.log, r)
					if !atOnce {
						w.poll()
					}
				}
				w.poll()
				var got []int
				for _, a := range w.all() {
					got = append(got, a.Rows)
					if a.Contact == "" || a.Email == "" {
						t.Errorf("contact %q, address %q, want both", a.Contact, a.Email)
					}
				}
				slices.Sort(got)
				if !slices.Equal(got, tt.want) {
					t.Errorf("alerts with %v rows, want %v", got, tt.want)
				}
			})
		}
	}
}

// What was dismissed stays so: a row that leads to it by another key opens a new
// alert, once.
func TestAnEndedAlertIsFoundByAnyKey(t *testing.T) {
	w := newWorld(t)
	w.log = []alerts.Row{{ID: "r1", At: w.now, Contact: person(1), Email: "ada@x.edu"}}
	w.poll()
	if _, err := w.desk.Dismiss(t.Context(), w.press(w.only().ID, "U1", "m")); err != nil {
		t.Fatal(err)
	}
	for i, r := range []alerts.Row{{Email: "ada@x.edu"}, {Contact: person(1), Email: "ada@x.edu"}, {Email: "ada@x.edu"}} {
		r.ID, r.At = fmt.Sprint("again", i), w.now
		w.log = append(w.log, r)
		w.poll()
	}
	if all := w.all(); len(all) != 2 || all[0].Rows != 1 || all[1].Rows != 3 {
		t.Errorf("%d alerts, want the first as it was, and one with three rows", len(all))
	}
	w.advance(alerts.RowLife + time.Hour)
	for _, key := range w.redis.Keys() {
		if ttl := w.redis.TTL(key); strings.Contains(key, "alerts:row:") && ttl == 0 {
			t.Errorf("%s is kept for ever", key)
		}
	}
}

// A contact that was merged leaves its id in the log, while the records name the
// one that stayed: rows with either are about the same person.
func TestRowsOfAMergedContact(t *testing.T) {
	w := newWorld(t)
	const gone, stayed = "003000000000001AAA", "003000000000002AAA"
	w.causes[gone] = alerts.Cause{Contact: stayed}
	for i, contact := range []string{gone, gone, stayed} {
		w.log = append(w.log, alerts.Row{ID: fmt.Sprint("r", i), At: w.now, Contact: contact, Email: "ada@x.edu"})
		w.poll()
		w.reconcile()
	}
	if a := w.only(); a.Rows != 3 || a.Contact != stayed {
		t.Errorf("%d rows, contact %s", a.Rows, a.Contact)
	}
}
