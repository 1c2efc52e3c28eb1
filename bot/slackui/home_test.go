package slackui

import (
	"fmt"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
)

func homeScenes() map[string]any {
	u := testUI()
	card := "https://team.slack.com/archives/C1/p1772461800000100"
	h := Home{
		Waiting: []*engine.Run{statusRun(engine.AwaitingApproval), statusRun(engine.WaitingOnPerson), statusRun(engine.NeedsReview)},
		Mine:    []*engine.Run{statusRun(engine.Succeeded)},
		Alerts:  []*alerts.Alert{syncError(alerts.Open), syncError(alerts.Closed)},
		Actions: testActions(), At: at(20),
	}
	h.Waiting[1].ID = "has no card yet"
	h.Alerts[0].Assignee = &alerts.Who{ID: ada.ID, Name: ada.Name}
	h.Cards = map[string]string{h.Waiting[0].ID: card, h.Alerts[0].ID: card}
	full := Home{Partly: true, At: at(20)}
	for i := range 120 {
		r := runOf(nastyPlan(), engine.Statuses()[i%len(engine.Statuses())], 0)
		full.Waiting, full.Mine = append(full.Waiting, r), append(full.Mine, r)
		a := syncError(alerts.Open)
		a.ID, a.Name = fmt.Sprintf("alert%d", i), nasty[i%len(nasty)]
		full.Alerts = append(full.Alerts, a)
		full.Actions = append(full.Actions, testActions()...)
	}
	return map[string]any{
		"home": u.Home(h), "home-empty": u.Home(Home{At: at(20)}), "home-full": u.Home(full),
		"home-problem": u.HomeProblem(Answer{Text: "The store cannot be reached.", Suggest: []runbook.Suggestion{}}),
	}
}
