package slackui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/runbook"
	"registrar/bot/slacktest"
)

func syncError(s alerts.Status) *alerts.Alert {
	a := &alerts.Alert{
		ID: "q3x7alert", Version: 3, Status: s, Person: "003A", Name: "Grace Learner", Email: "grace@x.edu", Account: "X University",
		AccountID: "001A", Contact: "003A", Message: "Email address already in use", Rows: 3, First: at(0), Last: at(12), Explained: at(1),
		Emails: []runbook.Fact{{Label: "LearnUpon", Value: "grace@x.edu"}, {Label: "Salesforce User", Value: ""}, {Label: "Contact", Value: "g.learner@x.edu"}},
		Why: []runbook.Finding{
			{Text: "The contact's address is not the account's, so the sync tries to make a second one.", Mend: &runbook.Suggestion{Action: "confirm-user", Label: "Fix sync", Values: runbook.Values{"email": "grace@x.edu"}}},
			{Text: "She tried to register by hand.", Paste: "Please sign in through the User Community."},
		},
		Links:   []runbook.Link{{Text: "Contact", URL: "https://sf.example/003A"}},
		History: []alerts.Event{{At: at(0), Text: "an error was logged"}},
		Created: at(0), Updated: at(12),
	}
	switch s {
	case alerts.Snoozed:
		a.Snoozed = at(72)
		a.History = append(a.History, alerts.Event{At: at(12), By: ada.ID, Text: "put it aside for 1 hour"})
	case alerts.Dismissed:
		a.Ended = at(12)
		a.History = append(a.History, alerts.Event{At: at(12), By: ada.ID, Text: "dismissed it"})
	case alerts.Closed:
		a.Ended = at(12)
		a.History = append(a.History, alerts.Event{At: at(12), Text: "closed itself: all three addresses are the same"})
	}
	return a
}

func burst(n int) (*alerts.Digest, []*alerts.Alert) {
	d := &alerts.Digest{ID: "digest-7f", Version: 4, Created: at(0)}
	var list []*alerts.Alert
	for i := range n {
		a := syncError(alerts.Statuses()[i%4])
		a.ID, a.Digest, a.Name = fmt.Sprintf("alert%d", i), d.ID, fmt.Sprintf("Person %d", i)
		a.Account = fmt.Sprintf("University %d", i%12)
		d.Alerts, list = append(d.Alerts, a.ID), append(list, a)
	}
	return d, list
}

func alertScenes() map[string]any {
	u := testUI()
	u.Roles[runbook.Support] = []string{"S0SUPPORT"}
	out := map[string]any{}
	for _, s := range alerts.Statuses() {
		out["alert-"+string(s)] = u.Alert(syncError(s))
	}
	taken, fresh, unsure := syncError(alerts.Open), syncError(alerts.Open), syncError(alerts.Open)
	taken.Assignee, taken.Run = &alerts.Who{ID: ada.ID, Name: ada.Name}, "0195580a-0000-7000-8000-000000000001"
	fresh.Explained, fresh.Emails, fresh.Why, fresh.Links, fresh.Name, fresh.Rows = time.Time{}, nil, nil, nil, "", 1
	unsure.Why = nil
	out["alert-taken"], out["alert-new"], out["alert-unsure"] = u.Alert(taken), u.Alert(fresh), u.Alert(unsure)
	erased := syncError(alerts.Closed)
	erased.Erase(at(60), "erased on request")
	out["alert-erased"] = u.ErasedAlert(erased, "card")
	out["alert-reminder"] = u.AlertReminder(syncError(alerts.Open))
	odd := syncError(alerts.Open)
	odd.Name, odd.Email, odd.Account, odd.Message = nasty[1], nasty[4], nasty[7], strings.Join(nasty, " ")
	odd.Why, odd.Emails, odd.History = nil, nil, nil
	for i, s := range append(nasty, nasty...) {
		odd.Why = append(odd.Why, runbook.Finding{Text: strings.Repeat(s, 30), Paste: s, Mend: syncError(alerts.Open).Why[0].Mend})
		odd.Emails = append(odd.Emails, runbook.Fact{Label: s, Value: nasty[(i+1)%len(nasty)]})
		odd.History = append(odd.History, alerts.Event{At: at(i), By: "U0ADA", Text: s})
	}
	out["alert-nasty"] = u.Alert(odd)
	d, list := burst(43)
	out["digest"], out["digest-reminder"] = u.Digest(d, list), u.DigestReminder(d)
	out["digest-all"], out["digest-last"] = u.Alerts(d, list, 0, "Too late: this alert was dismissed."), u.Alerts(d, list, 9, "")
	for _, a := range list {
		a.Status = alerts.Closed
	}
	odd.Run = "<!here>"
	list[3] = odd
	out["digest-nasty"] = u.Alerts(d, list, 0, "")
	settled, done := burst(12)
	for _, a := range done {
		a.Status = alerts.Closed
	}
	out["digest-settled"] = u.Digest(settled, done)
	return out
}

func TestAnAlertThatHasEndedHasNoButtons(t *testing.T) {
	for _, s := range alerts.Statuses() {
		m := wire(t, testUI().Alert(syncError(s)).Blocks)
		buttons, menu := slacktest.Buttons(m), strings.Contains(string(m), `"static_select"`)
		if s.Ended() && (len(buttons) > 0 || menu) {
			t.Errorf("%s: buttons %q, a menu: %t", s, buttons, menu)
		}
		want := []string{"Fix sync", "Fix…", "Assign to me", "Dismiss"}
		if !s.Ended() && (strings.Join(buttons, ",") != strings.Join(want, ",") || !menu) {
			t.Errorf("%s: buttons %q and a menu %t, want %q and one", s, buttons, menu, want)
		}
	}
}
