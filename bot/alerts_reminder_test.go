package bot

import (
	"testing"

	"registrar/bot/alerts"
)

// Nobody is asked to take what has ended before the reminder could be posted.
func TestNoReminderOfAnEndedAlert(t *testing.T) {
	w := newWorld(t)
	w.script("logged: Grace Learner, grace@x.edu", "passes: 4h1m")
	page, err := w.desk.List(t.Context(), alerts.Query{})
	if err != nil || len(page.Alerts) != 1 || !page.Alerts[0].Reminded {
		t.Fatalf("%+v, %v; want an alert that was reminded of", page.Alerts, err)
	}
	a := page.Alerts[0]
	if _, err := w.desk.Dismiss(t.Context(), alerts.Press{Alert: a.ID, By: alerts.Who{ID: "U1"}, Mark: "m"}); err != nil {
		t.Fatal(err)
	}
	w.start(w.bot())
	w.script("passes: 1m", "alert: dismissed")
	w.allShown()
	card, _ := w.alertCard()
	if said := w.slack.Replies(alertsChannel, card.TS); len(said) != 0 {
		t.Errorf("in the thread of what has ended: %v", said)
	}
	w.clean()
}
