package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/salesforce"
)

type emailInput struct {
	Email string `json:"email"`
	New   string `json:"new"`
	Which string `json:"which,omitempty"` // contact
	Same  string `json:"same,omitempty"`  // whether those who have the new address are the same person
}

const samePerson = "yes"

// emailTarget is a person's records, each with the address it has now.
type emailTarget struct {
	From     string    `json:"from"`
	To       string    `json:"to"`
	Contact  *contact  `json:"contact,omitempty"`
	Login    *login    `json:"login,omitempty"`
	Accounts []account `json:"accounts,omitempty"` // the main portal's first

	Notes        []string       `json:"notes,omitempty"`
	Facts        []runbook.Fact `json:"facts,omitempty"`
	Institutions []string       `json:"institutions,omitempty"` // for scoped roles, as the next
	Groups       []string       `json:"groups,omitempty"`
}

// changeEmail gives a person another address, in an order in which they can go
// on signing in wherever it stops.
func changeEmail(d Deps) runbook.Action {
	return runbook.Definition[emailInput, emailTarget]{
		Name: "change-email", Title: "Change email", Command: "/change-email",
		Summary: "Give a person another address in Salesforce and in LearnUpon",
		Help: "Changes the contact, then asks Salesforce to change its user: Salesforce mails a link to the new address and keeps the old one until the person opens it, within 72 hours. " +
			"The run waits for that, changes LearnUpon right after, so that the person can sign in through the User Community, asks for Sync Contact Info, and reads everything back. " +
			"It works as well where the person is in some of the systems only. An address somebody has already is refused.",
		Example:    "old@x.edu new@x.edu",
		Permission: runbook.Support,
		Reason:     runbook.ReasonRequired,
		Fields: func(in *emailInput) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "old@x.edu", Hint: "The address the person has now.", Bind: runbook.Email(&in.Email)},
				{Name: "new-email", Label: "New email", Placeholder: "new@x.edu", Hint: "The one they are to have. Nobody may have it yet.", Bind: runbook.Email(&in.New)},
				{Name: "which", Label: "Which contact", Chosen: true, Bind: runbook.Choice(&in.Which)},
				{Name: "same", Label: "Is it the same person?", Chosen: true, Bind: runbook.Choice(&in.Same)},
			}
		},
		Plan: d.planEmail,
		Approval: func(t emailTarget) runbook.Approval {
			if len(t.open()) == 0 {
				return runbook.NoApproval()
			}
			return runbook.ApprovalsBy(1, "who has the address gets in").AtLeastOne()
		},
		Cases:         []emailTarget{{To: "new", Contact: &contact{}}},
		Beneficiaries: emailTarget.gain,
		Preview:       emailTarget.preview,
		Steps:         d.emailSteps,
	}.Action()
}

func (d Deps) planEmail(ctx context.Context, in emailInput) (emailTarget, error) {
	t := emailTarget{From: in.Email, To: in.New}
	if in.Email == in.New {
		return t, runbook.Refuse("Both fields hold the same address. Give the one the person has now and the one they are to have.")
	}
	who, err := d.bearer(ctx, in)
	if err != nil {
		return t, err
	}
	own, err := d.planned(ctx, t, who)
	if err != nil {
		return t, err
	}
	if err := d.mayEdit(ctx, own); err != nil {
		return t, err
	}
	theirs, err := d.claims(ctx, in, who)
	if err != nil || theirs.none() {
		return own, err
	}
	// Records have the address already. They may be the person's own, from a run
	// that stopped or a change by hand: somebody who knows is asked.
	all, err := d.planned(ctx, t, who.with(theirs))
	switch {
	case err != nil, in.Same == samePerson:
		return all, err
	case in.Same != "":
		return t, runbook.Refuse("%s has the address %s and is somebody else's. Free it there first with Free an email (/reuse-email), or choose another address.", theirs.records(d), in.New)
	}
	return t, &runbook.Choose{
		Field: "same", Text: theirs.records(d) + " has the new address already. If it is the same person's, only the rest is changed.",
		Options:  []runbook.Option{{Value: samePerson, Text: "Yes, it is the same person"}, {Value: "no", Text: "No, or not known"}},
		Accounts: all.Institutions, Groups: all.Groups,
	}
}

// planned is what a plan keeps of a person.
func (d Deps) planned(ctx context.Context, t emailTarget, who bearer) (emailTarget, error) {
	for _, h := range who.accounts {
		a, err := plannedAccount(ctx, h.portal, h.user)
		if err != nil {
			return t, err
		}
		t.Accounts = append(t.Accounts, a)
	}
	if who.contact != nil {
		c := d.plannedContact(*who.contact)
		t.Contact = &c
	}
	if who.user != nil {
		t.Login = d.plannedLogin(*who.user)
	}
	t.Institutions, t.Groups = t.scope()
	t.describe(who)
	return t, nil
}

