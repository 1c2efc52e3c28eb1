package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// emailSteps change LearnUpon last, and right after the Salesforce user, since
// signing in needs the two to agree.
func (d Deps) emailSteps(t emailTarget) []runbook.Step {
	if len(t.open()) == 0 {
		return nil
	}
	var steps []runbook.Step
	if t.Contact != nil && !strings.EqualFold(t.Contact.Email, t.To) {
		steps = append(steps, t.Contact.readdressed(t.To).step(d))
	}
	if t.Login != nil && !strings.EqualFold(t.Login.Email, t.To) {
		steps = append(steps, d.readdress(*t.Login, t.To)...)
	}
	for _, a := range t.Accounts {
		if !strings.EqualFold(a.Email, t.To) {
			steps = append(steps, t.rename(a).step(d))
		}
	}
	synced := func(a account) bool { return a.Portal == portalName(d.Portals[0]) }
	if i := slices.IndexFunc(t.Accounts, synced); i >= 0 && t.Contact != nil {
		steps = append(steps, t.askSync(t.Accounts[i]))
	}
	return append(steps, d.readAddresses(t))
}

// rename changes an account of LearnUpon. Where LearnUpon refuses, it says what
// that leaves the person with.
func (t emailTarget) rename(a account) accountStep[learnupon.User] {
	s := a.readdressed(t.To)
	write := s.write
	s.write = func(ctx context.Context, c *learnupon.Client, now learnupon.User) (*learnupon.User, error) {
		u, err := write(ctx, c, now)
		return u, declined(err, t.left(a))
	}
	return s
}

func (t emailTarget) left(a account) string {
	const then = "Free the address there (/reuse-email) or set it on the record, then run the command again: it plans only the rest."
	if t.Login == nil {
		return fmt.Sprintf("So %s still has %s. %s", a.record(), a.Email, then)
	}
	return fmt.Sprintf("The Salesforce user has %s, and %s still has %s, so the person cannot sign in to LearnUpon through the User Community until it has the new one too. %s", t.To, a.record(), a.Email, then)
}

// askSync: no API does it, and none tells whether it was done.
func (t emailTarget) askSync(a account) runbook.Step {
	return runbook.Step{
		ID: "sync", Title: "Sync Contact Info in LearnUpon", System: runbook.LearnUpon,
		Changes: []runbook.Change{{Record: a.record(), Field: "Contact information", From: "cannot be read", To: "as the contact has it"}},
		Ask: &runbook.Ask{
			Instruction: "Sync Contact Info was run for this person in LearnUpon, and the record shows " + t.To + ".", Link: a.link(),
		},
	}
}

// readAddresses looks at every record of the person once more.
func (d Deps) readAddresses(t emailTarget) runbook.Step {
	return runbook.Step{
		ID: "read-back", Title: "Read every address back", System: runbook.LearnUpon, Repeatable: true,
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			differs := func(record, email string) error {
				if strings.EqualFold(email, t.To) {
					return nil
				}
				return &runbook.Mismatch{Record: record, Field: "E-mail address", Want: t.To, Got: orNone(email)}
			}
			if t.Contact != nil {
				now, err := d.Salesforce.ContactByID(ctx, t.Contact.ID)
				if err == nil || salesforce.IsGone(err) {
					err = differs(t.Contact.record(), now.Email)
				}
				if err != nil {
					return "", err
				}
			}
			if t.Login != nil {
				now, err := d.Salesforce.UserByID(ctx, t.Login.ID)
				if err == nil || salesforce.IsGone(err) {
					err = differs(t.Login.record(), now.Email)
				}
				if err != nil {
					return "", err
				}
			}
			for _, a := range t.Accounts {
				c, err := d.portal(a.Portal)
				if err != nil {
					return "", err
				}
				now, err := a.userOf(ctx, c)
				if err == nil {
					err = differs(a.record(), now.Email)
				}
				if err != nil {
					return "", err
				}
			}
			return "Every record has " + t.To + ".", nil
		},
	}
}
