package handlers

import (
	"context"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/salesforce"
)

// login is the Salesforce user by which somebody signs in, as a plan keeps it.
type login struct {
	ID    salesforce.ID `json:"id"`
	Email string        `json:"email"`
	Page  string        `json:"page"`
}

func (d Deps) plannedLogin(u salesforce.User) *login {
	return &login{ID: u.ID, Email: u.Email, Page: d.Salesforce.Link(u.ID)}
}

func (l login) record() string { return "Salesforce user " + l.ID.String() }

func (l login) lock() string { return "salesforce:user:" + l.ID.String() }

func (l login) planned() runbook.Record {
	return runbook.Record{System: runbook.Salesforce, ID: l.ID.String(), Title: l.record(), URL: l.Page}
}

// readdress has Salesforce mail a link to the login's new address, and waits
// until the person has opened it: the old address counts until then.
func (d Deps) readdress(l login, to string) []runbook.Step {
	return []runbook.Step{{
		// No Done: no reading tells a change that waits for the person from none,
		// and asking again would mail the person again.
		ID: "login-address", Title: "Change the address of the Salesforce user", System: runbook.Salesforce,
		Changes: []runbook.Change{{Record: l.record(), Field: "Email", From: l.Email, To: to}},
		Look:    "Salesforce shows the old address until the person opens the link that it mails to the new one: ask them whether that mail came.",
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			now, err := d.Salesforce.UserByID(ctx, l.ID)
			switch {
			case salesforce.IsGone(err):
				return "", &runbook.Mismatch{Record: l.record(), Field: "User", Want: "there", Got: "gone"}
			case err != nil:
				return "", err
			case !now.Active:
				return "", &runbook.Mismatch{Record: l.record(), Field: "User", Want: "active", Got: "deactivated"}
			case strings.EqualFold(now.Email, to):
				return "It has that address already.", nil
			case !strings.EqualFold(now.Email, l.Email):
				return "", &runbook.Mismatch{Record: l.record(), Field: "Email", Want: l.Email, Got: now.Email}
			}
			_, pending, err := d.Salesforce.SetUserEmail(ctx, l.ID, to, now.LastModified)
			if err != nil {
				return "", refusedSave(l.record(), err, "Whoever looks after Salesforce users has to change the address; then run the command again for what is left.")
			}
			return pick(pending, "Salesforce has mailed a link to the new address.", ""), nil
		},
	}, {
		ID: "login-confirmed", Title: "Confirmation of the new address by the person", System: runbook.Salesforce,
		Wait: &runbook.Wait{Every: lookAgain, Until: confirmWithin},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			now, err := d.Salesforce.UserByID(ctx, l.ID)
			return err == nil && strings.EqualFold(now.Email, to), err
		},
	}}
}

// linkOutlives: nothing takes back a link that Salesforce has mailed.
const linkOutlives = "If the run is cancelled, the link still works; once it was opened, run the command again, so that the person can go on signing in to LearnUpon."

const (
	// confirmWithin is how long the link works that Salesforce mails to a new
	// address (observed in 2026).
	confirmWithin = 72 * time.Hour
	// lookAgain is how often it is looked, in the first hour, whether the person
	// has opened it: from then until LearnUpon has the new address too they cannot
	// sign in.
	lookAgain = time.Minute
)
