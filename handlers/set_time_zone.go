package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/salesforce"
)

type zoneInput struct {
	Who     string `json:"who"` // an address, or everybody
	Account string `json:"account,omitempty"`
	Which   string `json:"which,omitempty"` // Salesforce account
}

const (
	everybody = "all"
	zoneField = "Time zone"
	// flowDelay is how long after LU User ID was written nobody else may set a
	// zone: the team's Flow sets one after 15 minutes, with some to spare.
	flowDelay = 20 * time.Minute
)

// zoneTarget is whose time zone is to be set.
type zoneTarget struct {
	Subject string       `json:"subject"`
	People  []zoneChange `json:"people,omitempty"` // those the Flow has yet to set come last
	// Until is when the Flow is through with the last of them; zero: it is.
	Until    time.Time      `json:"until,omitzero"`
	Requires []runbook.Fact `json:"requires,omitempty"`
	Facts    []runbook.Fact `json:"facts,omitempty"`
	Notes    []string       `json:"notes,omitempty"` // warnings the plan found reason for
	Accounts []string       `json:"accounts,omitempty"`
	Groups   []string       `json:"groups,omitempty"`
	Nothing  string         `json:"nothing,omitempty"`
}

// zoneChange is one account and its zone.
type zoneChange struct {
	Account account `json:"account"`
	From    string  `json:"from"`
	To      string  `json:"to"`
	Flow    string  `json:"flow,omitempty"` // what the Flow is about to set; "": it has
}

// setTimeZone gives people the time zone of their institution.
func setTimeZone(d Deps) runbook.Action {
	return runbook.Definition[zoneInput, zoneTarget]{
		Name: "set-time-zone", Title: "Set time zone", Command: "/set-time-zone",
		Summary: "Show a person, or everybody, times in the zone of their institution",
		Help: "Gives LearnUpon the time zone of the person's Salesforce account, in the United States and elsewhere, and refuses where LearnUpon has no zone that shows the same time. " +
			"With the word all it does so for everybody, or for the people of one account. " +
			"Where LU User ID was written just now it waits until the Flow in Salesforce has set its own zone, which is Eastern for every zone it does not know.",
		Example:    "learner@x.edu",
		Permission: runbook.Support,
		Reason:     runbook.ReasonOptional,
		Fields: func(in *zoneInput) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The person's address, or the word all.", Bind: emailOrAll(&in.Who)},
				{Name: "account", Label: "Salesforce account", Optional: true, WholeText: true, Placeholder: "Hillcrest University",
					Hint: "With all: only the people of this account. Its name, a part of it, or its id.", Bind: runbook.Text(&in.Account)},
				{Name: "which", Label: "Which account", Chosen: true, Bind: runbook.Choice(&in.Which)},
			}
		},
		Plan:          d.planZone,
		Approval:      func(zoneTarget) runbook.Approval { return runbook.NoApproval() },
		Beneficiaries: zoneTarget.gain,
		Preview:       zoneTarget.preview,
		Steps:         d.zoneSteps,
	}.Action()
}

func emailOrAll(p *string) func(string) error {
	return func(s string) error {
		if strings.EqualFold(s, everybody) {
			*p = everybody
			return nil
		}
		if runbook.Email(p)(s) != nil {
			return runbook.Refuse("That is neither one e-mail address, such as learner@x.edu, nor the word all.")
		}
		return nil
	}
}

func (d Deps) planZone(ctx context.Context, in zoneInput) (zoneTarget, error) {
	if err := d.Salesforce.Check(ctx, salesforce.AccountTimeZone); err != nil {
		return zoneTarget{}, err
	}
	if in.Who == everybody {
		return d.planZones(ctx, in)
	}
	t := zoneTarget{Subject: in.Who}
	if in.Account != "" {
		return t, runbook.Refuse("An account goes with the word all in “Email”. For one person, leave it empty: their contact says which account is theirs.")
	}
	runbook.Progress(ctx, "Comparing LearnUpon and Salesforce…")
	p, err := Person(ctx, d, in.Who)
	if err != nil {
		return t, err
	}
	contacts, err := d.contactsOfPerson(ctx, p)
	if err != nil {
		return t, err
	}
	accounts := d.accountsOf(p, contacts...)
	if len(accounts) == 0 {
		return t, runbook.Refuse("LearnUpon has no account with this address. Check the spelling; somebody who was invited and has not accepted has none yet.")
	}
	c, err := d.placed(ctx, contacts, accounts, in.Which)
	if err != nil {
		return t, err
	}
	t.Accounts = accountOfContact(c.AccountID)
	zone, err := findings.ZoneOf(c.Of.TimeZone, d.Now())
	if err != nil {
		return t, runbook.Refuse("The account %s: %s Ask the institution which zone of LearnUpon's its people want, and set it on the record.", c.Of.Name, err)
	}
	t.Requires = []runbook.Fact{{Label: "Salesforce account", Value: listed(c.Of.Name, c.Of.ID.String())}, {Label: "Time zone there", Value: c.Of.TimeZone}}
	return t, d.planOne(ctx, &t, c, zone, d.accountsOf(p, c))
}