// scope is what the records belong to, for scoped roles.
func (t emailTarget) scope() (institutions, groups []string) {
	var memberships [][]string
	for _, a := range t.Accounts {
		memberships = append(memberships, a.Groups)
	}
	if t.Contact != nil {
		institutions = together(accountOfContact(t.Contact.Account))
	}
	return institutions, together(memberships...)
}

// describe says what an approver should know.
func (t *emailTarget) describe(who bearer) {
	say := func(is bool, format string, args ...any) {
		if is {
			t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
		}
	}
	changes := func(email string) bool { return !strings.EqualFold(email, t.To) }
	login, waits := t.Login != nil, t.Login != nil && changes(t.Login.Email)
	renames := slices.ContainsFunc(t.Accounts, func(a account) bool { return changes(a.Email) })
	say(waits, "Salesforce keeps the old address for the user until the person opens the link it mails to %s, for which they have %d hours. Tell them to expect it.",
		t.To, int(confirmWithin.Hours()))
	say(waits && renames, "From the moment the link is opened until LearnUpon is changed, about a minute later (ten minutes at most, where it is opened after the first hour), the two addresses differ and the person cannot sign in to LearnUpon through the User Community.")
	left := ""
	if t.Contact != nil {
		left = "; only the contact has the new one"
	}
	say(waits, "If nobody opens the link in time, the run stops and the person goes on signing in with the old address%s. Run the command again to have the link mailed once more.", left)
	say(waits && renames, linkOutlives)
	say(login && !waits && renames, "The Salesforce user has the new address already, so the person cannot sign in to LearnUpon through the User Community until LearnUpon has it too.")
	say(login, "The user name with which the person signs in to Salesforce stays as it is; only the address changes.")
	say(!login && renames, "Whoever signs in to LearnUpon with a password uses the new address from then on.")
	say(t.Contact == nil, "Salesforce has no contact of this person, so none is changed.")
	say(len(t.Accounts) == 0, "LearnUpon has no account of this person, so only Salesforce is changed.")
	say(who.others > 0, "%s of the old address will stay as before.", count(who.others, "other contact"))
	say(who.logins > 1, "Salesforce has %d active users of our own with the old address. They stay as they are: change the right one in Salesforce.", who.logins)
	if login {
		t.Facts = append(t.Facts, runbook.Fact{Label: "Salesforce user name", Value: who.user.Username})
	}
}

// open are the records that do not have the new address yet, in words.
func (t emailTarget) open() []string {
	var open []string
	add := func(record, email string) {
		if !strings.EqualFold(email, t.To) {
			open = append(open, record)
		}
	}
	if t.Contact != nil {
		add(t.Contact.record(), t.Contact.Email)
	}
	if t.Login != nil {
		add(t.Login.record(), t.Login.Email)
	}
	for _, a := range t.Accounts {
		add(a.record(), a.Email)
	}
	return open
}

// gain are both addresses, and any other one of the person's records.
func (t emailTarget) gain() []string {
	who := []string{t.From, t.To}
	add := func(email string) {
		if email = strings.ToLower(email); email != "" && !slices.Contains(who, email) {
			who = append(who, email)
		}
	}
	if t.Contact != nil {
		add(t.Contact.Email)
	}
	if t.Login != nil {
		add(t.Login.Email)
	}
	for _, a := range t.Accounts {
		add(a.Email)
	}
	return who
}

func (t emailTarget) preview() runbook.Preview {
	p := runbook.Preview{Subject: t.From + " to " + t.To, Accounts: t.Institutions, Groups: t.Groups}
	if len(t.open()) == 0 {
		p.Nothing = "Every record of this person has the new address already."
		return p
	}
	p.Facts, p.Warnings = t.Facts, t.Notes
	require := func(r runbook.Record, lock, email string) {
		p.Requires = append(p.Requires, runbook.Fact{Label: r.Title + " has", Value: orNone(email)})
		p.Records, p.Locks = append(p.Records, r), append(p.Locks, lock)
	}
	if t.Contact != nil {
		require(t.Contact.planned(), t.Contact.lock(), t.Contact.Email)
	}
	if t.Login != nil {
		require(t.Login.planned(), t.Login.lock(), t.Login.Email)
	}
	for _, a := range t.Accounts {
		require(a.planned(), a.lock(), a.Email)
	}
	return p
}

// mayEdit refuses where Registrar's user could not save what comes first.
func (d Deps) mayEdit(ctx context.Context, t emailTarget) error {
	for f, needed := range map[salesforce.Field]bool{
		salesforce.ContactEmail: t.Contact != nil && !strings.EqualFold(t.Contact.Email, t.To),
		salesforce.UserEmail:    t.Login != nil && !strings.EqualFold(t.Login.Email, t.To),
	} {
		if !needed {
			continue
		}
		ok, err := d.Salesforce.Editable(ctx, f)
		if err != nil {
			return err
		}
		if !ok {
			return runbook.Refuse("Salesforce does not let Registrar's user edit %s of a %s. A Salesforce administrator has to allow it.", f.Label(), f.Object())
		}
	}
	return nil
}
