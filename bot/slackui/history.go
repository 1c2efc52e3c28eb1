package slackui

import (
	"fmt"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// history is who did what when: the last lines of a run's or an alert's history,
// the latest last. The joint stands between who it was and what they did.
func history[E engine.Event | alerts.Event](u UI, c *contents, events []E, most int, joint string) part {
	shown := part{heading: "History"}
	if earlier := len(events) - most; earlier > 0 {
		events = events[earlier:]
		shown.add(faint(fmt.Sprintf("…(%d earlier)", earlier)))
	}
	for _, one := range events {
		e := engine.Event(one)
		who := words("Registrar")
		if e.By != "" {
			who = mention(e.By)
		}
		shown.add(u.date(e.At), words("  "), who, words(joint), c.sentence(e.Text))
	}
	return shown
}