// placed is the contact whose Salesforce account says which zone is the
// person's.
func (d Deps) placed(ctx context.Context, contacts []findings.Contact, accounts []holding, which string) (findings.Contact, error) {
	var placed []findings.Contact
	var options []runbook.Option
	for _, c := range contacts {
		same := func(other findings.Contact) bool { return other.Of.TimeZone == c.Of.TimeZone }
		if c.Of == nil || slices.ContainsFunc(placed, same) {
			continue
		}
		placed = append(placed, c)
		options = append(options, runbook.Option{Value: c.AccountID.String(), Text: c.Of.Name, Description: orNone(c.Of.TimeZone)})
	}
	if len(placed) == 0 {
		return findings.Contact{}, runbook.Refuse("Salesforce has no contact of this person that belongs to an account, so nothing says which time zone is theirs.")
	}
	i, err := choose("which", "This person's contacts belong to accounts in different time zones.", options, which)
	if err != nil {
		groups, unread := groupsOfAll(ctx, accounts)
		return findings.Contact{}, cmp.Or(unread, concerning(err, contactAccounts(contacts), groups))
	}
	return placed[i], nil
}

// planOne says what of a person's accounts is to be set, and when it can be.
func (d Deps) planOne(ctx context.Context, t *zoneTarget, c findings.Contact, zone findings.Zone, accounts []holding) error {
	var groups [][]string
	for _, h := range accounts {
		a, err := plannedAccount(ctx, h.portal, h.user)
		if err != nil {
			return err
		}
		groups = append(groups, a.Groups)
		if findings.SameTime(c.Of.TimeZone, h.user.TimeZone, d.Now()) {
			t.Facts = append(t.Facts, runbook.Fact{Label: a.record(), Value: h.user.TimeZone + ", which is right"})
			continue
		}
		if soon := h.user.CreatedAt.Add(flowDelay); c.Waiting() && h.portal == d.Portals[0] && soon.After(d.Now()) {
			return runbook.Refuse("This account was made just now, and the contact has no %s yet. 15 minutes after that is written, the Flow in Salesforce sets its own zone. Run the command again after %s UTC.",
				luUserID, soon.UTC().Format("15:04"))
		}
		change := zoneChange{Account: a, From: h.user.TimeZone, To: zone.Name}
		if until := d.flowUntil(c.Contact, h); until.After(d.Now()) {
			change.Flow, t.Until = findings.FlowZone(c.Of.TimeZone), until
			t.People = append(t.People, change)
		} else {
			t.People = slices.Insert(t.People, 0, change)
		}
	}
	t.Groups = together(groups...)
	if len(t.People) == 0 {
		t.Nothing = fmt.Sprintf("LearnUpon shows this person the time of %s already (%s).", c.Of.TimeZone, zone.Name)
		return nil
	}
	if c.LearnUponID == "" && c.Sees(salesforce.ContactLearnUponID) {
		t.note("The contact has no LU User ID. 15 minutes after it is written, the Flow in Salesforce sets “%s”.", findings.FlowZone(c.Of.TimeZone))
	}
	t.warn(c.Of.TimeZone, zone, d.Now())
	return nil
}

// flowUntil is when the Flow is through with an account. It starts when LU User
// ID is written, which the contact's last change cannot be before.
func (d Deps) flowUntil(c salesforce.Contact, h holding) time.Time {
	if h.portal != d.Portals[0] || c.LearnUponID != h.user.ID.String() {
		return time.Time{}
	}
	return c.LastModified.Add(flowDelay)
}

func (t *zoneTarget) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(t.Notes, text) {
		t.Notes = append(t.Notes, text)
	}
}

// warn says where a zone's name misleads, and where the Flow undoes what is
// done here.
func (t *zoneTarget) warn(salesforceZone string, zone findings.Zone, at time.Time) {
	if zone.Note != "" {
		t.note("%s becomes “%s”. %s", salesforceZone, zone.Name, zone.Note)
	}
	if flow := findings.FlowZone(salesforceZone); !findings.SameTime(salesforceZone, flow, at) {
		t.note("The Flow in Salesforce takes %s for Eastern, and sets that again whenever LU User ID is written anew. Have the formula of the Flow corrected.", salesforceZone)
	}
}

func (t zoneTarget) gain() []string {
	var who []string
	for _, p := range t.People {
		if !slices.Contains(who, p.Account.Email) {
			who = append(who, p.Account.Email)
		}
	}
	return who
}

func (t zoneTarget) preview() runbook.Preview {
	p := runbook.Preview{
		Subject: t.Subject, Requires: t.Requires, Facts: t.Facts, Warnings: t.Notes, Accounts: t.Accounts, Groups: t.Groups, Nothing: t.Nothing,
	}
	if t.Nothing != "" {
		return p
	}
	if !t.Until.IsZero() {
		p.Facts = append(p.Facts, runbook.Fact{Label: "Not before", Value: t.Until.UTC().Format("15:04") + " UTC, when the Flow in Salesforce is through"})
	}
	for _, change := range t.People {
		a := change.Account
		p.Locks = append(p.Locks, a.lock())
		p.Records = append(p.Records, runbook.Record{System: runbook.LearnUpon, ID: a.ID.String(), Title: a.record(), URL: a.Page})
	}
	return p
}
