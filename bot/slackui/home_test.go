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
		Waiting: []HomeRun{{statusRun(engine.AwaitingApproval), card}, {statusRun(engine.WaitingOnPerson), ""}, {statusRun(engine.NeedsReview), card}},
		Mine:    []HomeRun{{statusRun(engine.Succeeded), card}},
		Alerts:  []HomeAlert{{syncError(alerts.Open), card}, {syncError(alerts.Closed), card}},
		Actions: testActions(), At: at(20),
	}
	h.Alerts[0].Alert.Assignee = &alerts.Who{ID: ada.ID, Name: ada.Name}
	full := Home{Partly: true, At: at(20)}
	for i := range 120 {
		r := runOf(nastyPlan(), engine.Statuses()[i%len(engine.Statuses())], 0)
		full.Waiting, full.Mine = append(full.Waiting, HomeRun{r, card}), append(full.Mine, HomeRun{r, card})
		a := syncError(alerts.Open)
		a.ID, a.Name = fmt.Sprintf("alert%d", i), nasty[i%len(nasty)]
		full.Alerts = append(full.Alerts, HomeAlert{a, card})
		full.Actions = append(full.Actions, testActions()...)
	}
	return map[string]any{
		"home": u.Home(h), "home-empty": u.Home(Home{At: at(20)}), "home-full": u.Home(full),
		"home-problem": u.HomeProblem(Answer{Text: "The store cannot be reached.", Suggest: []runbook.Suggestion{}}),
	}
}
