package slackui

import (
	"github.com/slack-go/slack"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// ErasedRun stands in the place of any message about a run that was erased: what
// was done, how it ended, who asked and when, and nothing of whom it was about.
func (u UI) ErasedRun(r *engine.Run, key string) Message {
	blocks := []slack.Block{
		paragraph(bold(visible(r.Plan.Title)+": "), words(visible(r.Plan.Subject)+". "), code(string(r.Status))), u.byline(r),
	}
	return message(r, key, r.Plan.Title+": erased.", blocks)
}

// ErasedAlert does the same for an alert.
func (u UI) ErasedAlert(a *alerts.Alert, key string) Message {
	blocks := []slack.Block{paragraph(bold("Sync error: "), words(visible(a.Message)+". "), code(string(a.Status))), u.heard(a)}
	return alertMessage(a, key, "Sync error: erased.", blocks)
}
