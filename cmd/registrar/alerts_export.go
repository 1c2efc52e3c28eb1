package main

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/runbook"
	"registrar/store"
)

// alertsCommand looks at the history of sync-error alerts from outside the bot.
type alertsCommand struct {
	Export alertsExport `cmd:"" help:"Write the sync-error alerts to standard output, newest first."`
}

type alertsExport struct {
	Format store.Format `enum:"jsonl,csv" default:"jsonl" help:"${enum}. jsonl holds everything, csv opens in a spreadsheet."`
	Days   int          `default:"0" placeholder:"N" help:"Only those opened within so many days."`
	Open   bool         `help:"Only those that have not ended."`
}

func (e alertsExport) Run(ctx context.Context, s surroundings) error {
	return withStore(ctx, s, func(kept *store.Store) error {
		q := alerts.Query{Open: e.Open, Limit: 200}
		if e.Days > 0 {
			q.From = time.Now().AddDate(0, 0, -e.Days)
		}
		if e.Format == store.CSV {
			return writeAlertsCSV(s.stdout, everyAlert(ctx, kept, q))
		}
		return writeAlertsJSON(s.stdout, everyAlert(ctx, kept, q))
	})
}

// everyAlert goes through all pages of a list.
func everyAlert(ctx context.Context, kept *store.Store, q alerts.Query) iter.Seq2[*alerts.Alert, error] {
	return func(yield func(*alerts.Alert, error) bool) {
		for {
			page, err := kept.Alerts().List(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, a := range page.Alerts {
				if !yield(a, nil) {
					return
				}
			}
			if !page.More {
				return
			}
			q.After = page.Next
		}
	}
}

func writeAlertsJSON(w io.Writer, list iter.Seq2[*alerts.Alert, error]) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for a, err := range list {
		if err != nil {
			return err
		}
		if err := encoder.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

var alertColumns = []string{"id", "opened", "status", "ended", "ended_by", "name", "email", "account", "contact", "errors",
	"first_error", "last_error", "assignee", "addresses", "why", "digest"}

func writeAlertsCSV(w io.Writer, list iter.Seq2[*alerts.Alert, error]) error {
	var rows [][]string
	for a, err := range list {
		if err != nil {
			return err
		}
		rows = append(rows, alertRow(a))
	}
	_, err := w.Write(runbook.CSV(alertColumns, rows...))
	return err
}

func alertRow(a *alerts.Alert) []string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	assignee, endedBy := "", ""
	if a.Assignee != nil {
		assignee = a.Assignee.ID
	}
	if a.Status.Ended() && len(a.History) > 0 {
		endedBy = a.History[len(a.History)-1].By
	}
	var addresses, why []string
	for _, f := range a.Emails {
		addresses = append(addresses, f.Label+": "+f.Value)
	}
	for _, f := range a.Why {
		why = append(why, f.Text)
	}
	return slices.Concat(
		[]string{a.ID, at(a.Created), string(a.Status), at(a.Ended), endedBy, a.Name, a.Email, a.Account, a.Contact, strconv.Itoa(a.Rows)},
		[]string{at(a.First), at(a.Last), assignee, strings.Join(addresses, "; "), strings.Join(why, " "), a.Digest},
	)
}
