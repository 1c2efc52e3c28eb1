package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/handlers/findings"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
	"registrar/store"
)

// noAlerts says why sync-error alerts are off; empty where they are on.
func noAlerts(c Config) string {
	var missing []string
	if c.Channels.Alerts == "" {
		missing = append(missing, "REGISTRAR_ALERTS_CHANNEL is not set")
	}
	if c.Salesforce == nil {
		missing = append(missing, "Salesforce is not configured")
	}
	return strings.Join(missing, ", and ")
}

// newDesk makes the desk of the sync-error alerts; nil where they are off.
func (r *replica) newDesk(d handlers.Deps) *alerts.Desk {
	if why := noAlerts(r.config); why != "" {
		r.log.Info("sync-error alerts are off", "why", why)
		return nil
	}
	return &alerts.Desk{
		Store: r.store.Alerts(),
		Rows: func(ctx context.Context, since time.Time) ([]alerts.Row, error) {
			return callLog(ctx, d.Salesforce, since)
		},
		Explain: func(ctx context.Context, a *alerts.Alert) (alerts.Cause, error) { return explain(ctx, d, a) },
		Live: func(ctx context.Context, a *alerts.Alert) (string, error) {
			open, err := r.store.Runs(ctx, store.Query{Open: true, Limit: repairLimit})
			if i := slices.IndexFunc(open, func(run *engine.Run) bool { return mends(run, a) }); i >= 0 {
				return open[i].ID, err
			}
			return "", err
		},
		Every: r.config.AlertsEvery, Owner: r.name, Now: time.Now, Log: r.log,
	}
}

// logPage is how many rows are asked for at once.
const logPage = 1000

// logEnough ends a reading that is far behind, once it has come logAhead beyond
// its beginning: what was read is taken in, and the next poll goes on from there.
const (
	logEnough = 10 * logPage
	logAhead  = time.Hour
)

// callLog reads the rows of LearnUpon's package that say that an address is in
// use, the oldest first.
func callLog(ctx context.Context, org *salesforce.Client, since time.Time) ([]alerts.Row, error) {
	var rows []alerts.Row
	began := since
	for after := salesforce.ID(""); ; {
		page, err := org.CallLogs(rest.ReadOnly(ctx), since, after, logPage)
		if err != nil {
			return nil, err
		}
		for _, l := range page {
			rows = append(rows, alerts.Row{
				ID: l.ID.String(), At: l.At, Contact: l.Contact.String(), User: l.User.String(), Account: l.Account.String(),
				AccountName: l.AccountName, Email: l.Email, Name: l.Name, Message: l.Message,
			})
		}
		if len(page) < logPage {
			return rows, nil
		}
		since, after = page[len(page)-1].At, page[len(page)-1].ID
		if len(rows) >= logEnough && since.Sub(began) > logAhead {
			return rows, nil
		}
	}
}

// explain reads the records of an alert's person. Nobody waits for it, so it
// leaves people their part of the vendors' limits.
func explain(ctx context.Context, d handlers.Deps, a *alerts.Alert) (alerts.Cause, error) {
	if a.Email == "" || len(d.Portals) == 0 {
		return alerts.Cause{}, nil
	}
	ctx = rest.Background(rest.ReadOnly(ctx))
	email, err := address(ctx, d.Salesforce, a)
	if err != nil {
		return alerts.Cause{}, err
	}
	p, err := handlers.Person(ctx, d, email)
	if err != nil {
		return alerts.Cause{}, err
	}
	cause := alerts.Cause{Why: ofSync(findings.Of(p))}
	fact := func(label, email string) {
		cause.Emails = append(cause.Emails, runbook.Fact{Label: label, Value: cmp.Or(email, "none")})
	}
	if u := p.Portals[0].Account; u != nil {
		fact("LearnUpon", u.Email)
		cause.Links = append(cause.Links, runbook.Link{Text: "LearnUpon account", URL: d.Portals[0].UserPage(u.ID)})
	} else {
		fact("LearnUpon", "")
	}
	for _, u := range p.Salesforce.Users {
		fact("Salesforce User", u.Email)
	}
	for _, c := range p.Salesforce.Contacts {
		fact("Contact", c.Email)
		if len(p.Salesforce.Contacts) == 1 {
			cause.Name, cause.Account, cause.Contact = c.Name(), c.Account, c.ID.String()
		}
	}
	if there, known := findings.SyncCause(p); known && !there {
		cause.Gone = "The records in LearnUpon and in Salesforce agree on this person."
	}
	return cause, nil
}

// address is the one the alert's contact has by now: somebody may have changed it
// since, and the records are found by it.
func address(ctx context.Context, org *salesforce.Client, a *alerts.Alert) (string, error) {
	id, err := salesforce.ParseID(a.Contact)
	if err != nil {
		return a.Email, nil // the row named none
	}
	c, err := org.ContactByID(ctx, id)
	if salesforce.IsGone(err) {
		return a.Email, nil
	}
	return cmp.Or(c.Email, a.Email), err
}

// ofSync leaves out of a person's findings what has to do with mail that did not
// arrive and not with the sync, and puts first what brings the records together.
func ofSync(found []runbook.Finding) []runbook.Finding {
	found = slices.DeleteFunc(found, func(f runbook.Finding) bool {
		return f.Mend != nil && (f.Mend.Action == "resend-confirmation" || f.Mend.Action == "confirm-user")
	})
	slices.SortStableFunc(found, func(a, b runbook.Finding) int { return cmp.Compare(rank(a), rank(b)) })
	return found
}

func rank(f runbook.Finding) int {
	switch {
	case f.Mend == nil:
		return 2
	case f.Mend.Action == alerts.FixSync:
		return 0
	}
	return 1
}

// mends reports whether a run under way is to bring the records of an alert's
// person together.
func mends(run *engine.Run, a *alerts.Alert) bool { return !run.Status.Closed() && concerns(run, a) }

// concerns reports whether a run is about the sync of an alert's person.
func concerns(run *engine.Run, a *alerts.Alert) bool {
	var in struct{ Email string }
	switch {
	case run.Action != alerts.FixSync:
		return false
	case json.Unmarshal(run.Input, &in) == nil && in.Email != "" && strings.EqualFold(in.Email, a.Email):
		return true
	}
	return slices.ContainsFunc(run.Plan.Records, func(r runbook.Record) bool {
		return r.System == runbook.Salesforce && r.ID == a.Contact && a.Contact != ""
	})
}

// fixMoved has the alerts a run is about looked at again: it has just begun to
// mend them, or has come to its end. What is lost here is looked at later anyhow.
func (r *replica) fixMoved(run *engine.Run) {
	if r.desk == nil || run.Action != alerts.FixSync || run.Version > 1 && !run.Status.Closed() {
		return
	}
	select {
	case r.fixes <- run:
	default:
	}
}

// followFixes does what fixMoved asks for, until ctx ends.
func (r *replica) followFixes(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case run := <-r.fixes:
			r.attempt(ctx, "alerts of a run", func(ctx context.Context) error { return r.lookAgain(ctx, run) })
		}
	}
}

func (r *replica) lookAgain(ctx context.Context, run *engine.Run) error {
	open, err := r.desk.List(ctx, alerts.Query{Open: true, Limit: repairLimit})
	for _, a := range open.Alerts {
		if concerns(run, a) {
			err = errors.Join(err, r.desk.Look(ctx, a.ID))
		}
	}
	return err
}
