package store

import (
	"encoding/json"
	"slices"
	"strings"
)

// A teller is a record that names the person and told of an account or contact
// of theirs.
type teller struct {
	key    string
	beside []string // keys that name them because the record does
}

// leads remembers a teller of a number; always the same of several.
func (t *Traces) leads(number string, by teller) {
	if was, ok := t.tellers[number]; !ok || by.key < was.key {
		t.tellers[number] = by
	}
}

// ledBy is the record that alone leads to one that cannot be read, none where
// that names the person itself or is no JSON, and is found in any case.
func (t *Traces) ledBy(body string) (by teller) {
	if t.Who.In(body) || !json.Valid([]byte(body)) {
		return teller{}
	}
	for number, told := range t.tellers {
		if strings.Contains(body, number) && (by.key == "" || told.key < by.key) {
			by = told
		}
	}
	return by
}

// keepLeads has what alone leads to records that cannot be read stay. What is
// open stands in the way, as ever.
func (t *Traces) keepLeads() {
	for _, u := range t.Unread {
		t.Runs = slices.DeleteFunc(t.Runs, func(r Trace) bool { return keyRun(r.ID) == u.By && !r.Open })
		t.Alerts = slices.DeleteFunc(t.Alerts, func(a Trace) bool { return keyAlert(a.ID) == u.By && !a.Open })
	}
}
