package alerts_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/runbook"
)

func TestErasedAlertHoldsNothingPersonal(t *testing.T) {
	facts := []runbook.Fact{{Label: "Contact", Value: "ada@x.edu"}}
	full := alerts.Alert{
		Schema: alerts.AlertSchema, ID: "a1", Version: 4, Status: alerts.Closed, Person: "003ADA", Also: []string{"ada@x.edu"},
		Name: "Ada Lovelace", Email: "ada@x.edu", Account: "Ada's school", AccountID: "001ADA", Contact: "003ADA", Message: "no ada@x.edu",
		Emails: facts, Why: []runbook.Finding{{Text: "ada@x.edu differs"}}, Links: []runbook.Link{{Text: "Ada", URL: "https://x/003ADA"}},
		Rows: 3, First: time.Unix(1, 0), Last: time.Unix(2, 0), Assignee: &alerts.Who{ID: "U1", Name: "Sam"},
		Snoozed: time.Unix(3, 0), Idle: time.Unix(3, 0), Wake: time.Unix(3, 0), Digest: "digest-1", Run: "r1",
		History: []alerts.Event{{Text: "ada@x.edu was mended"}}, Created: time.Unix(1, 0), Updated: time.Unix(4, 0), Ended: time.Unix(4, 0),
	}
	for _, status := range alerts.Statuses() {
		a := full
		a.Status = status
		if done := a.Erase(time.Unix(9, 0), "erased on request"); done != status.Ended() {
			t.Errorf("an alert that is %s: erased %v", status, done)
		}
	}
	if !full.Erase(time.Unix(9, 0), "erased on request") || full.Erase(time.Unix(10, 0), "again") {
		t.Error("an alert that has ended is erased once")
	}
	raw, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.ToLower(string(raw)); strings.Contains(text, "ada") {
		t.Errorf("left: %s", raw)
	}
	if full.ID != "a1" || full.Rows != 3 || full.Assignee.ID != "U1" || full.Digest != "digest-1" || full.Version != 4 || !full.Ended.Equal(time.Unix(4, 0)) {
		t.Errorf("gone that should stay: %+v", full)
	}
}
