package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
)

type optInput struct {
	Email string `json:"email"`
	Which string `json:"which,omitempty"`
}

// optTarget is whom to opt out, or in again, on which records.
type optTarget struct {
	Email    string       `json:"email"`
	Out      bool         `json:"out,omitempty"`
	Contacts []optContact `json:"contacts,omitempty"`
	Others   int          `json:"others,omitempty"` // contacts of the address that were not chosen
	Accounts []account    `json:"accounts,omitempty"`
}

// optContact is a contact, and how its Email Opt Out stands.
type optContact struct {
	Contact contact `json:"contact"`
	Set     bool    `json:"set,omitempty"`     // is so already
	Hidden  bool    `json:"hidden,omitempty"`  // Registrar's user may not see the field
	Locked  bool    `json:"locked,omitempty"`  // it may see it and not edit it
	Foreign bool    `json:"foreign,omitempty"` // found by a link: the address is another
}

const (
	allContacts   = "all"
	emailOptOut   = "Email Opt Out"
	portalOptOut  = "Opt-out from emails/messages"
	optOutNotSeen = "Salesforce does not let Registrar's user %s the field Email Opt Out (field-level security), so somebody who may edit the contact has to set it. " +
		"A Salesforce administrator can give the field to Registrar's user."
)

// optOut sees to it that a person gets no mail.
func optOut(d Deps) runbook.Action {
	return d.opting(true, runbook.Definition[optInput, optTarget]{
		Name: "opt-out", Title: "Opt out", Command: "/opt-out",
		Summary: "Stop all mail to a person, in Salesforce and in LearnUpon",
		Help: "Checks Email Opt Out on the person's Salesforce contact. LearnUpon has no API for its own setting, so you are asked to set it on the record; the run is over when you say that it is. " +
			"It works as well where the person is in one of the two only, and says so.",
		Approval: func(optTarget) runbook.Approval { return runbook.NoApproval() },
	})
}

// optIn is the way back.
func optIn(d Deps) runbook.Action {
	return d.opting(false, runbook.Definition[optInput, optTarget]{
		Name: "opt-in", Title: "Opt in", Command: "/opt-in",
		Summary: "Let mail reach a person again who was opted out",
		Help: "Takes back what Opt out did, in Salesforce and in LearnUpon, when the person asks for it. " +
			"Somebody else has to agree, because mail to people who opted out may break the law.",
		Approval: func(optTarget) runbook.Approval { return runbook.ApprovalsBy(1, "the person had opted out of mail") },
		Cases:    []optTarget{{Contacts: []optContact{{}}}},
	})
}

