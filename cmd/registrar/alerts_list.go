package main

import (
	"context"
	"errors"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/store"
)

// countedAlerts is how far back the alerts are counted that were opened or ended.
const countedAlerts = 30 * 24 * time.Hour

// alerts is a page of the sync-error alerts the reader may mend: fix-sync is what
// mends them.
func (t *tracker) alerts(ctx context.Context, q handlers.AlertsQuery) (handlers.AlertsPage, error) {
	who, ok := engine.ReaderOf(ctx)
	if !ok {
		return handlers.AlertsPage{}, errors.New("alerts are listed for nobody")
	}
	mending := engine.Subject{Action: alerts.FixSync, Requester: who}
	if err := t.guard.May(ctx, who, engine.VerbRequest, mending); err != nil {
		return handlers.AlertsPage{}, err
	}
	mending.Known = true
	kept, open := t.store.Alerts(), q.State != "" && !alerts.Status(q.State).Ended()
	found, newer, older, err := paged[store.ListedAlert]{
		read: func(ctx context.Context, beyond string, newer bool, n int) ([]store.ListedAlert, error) {
			return kept.History(ctx, store.AlertQuery{Open: open, Beyond: beyond, Newer: newer, Limit: n})
		},
		place: func(l store.ListedAlert) string { return l.Place },
		shows: func(ctx context.Context, l store.ListedAlert) (bool, error) {
			if l.Alert == nil || !chosen(l.Alert, q, who) {
				return false, nil
			}
			about := mending
			about.Accounts = []string{l.Alert.AccountID}
			return t.may(ctx, who, engine.VerbRequest, about)
		},
	}.page(ctx, q.Beyond, q.Newer)
	if err != nil {
		return handlers.AlertsPage{}, err
	}
	page := handlers.AlertsPage{Newer: newer, Older: older}
	if page.Alerts, err = t.alertLines(ctx, found); err != nil {
		return page, err
	}
	// No scope covers what belongs to no account: who may mend that sees them all.
	all, err := t.may(ctx, who, engine.VerbRequest, mending)
	if err != nil || !all {
		return page, err
	}
	counts, err := kept.Counts(ctx, time.Now().Add(-countedAlerts))
	page.Counts = &handlers.AlertCounts{Open: counts.Open, Opened: counts.Opened, Ended: counts.Ended}
	return page, err
}

// chosen reports whether an alert is one of those asked for.
func chosen(a *alerts.Alert, q handlers.AlertsQuery, who engine.Person) bool {
	if q.Mine && (a.Assignee == nil || a.Assignee.ID != who.ID) {
		return false
	}
	return q.State == "" || q.State == string(a.Status)
}

// alertLines are the alerts as people read them, with links to their messages.
func (t *tracker) alertLines(ctx context.Context, listed []store.ListedAlert) ([]handlers.AlertLine, error) {
	faces := make([]string, len(listed))
	for i, l := range listed {
		faces[i] = l.Alert.Face()
	}
	messages, err := t.cards(ctx, faces)
	if err != nil {
		return nil, err
	}
	var lines []handlers.AlertLine
	for _, l := range listed {
		a := l.Alert
		line := handlers.AlertLine{
			Name: a.Name, Email: a.Email, Account: a.Account, State: string(a.Status), Sentence: alerts.Sentence(a),
			Opened: a.Created, Errors: a.Rows, Last: a.Last, Ended: a.Ended,
		}
		for _, f := range a.Why {
			line.Why = append(line.Why, f.Text)
		}
		if a.Assignee != nil {
			line.TakenBy = a.Assignee.Name
		}
		if url := messages[a.Face()]; url != "" {
			line.Message = runbook.Link{Text: "Open the alert", URL: url}
		}
		lines = append(lines, line)
	}
	return lines, nil
}
