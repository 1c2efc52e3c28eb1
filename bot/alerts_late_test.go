package bot

import (
	"context"
	"testing"

	"registrar/bot/alerts"
)

// Who presses on a card that shows an older state is told how things stand, and
// the card is drawn as it is.
func TestPressesOnAnEndedAlert(t *testing.T) {
	for button, told := range map[string]string{
		"Fix…":         "There is nothing to fix any more. This alert was dismissed",
		"Assign to me": "Too late: this alert was dismissed",
		"Dismiss":      "Too late: this alert was dismissed",
	} {
		t.Run(button, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.script("logged: Grace Learner, grace@x.edu")
			page, err := w.desk.List(t.Context(), alerts.Query{})
			if err != nil || len(page.Alerts) != 1 {
				t.Fatalf("%d alerts, %v", len(page.Alerts), err)
			}
			b := w.bot()
			w.start(b)
			b.WatchAlert(t.Context(), page.Alerts[0])
			w.script("alert buttons: Fix sync, Tidy it, Fix…, Assign to me, Dismiss")
			card, _ := w.alertCard()
			// Another replica's desk, which this one hears nothing of.
			elsewhere := *w.desk
			elsewhere.Watch = func(context.Context, *alerts.Alert) {}
			if _, err := elsewhere.Dismiss(t.Context(), alerts.Press{Alert: page.Alerts[0].ID, By: alerts.Who{ID: "U2"}, Mark: "m"}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.slack.Person("U1").Click(t.Context(), card, button); err != nil {
				t.Fatal(err)
			}
			w.script("U1 told: "+told, "alert buttons:", "alert: This alert was dismissed")
			if v := w.slack.Person("U1").Modal(); v != nil {
				t.Error("a form is open")
			}
			w.clean()
		})
	}
}
