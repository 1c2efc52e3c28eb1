package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/handlers"
)

// alerted stores an alert about somebody of an account, some minutes old.
func (r *replica) alerted(t *testing.T, n int, account string, but func(a *alerts.Alert)) {
	t.Helper()
	at := time.Now().Add(-time.Duration(n) * time.Minute)
	a := &alerts.Alert{
		Schema: alerts.AlertSchema, ID: fmt.Sprintf("alert%03d", n), Status: alerts.Open, Person: fmt.Sprint("person", n), Name: fmt.Sprint("p", n),
		AccountID: account, Rows: 1, Created: at, Last: at, Updated: at,
	}
	if but != nil {
		but(a)
	}
	if err := r.store.Alerts().Save(t.Context(), alerts.Change{Alerts: []*alerts.Alert{a}}); err != nil {
		t.Fatal(err)
	}
}

// people are whom the alerts of a page are about.
func people(doc runbook.Document) string {
	var all []string
	for _, s := range doc.Sections[1:] {
		all = append(all, strings.TrimPrefix(s.Heading, "p"))
	}
	return strings.Join(all, " ")
}

func TestSyncAlertsArePaged(t *testing.T) {
	r := tracking(t)
	for n := range 20 {
		r.alerted(t, n, westAccount, func(a *alerts.Alert) {
			switch n {
			case 3:
				a.Status, a.Snoozed = alerts.Snoozed, time.Now().Add(time.Hour)
			case 12:
				a.Status, a.Ended, a.Assignee = alerts.Dismissed, time.Now(), &alerts.Who{ID: "U1", Name: "Sam"}
			case 14:
				a.Status, a.Ended = alerts.Closed, time.Now()
			case 15:
				a.Assignee = &alerts.Who{ID: "U1", Name: "Sam"}
			}
		})
	}
	pages := []string{"0 1 2 3 4 5 6 7", "8 9 10 11 12 13 14 15", "16 17 18 19"}
	doc := r.reads(t, "U1", "sync-alerts", nil)
	for i, want := range pages {
		if got := people(doc); got != want || (doc.Next == nil) != (i == len(pages)-1) || (doc.Previous == nil) != (i == 0) {
			t.Fatalf("page %d: %s, next %v, previous %v", i, got, doc.Next, doc.Previous)
		}
		if doc.Next != nil {
			doc = r.reads(t, "U1", "sync-alerts", doc.Next.Values)
		}
	}
	for _, want := range slices.Backward(pages[:2]) {
		if doc = r.reads(t, "U1", "sync-alerts", doc.Previous.Values); people(doc) != want {
			t.Errorf("back: %s, want %s", people(doc), want)
		}
	}
	if doc.Previous != nil || doc.Next == nil {
		t.Errorf("the first page leads to %v and %v", doc.Previous, doc.Next)
	}
	if counts := doc.Sections[0].Facts; len(counts) != 3 || counts[0].Value != "18" || counts[1].Value != "20" || counts[2].Value != "2" {
		t.Errorf("%+v", counts)
	}
	for typed, want := range map[string]string{
		"state=snoozed": "3", "state=dismissed": "12", "state=closed": "14", "taken=me": "12 15", "state=open taken=me": "15", "state=open": "0 1 2 4 5 6 7 8",
	} {
		values := runbook.Values{}
		for one := range strings.FieldsSeq(typed) {
			name, value, _ := strings.Cut(one, "=")
			values[name] = value
		}
		if got := people(r.reads(t, "U1", "sync-alerts", values)); got != want {
			t.Errorf("%s: %s, want %s", typed, got, want)
		}
	}
}

// Who has a scoped role is shown the alerts inside it, and not how many others
// there are; who may not mend any is told so.
func TestSyncAlertsAreShownToWhomMayMendThem(t *testing.T) {
	r := tracking(t)
	for n := range 60 {
		account := westAccount
		if n%20 == 0 {
			account = eastAccount
		}
		r.alerted(t, n, account, nil)
	}
	r.alerted(t, 60, "", nil) // whose account is not known
	doc := r.reads(t, "U4", "sync-alerts", nil)
	if got := people(doc); got != "0 20 40" || doc.Next != nil || len(doc.Sections[0].Facts) != 0 {
		t.Errorf("%s, %+v, %v", got, doc.Sections[0].Facts, doc.Next)
	}
	for who, why := range map[string]string{"U5": "may use Sync alerts", "U6": "may use Fix sync"} {
		_, err := r.engine.Report(t.Context(), engine.Proposal{Action: "sync-alerts", By: engine.Person{ID: who}}, engine.Mark(engine.NewID()))
		if said, public := runbook.PublicText(err); !public || !strings.Contains(said, why) {
			t.Errorf("%s is told %v", who, err)
		}
	}
	if _, err := (&tracker{store: r.store}).alerts(t.Context(), handlers.AlertsQuery{}); err == nil {
		t.Error("alerts are listed for nobody")
	}
}

// An alert leads to its own message, or to that of the digest which shows it.
func TestSyncAlertsLinkToTheirMessages(t *testing.T) {
	r := tracking(t)
	r.alerted(t, 0, westAccount, nil)
	r.alerted(t, 1, westAccount, func(a *alerts.Alert) { a.Digest = "digest-1" })
	r.alerted(t, 2, westAccount, nil)
	for face, ts := range map[string]string{"alert000": "1700000000.000100", "digest-1": "1700000000.000200"} {
		if _, claimed, err := r.store.ClaimPost(t.Context(), face, "card", r.name); err != nil || !claimed {
			t.Fatal(claimed, err)
		}
		if err := r.store.Posted(t.Context(), face, "card", "C3", ts); err != nil {
			t.Fatal(err)
		}
	}
	doc := r.reads(t, "U1", "sync-alerts", nil)
	for i, end := range []string{".slack.com/archives/C3/p1700000000000100", ".slack.com/archives/C3/p1700000000000200", ""} {
		if url := doc.Sections[1+i].Link.URL; !strings.HasSuffix(url, end) || (url == "") != (end == "") {
			t.Errorf("alert %d is at %q", i, url)
		}
	}
}

// The list calls the states of alerts by the names they are stored with.
func TestSyncAlertsKnowEveryState(t *testing.T) {
	var states []alerts.Status
	for _, o := range handlers.AlertStates() {
		states = append(states, alerts.Status(o.Value))
	}
	if !slices.Equal(states, alerts.Statuses()) {
		t.Errorf("%q, want %q", states, alerts.Statuses())
	}
}
