package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
)

// linkSteps have the account and the contact name each other.
func (d Deps) linkSteps(t syncTarget) []runbook.Step {
	var steps []runbook.Step
	if t.Link.Account {
		steps = append(steps, t.Account.names(t.Contact, t.Link.AccountFrom).step(d))
	}
	if t.Link.Contact {
		steps = append(steps, t.Contact.follows(t.Account.ID, t.Link.ContactFrom).step(d))
	}
	return steps
}

// names ties the account to a contact. Where LearnUpon does not take the id, its
// own import does the same.
func (a account) names(c contact, from string) accountStep[learnupon.User] {
	const byHand = "Somebody has to choose Import Salesforce Contacts on LearnUpon's Users page for this contact, with a random password; then run the command again for what is left."
	id := c.ID.String()
	s := a.updates("link", "Tie the LearnUpon account to the contact", runbook.Change{Field: "Salesforce contact", From: from, To: id},
		func(u learnupon.User) bool { return namesContact(u, c.ID) },
		func(u learnupon.User) error {
			err := a.is(u, a.Email)
			if err == nil && u.SFContactID != from {
				err = &runbook.Mismatch{Record: a.record(), Field: "Salesforce contact", Want: from, Got: u.SFContactID}
			}
			return err
		}, learnupon.UserUpdate{SFContactID: &id})
	write := s.write
	s.write = func(ctx context.Context, client *learnupon.Client, now learnupon.User) (*learnupon.User, error) {
		u, err := write(ctx, client, now)
		if errors.Is(err, rest.ErrNotApplied) {
			return nil, runbook.Refuse("LearnUpon said yes and did not keep which contact the account belongs to. %s", byHand)
		}
		return u, declined(err, byHand)
	}
	return s
}

// namesContact reports whether the account is tied to the contact.
func namesContact(u learnupon.User, c salesforce.ID) bool {
	id, err := salesforce.ParseID(u.SFContactID)
	return err == nil && id == c
}

// follows ties the contact to an account.
func (c contact) follows(user learnupon.ID, from string) contactStep {
	return contactStep{
		contact: c, id: "contact-link", title: "Tie the contact to the LearnUpon account",
		change: runbook.Change{Field: luUserID, From: from, To: user.String()},
		value:  func(now salesforce.Contact) string { return now.LearnUponID },
		holds:  func(now salesforce.Contact) bool { return now.LearnUponID == user.String() },
		write: func(ctx context.Context, s *salesforce.Client, now salesforce.Contact) error {
			_, err := s.SetLearnUponID(ctx, c.ID, int64(user), now.LastModified)
			return err
		},
		left: "Whoever may edit the contact has to enter " + user.String() + " as its " + luUserID + "; then run the command again for what is left.",
	}
}

// importSteps are for orgs in which only LearnUpon may write LU User ID. Its
// page asks for a password, which nobody needs to know: the person signs in
// through the User Community, or asks for a new one.
func (d Deps) importSteps(t syncTarget) []runbook.Step {
	c := t.moved()
	return []runbook.Step{{
		ID: "password", Title: "Make a one-time password for the import and show it to the requester", System: runbook.Person, Repeatable: true,
		Do: func(ctx context.Context, answers runbook.Answers) (string, error) {
			if err := answers.Give(ctx, "One-time password for the import", rand.Text()); err != nil {
				return "", untouched(err)
			}
			return "The requester can look at it for 24 hours. Any other random one will do as well.", nil
		},
	}, {
		ID: "import", Title: "Import the contact in LearnUpon", System: runbook.LearnUpon,
		Changes: []runbook.Change{{Record: c.record(), Field: luUserID, From: t.Link.ContactFrom, To: t.Account.ID.String()}},
		Ask: &runbook.Ask{
			Instruction: fmt.Sprintf("The contact's %s is %s. To get there, choose Import Salesforce Contacts from the Actions of LearnUpon's Users page, search for %s, select the record and press Create Users; "+
				"give the one-time password twice, and do not have it changed on login.", luUserID, t.Account.ID, c.Email),
			Link: runbook.Link{Text: "Open LearnUpon's users", URL: d.Portals[0].UsersPage()},
		},
		Done: t.Contact.follows(t.Account.ID, t.Link.ContactFrom).step(d).Done,
	}}
}

// boxSteps have LearnUpon's package make the account, and wait for its answer.
func (d Deps) boxSteps(t syncTarget) []runbook.Step {
	c := t.moved()
	var steps []runbook.Step
	if t.Box.Again {
		s := c.ticksCreate("uncheck", false)
		s.holds = func(now salesforce.Contact) bool { return !now.Create || now.LearnUponID != "" }
		steps = append(steps, s.step(d))
	}
	steps = append(steps, c.ticksCreate("check", true).step(d), d.awaitPackage(c))
	if t.Box.Locked {
		for i := range steps {
			if steps[i].Do != nil {
				steps[i].Do, steps[i].Ask = nil, &runbook.Ask{
					Instruction: salesforce.ContactCreate.Label() + " is " + steps[i].Changes[0].To + " on the contact.", Link: c.link(),
				}
			}
		}
	}
	return steps
}

// packageWithin is how long LearnUpon's package may take to make an account. It
// answers within minutes.
const packageWithin = 30 * time.Minute

// awaitPackage waits until the package has made the account or has written
// down why not.
func (d Deps) awaitPackage(c contact) runbook.Step {
	return runbook.Step{
		ID: "answered", Title: "Answer of LearnUpon's package", System: runbook.Salesforce,
		Wait: &runbook.Wait{Every: 30 * time.Second, Until: packageWithin},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			now, err := d.Salesforce.ContactByID(ctx, c.ID)
			if err != nil || now.LearnUponID != "" {
				return err == nil, err
			}
			said, err := d.packageSaid(ctx, now)
			return said != "", err
		},
	}
}

// refusalPatience is how long an answer is given that does not read like the
// one everybody knows: it may be followed by an account.
const refusalPatience = 5 * time.Minute

// packageSaid is why the package made no account for a contact since the
// contact was last saved; "" where it has not said so yet, or where the log
// cannot be seen.
func (d Deps) packageSaid(ctx context.Context, c salesforce.Contact) (string, error) {
	rows, err := d.Salesforce.CallLogsOf(ctx, c.ID, c.LastModified)
	if err == nil && len(rows) == 0 { // the rows may name nobody but an address
		rows, err = d.Salesforce.CallLogs(ctx, c.LastModified, "", 200)
		rows = slices.DeleteFunc(rows, func(row salesforce.CallLog) bool { return !strings.EqualFold(row.Email, c.Email) })
	}
	if _, hidden := errors.AsType[*salesforce.FieldError](err); hidden || salesforce.IsGone(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, row := range slices.Backward(rows) {
		message := strings.ToLower(row.Message)
		switch {
		case strings.Contains(message, strings.ToLower(salesforce.TakenAddress)):
			return salesforce.TakenAddress, nil
		case !strings.Contains(message, "success") && d.Now().Sub(row.At) > refusalPatience:
			return harmless(row.Message), nil
		}
	}
	return "", nil
}

var (
	linkOrAddress = regexp.MustCompile(`\S*(?:@|://)\S*`)
	notText       = regexp.MustCompile(`[^\pL\pN\pP\pZ\pS]+`)
)

// harmless is the beginning of what a vendor wrote, without links and
// addresses.
func harmless(message string) string {
	text := []rune(notText.ReplaceAllString(linkOrAddress.ReplaceAllString(message, "…"), " "))
	const most = 150
	if len(text) > most {
		text = append(text[:most], '…')
	}
	return string(text)
}