func (d Deps) opting(out bool, a runbook.Definition[optInput, optTarget]) runbook.Action {
	a.Example, a.Permission, a.Reason = "learner@x.edu", runbook.Support, runbook.ReasonOptional
	if !out {
		a.Reason = runbook.ReasonRequired
	}
	a.Fields = func(in *optInput) []runbook.Field {
		return []runbook.Field{
			{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The person's address.", Bind: runbook.Email(&in.Email)},
			{Name: "which", Label: "Which contact", Chosen: true, Bind: runbook.Choice(&in.Which)},
		}
	}
	a.Plan = func(ctx context.Context, in optInput) (optTarget, error) { return d.planOpt(ctx, in, out) }
	a.Beneficiaries = func(t optTarget) []string { return []string{t.Email} }
	a.Preview, a.Steps = optTarget.preview, d.optSteps
	ask := a.Approval
	a.Approval = func(t optTarget) runbook.Approval {
		if t.nothing() != "" {
			return runbook.NoApproval()
		}
		return ask(t)
	}
	return a.Action()
}

func (d Deps) planOpt(ctx context.Context, in optInput, out bool) (optTarget, error) {
	t := optTarget{Email: in.Email, Out: out}
	found, err := d.holdings(ctx, in.Email)
	if err != nil {
		return t, err
	}
	contacts, err := d.contactsOf(ctx, in.Email, found)
	if err != nil {
		return t, err
	}
	if len(contacts) == 0 && len(found) == 0 {
		return t, runbook.Refuse("Neither Salesforce nor LearnUpon has anybody with this address. Check the spelling, and ask the person at which address they get mail.")
	}
	chosen, err := chooseContacts(contacts, in.Which)
	if err != nil {
		reached, unread := d.withLinked(ctx, found, contacts)
		if unread != nil {
			return t, unread
		}
		groups, unread := groupsOfAll(ctx, reached)
		return t, cmp.Or(unread, concerning(err, institutions(contacts), groups))
	}
	t.Others = len(contacts) - len(chosen)
	editable, err := d.Salesforce.Editable(ctx, salesforce.ContactEmailOptOut)
	if err != nil {
		return t, err
	}
	for _, c := range chosen {
		hidden := !c.Sees(salesforce.ContactEmailOptOut)
		t.Contacts = append(t.Contacts, optContact{
			Contact: d.plannedContact(c), Set: !hidden && c.EmailOptOut == out, Hidden: hidden, Locked: !hidden && !editable,
			Foreign: !strings.EqualFold(c.Email, in.Email),
		})
	}
	if found, err = d.withLinked(ctx, found, chosen); err != nil {
		return t, err
	}
	for _, h := range found {
		a, err := plannedAccount(ctx, h.portal, h.user)
		if err != nil {
			return t, err
		}
		t.Accounts = append(t.Accounts, a)
	}
	return t, nil
}

// chooseContacts has the person say which contacts are meant where several
// bear the address.
func chooseContacts(found []salesforce.Contact, which string) ([]salesforce.Contact, error) {
	if len(found) < 2 || which == allContacts {
		return found, nil
	}
	options := []runbook.Option{{Value: allContacts, Text: fmt.Sprintf("All %d of them", len(found))}}
	for _, c := range found {
		if c.ID.String() == which {
			return []salesforce.Contact{c}, nil
		}
		described := c.ID.String()
		if c.EmailOptOut {
			described += ", opted out"
		}
		options = append(options, runbook.Option{
			Value: c.ID.String(), Text: listed(c.Name(), c.Account), Description: described,
		})
	}
	return nil, &runbook.Choose{Field: "which", Text: "Salesforce has several contacts for this address.", Options: options}
}

// listed joins what there is.
func listed(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// withLinked adds the accounts that contacts name by their LU User ID and that
// have another address. The field is about the main portal.
func (d Deps) withLinked(ctx context.Context, found []holding, contacts []salesforce.Contact) ([]holding, error) {
	main := d.Portals[0]
	for _, c := range contacts {
		id, ok := learnUponID(c)
		known := func(h holding) bool { return h.portal == main && h.user.ID == id }
		if !ok || slices.ContainsFunc(found, known) {
			continue
		}
		switch u, err := main.UserByID(ctx, id); {
		case err == nil:
			found = append(found, holding{main, u})
		case !rest.IsNotFound(err):
			return nil, err
		}
	}
	return found, nil
}

// nothing says why there is nothing to do, if so. Whether LearnUpon is set
// cannot be read, so a person with an account there is always asked about.
func (t optTarget) nothing() string {
	switch {
	case len(t.Accounts) > 0 || slices.ContainsFunc(t.Contacts, func(c optContact) bool { return !c.Set }):
		return ""
	case t.Out:
		return "Salesforce knows already that this person wants no mail, and LearnUpon has no account of theirs."
	}
	return "This person is not opted out in Salesforce, and LearnUpon has no account of theirs."
}

// scope is what the records belong to, for scoped roles.
func (t optTarget) scope() (accounts, groups []string) {
	var institutions, memberships [][]string
	for _, c := range t.Contacts {
		institutions = append(institutions, accountOfContact(c.Contact.Account))
	}
	for _, a := range t.Accounts {
		memberships = append(memberships, a.Groups)
	}
	return together(institutions...), together(memberships...)
}

func (t optTarget) preview() runbook.Preview {
	p := runbook.Preview{Subject: t.Email, Nothing: t.nothing()}
	p.Accounts, p.Groups = t.scope()
	if p.Nothing != "" {
		return p
	}
	p.Requires = []runbook.Fact{{Label: "E-mail address", Value: t.Email}}
	for _, c := range t.Contacts {
		p.Requires = append(p.Requires, runbook.Fact{Label: c.Contact.record(), Value: listed(c.Contact.Name, c.state(t.Out))})
		p.Records, p.Locks = append(p.Records, c.Contact.planned()), append(p.Locks, c.Contact.lock())
	}
	for _, a := range t.Accounts {
		p.Requires = append(p.Requires, runbook.Fact{Label: "Account", Value: a.record()})
		p.Records = append(p.Records, runbook.Record{System: runbook.LearnUpon, ID: a.ID.String(), Title: a.record(), URL: a.Page})
		p.Locks = append(p.Locks, a.lock())
	}
	p.Warnings = t.warnings()
	if !t.Out {
		p.Lead = "This person wanted no mail. Approve only if they have asked to get it again."
	}
	return p
}

func (c optContact) state(out bool) string {
	switch {
	case c.Hidden:
		return emailOptOut + " cannot be seen"
	case c.Set == out:
		return emailOptOut + " is checked"
	}
	return emailOptOut + " is not checked"
}

func (t optTarget) warnings() []string {
	var said []string
	say := func(is bool, text string) {
		if is {
			said = append(said, text)
		}
	}
	any := func(is func(optContact) bool) bool { return slices.ContainsFunc(t.Contacts, is) }
	say(len(t.Contacts) == 0, "Salesforce has no contact of this person, so only LearnUpon is set.")
	say(len(t.Accounts) == 0, "LearnUpon has no account of this person, so only Salesforce is set.")
	say(any(func(c optContact) bool { return c.Hidden && !c.Set }), fmt.Sprintf(optOutNotSeen, "see"))
	say(any(func(c optContact) bool { return c.Locked && !c.Set }), fmt.Sprintf(optOutNotSeen, "edit"))
	say(any(func(c optContact) bool { return c.Foreign }) ||
		slices.ContainsFunc(t.Accounts, func(a account) bool { return !strings.EqualFold(a.Email, t.Email) }),
		"The two systems know this person by different addresses; the records are linked to each other.")
	say(t.Others > 0, count(t.Others, "other contact")+" of this address will stay as before.")
	say(t.Out && len(t.Accounts) > 0, "The portal must allow people to opt out, or the record does not show the choice. Mail to reset a password may stop too.")
	return said
}

func (d Deps) optSteps(t optTarget) []runbook.Step {
	var steps []runbook.Step
	for _, c := range t.Contacts {
		switch {
		case c.Set:
		case c.Hidden || c.Locked:
			steps = append(steps, d.askSalesforce(t, c))
		default:
			steps = append(steps, d.setSalesforce(t, c))
		}
	}
	for _, a := range t.Accounts {
		steps = append(steps, askPortal(t, a))
	}
	return steps
}

func (d Deps) setSalesforce(t optTarget, c optContact) runbook.Step {
	return runbook.Step{
		ID: "salesforce-" + c.Contact.ID.String(), Title: pick(t.Out, "Check ", "Uncheck ") + emailOptOut, System: runbook.Salesforce,
		Changes: []runbook.Change{c.change(t.Out)},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			return "", d.setEmailOptOut(ctx, c.Contact, t.Out)
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			return d.showsOptOut(ctx, c.Contact, t.Out)
		},
	}
}

func (c optContact) change(out bool) runbook.Change {
	from := pick(out, "not checked", "checked")
	if c.Hidden {
		from = "cannot be seen"
	}
	return runbook.Change{Record: c.Contact.record(), Field: emailOptOut, From: from, To: pick(out, "checked", "not checked")}
}

// setEmailOptOut writes on the state it has just read, and on no other.
func (d Deps) setEmailOptOut(ctx context.Context, c contact, out bool) error {
	now, err := c.unchanged(ctx, d.Salesforce)
	if err != nil || now.EmailOptOut == out {
		return err
	}
	_, err = d.Salesforce.SetEmailOptOut(ctx, c.ID, out, now.LastModified)
	if salesforce.IsChanged(err) {
		return &runbook.Mismatch{Record: c.record(), Field: "Last change", Want: "before this run read it", Got: "while this run was at it"}
	}
	return declined(err, "So "+emailOptOut+" is not set on "+c.record()+", and nobody was asked to set LearnUpon yet. "+
		"Whoever may edit the contact has to set it; then run the command again for what is left.")
}

func (d Deps) showsOptOut(ctx context.Context, c contact, out bool) (bool, error) {
	now, err := d.Salesforce.ContactByID(ctx, c.ID)
	if salesforce.IsGone(err) {
		return false, nil
	}
	return err == nil && now.ID == c.ID && now.Sees(salesforce.ContactEmailOptOut) && now.EmailOptOut == out, err
}

// askSalesforce is for orgs in which Registrar's user may not set the field.
func (d Deps) askSalesforce(t optTarget, c optContact) runbook.Step {
	step := runbook.Step{
		ID: "salesforce-" + c.Contact.ID.String(), Title: "Have " + emailOptOut + pick(t.Out, " checked", " unchecked"), System: runbook.Salesforce,
		Changes: []runbook.Change{c.change(t.Out)},
		Ask: &runbook.Ask{
			Instruction: pick(t.Out,
				"This person must receive no mail: Email Opt Out is checked on the contact.",
				"This person may receive mail again: Email Opt Out is not checked on the contact."),
			Link: c.Contact.link(),
		},
	}
	if c.Locked {
		step.Done = func(ctx context.Context, _ runbook.Answers) (bool, error) {
			return d.showsOptOut(ctx, c.Contact, t.Out)
		}
	}
	return step
}

// askPortal: LearnUpon has no API for this setting, neither to read nor to
// write it. What people call it differs even between LearnUpon's own pages and
// the team's manual, so the ask says how it must be in the end.
func askPortal(t optTarget, a account) runbook.Step {
	return runbook.Step{
		ID: fmt.Sprintf("learnupon-%s-%d", a.Portal, a.ID), Title: "Set the opt-out in " + systemName(a.Portal), System: runbook.LearnUpon,
		Changes: []runbook.Change{{Record: a.record(), Field: portalOptOut, From: "cannot be read", To: pick(t.Out, "selected", "not selected")}},
		Ask: &runbook.Ask{
			Instruction: pick(t.Out,
				"This person must receive no mail: Opt-out from emails/messages is selected.",
				"This person may receive mail again: Opt-out from emails/messages is not selected."),
			Link: a.link(),
		},
	}
}

func pick(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}
