package handlers_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/runbook"
	"registrar/handlers"
)

func TestSyncAlertsDocument(t *testing.T) {
	w := newWorld(t)
	var asked handlers.AlertsQuery
	w.deps.Alerts = func(_ context.Context, q handlers.AlertsQuery) (handlers.AlertsPage, error) {
		asked = q
		return handlers.AlertsPage{
			Alerts: []handlers.AlertLine{
				{Name: "Ada Lovelace", Email: learner, Account: "Hillcrest", State: "open", Sentence: "Somebody is taking care of it.", Why: []string{"The two addresses differ."},
					Opened: w.now, Errors: 3, Last: w.now.Add(time.Hour), TakenBy: "Sam", Message: runbook.Link{Text: "Open the alert", URL: "https://acme.slack.com/archives/C3/p1"}},
				{Email: "jo@x.edu", State: "closed", Sentence: "It has closed itself.", Opened: w.now, Errors: 1, Last: w.now, Ended: w.now.Add(time.Minute)},
				{State: "dismissed", Sentence: "This alert was dismissed.", Opened: w.now, Errors: 1, Last: w.now, Ended: w.now},
			},
			Counts: &handlers.AlertCounts{Open: 4, Opened: 30, Ended: 28}, Newer: "n", Older: "o",
		}, nil
	}
	doc, err := w.report("sync-alerts", runbook.Values{"state": "Open", "taken": "me", "older": "there"})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "sync-alerts.txt"), text(doc))
	if want := (handlers.AlertsQuery{State: "open", Mine: true, Beyond: "there"}); asked != want {
		t.Errorf("%+v, want %+v", asked, want)
	}
	chosen := func(field, from string) runbook.Values {
		return runbook.Values{"state": "open", "taken": "me", field: from}
	}
	if diff := cmp.Diff([]*runbook.Suggestion{
		{Action: "sync-alerts", Label: "Newer", Values: chosen("newer", "n")}, {Action: "sync-alerts", Label: "Older", Values: chosen("older", "o")},
	}, []*runbook.Suggestion{doc.Previous, doc.Next}); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	if !doc.Judged || doc.Sections[1].Link.URL == "" || doc.Sections[2].Link.URL != "" {
		t.Errorf("%+v", doc)
	}
	if _, err := w.report("sync-alerts", doc.Previous.Values); err != nil || !asked.Newer || asked.Beyond != "n" {
		t.Errorf("back: %+v, %v", asked, err)
	}
}

func TestSyncAlertsChoices(t *testing.T) {
	w := newWorld(t)
	doc, err := w.report("sync-alerts", nil)
	if err != nil || len(doc.Sections) != 1 || doc.Next != nil || doc.Previous != nil || doc.Subject != "Sync alerts" || len(doc.Sections[0].Facts) != 0 {
		t.Errorf("%+v, %v", doc, err)
	}
	for _, typed := range []runbook.Values{{"state": "lost"}, {"taken": "sam"}} {
		if _, err := w.report("sync-alerts", typed); err == nil {
			t.Errorf("%v is accepted", typed)
		}
	}
}
