package handlers

import (
	"context"

	"registrar/bot/runbook"
	"registrar/integrations/salesforce"
)

type syncInput struct {
	Email   string `json:"email"`
	Which   string `json:"which,omitempty"`   // contact
	Address string `json:"address,omitempty"` // the right one of those that disagree
}

// syncTarget is a person whose records disagree, and what brings them together.
type syncTarget struct {
	Email   string          `json:"email"`
	Contact contact         `json:"contact"`
	Merged  []salesforce.ID `json:"merged,omitempty"`  // contacts that live on in it
	Account *account        `json:"account,omitempty"` // in the main portal; nil: it has to be made
	Login   *login          `json:"login,omitempty"`   // by which the person signs in
	Group   *groupTarget    `json:"group,omitempty"`   // what the contact's account lacks

	Link      linking   `json:"link"`
	Addresses addresses `json:"addresses"`
	Box       box       `json:"box"`
	Counts    counting  `json:"counts,omitempty"`

	Notes   []string             `json:"notes,omitempty"` // warnings the plan found reason for
	Facts   []runbook.Fact       `json:"facts,omitempty"`
	Suggest []runbook.Suggestion `json:"suggest,omitempty"`
}

// linking is what has to be written for the two records to name each other.
type linking struct {
	Contact     bool   `json:"contact,omitempty"` // LU User ID of the contact
	ContactFrom string `json:"contact_from,omitempty"`
	Account     bool   `json:"account,omitempty"` // sf_contact_id of the account
	AccountFrom string `json:"account_from,omitempty"`
	// Import says that Registrar's user may not write LU User ID, so that
	// somebody imports the contact in LearnUpon, which writes it.
	Import bool `json:"import,omitempty"`
}

// box is what becomes of “Create in LearnUpon”, where the account has to be
// made. The package takes notice only when it is being checked, so one that is
// checked already is unchecked first.
type box struct {
	Tick   bool `json:"tick,omitempty"`
	Again  bool `json:"again,omitempty"`  // it is checked, and nothing came of it
	Locked bool `json:"locked,omitempty"` // Registrar's user may not edit it
}

// fixSync brings the records of a person back into agreement whom LearnUpon
// knew before Salesforce did, or who was merged in Salesforce.
func fixSync(d Deps) runbook.Action {
	return runbook.Definition[syncInput, syncTarget]{
		Name: "fix-sync", Title: "Fix sync", Command: "/fix-sync",
		Summary: "Bring a person's LearnUpon account and Salesforce records into agreement",
		Help: "For “Email address already in use”, and for people whose courses do not show in Salesforce. It compares the addresses of LearnUpon, the Salesforce user and the contact, " +
			"ties the account and the contact to each other first, brings the addresses into line, and checks Create in LearnUpon last and only where LearnUpon has no account yet. " +
			"It is over when LU User ID is set, the addresses are equal and the enrollment counts agree.",
		Example:    "learner@x.edu",
		Permission: runbook.Support,
		Reason:     runbook.ReasonOptional,
		Fields: func(in *syncInput) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The person's address, in either system.", Bind: runbook.Email(&in.Email)},
				{Name: "which", Label: "Which contact", Chosen: true, Bind: runbook.Choice(&in.Which)},
				{Name: "address", Label: "Which address is right", Chosen: true, Bind: runbook.Choice(&in.Address)},
			}
		},
		Plan:          d.planSync,
		Approval:      syncTarget.approval,
		Cases:         []syncTarget{{Addresses: addresses{Contact: true}}, {Box: box{Tick: true}}, {Group: &groupTarget{}}},
		Beneficiaries: syncTarget.gain,
		Preview:       syncTarget.preview,
		Steps:         d.syncSteps,
	}.Action()
}

func (t syncTarget) approval() runbook.Approval {
	switch {
	case t.Addresses.differ():
		return runbook.ApprovalsBy(1, "it changes an address").AtLeastOne()
	case t.Box.Tick:
		return runbook.ApprovalsBy(1, "it checks Create in LearnUpon")
	case t.makesGroup():
		return runbook.ApprovalsBy(1, "a group decides who is taught what")
	}
	return runbook.NoApproval()
}

func (t syncTarget) makesGroup() bool { return t.Group != nil && t.Group.Nothing == "" }

func (t syncTarget) nothing() bool {
	return t.Link == linking{} && t.Box == box{} && !t.Addresses.differ() && !t.makesGroup()
}

// moved is the contact as it is once its address is the right one.
func (t syncTarget) moved() contact {
	c := t.Contact
	c.Email = t.Addresses.Right
	return c
}

// syncSteps are in the order that logs no new error: the group has to be known
// before LU User ID is written, which is when people are put into it; an import
// finds people by their address; and the box counts only where the address is
// free.
func (d Deps) syncSteps(t syncTarget) []runbook.Step {
	if t.nothing() {
		return nil
	}
	var steps []runbook.Step
	if t.Group != nil {
		steps = append(steps, d.groupSteps(*t.Group)...)
	}
	steps = append(steps, d.linkSteps(t)...)
	steps = append(steps, d.addressSteps(t)...)
	if t.Link.Import {
		steps = append(steps, d.importSteps(t)...)
	}
	if t.Box.Tick {
		steps = append(steps, d.boxSteps(t)...)
	}
	return append(steps, d.agreeSteps(t)...)
}

func (t syncTarget) preview() runbook.Preview {
	p := runbook.Preview{
		Subject: t.Email, Facts: t.Facts, Warnings: t.Notes, Suggest: t.Suggest,
		Accounts: accountOfContact(t.Contact.Account), Records: []runbook.Record{t.Contact.planned()},
		Locks: []string{t.Contact.lock()},
	}
	require := func(label, value string) { p.Requires = append(p.Requires, runbook.Fact{Label: label, Value: value}) }
	require("Contact", listed(t.Contact.Name, t.Contact.ID.String()))
	if t.Account != nil {
		p.Groups = t.Account.Groups
		p.Records = append(p.Records, t.Account.planned())
		p.Locks = append(p.Locks, t.Account.lock())
		require("Account", t.Account.record())
	}
	if t.Box.Tick {
		p.Locks = append(p.Locks, newContactLock(t.Contact.Email))
	}
	if t.Login != nil {
		p.Records = append(p.Records, t.Login.planned())
		p.Locks = append(p.Locks, t.Login.lock())
	}
	t.Addresses.show(require)
	for _, old := range t.Merged {
		require("Merged into the contact", old.String())
	}
	if t.makesGroup() {
		group := t.Group.preview()
		p.Locks, p.Warnings = append(p.Locks, group.Locks...), append(p.Warnings, group.Warnings...)
		p.Accounts = append(p.Accounts, t.Group.Sharing...)
	}
	if t.nothing() {
		p.Nothing = t.agreed()
	}
	return p
}

func (t syncTarget) agreed() string {
	return "LU User ID leads to " + t.Account.record() + ", which names the contact, and the addresses are equal. There is nothing to fix."
}

func (d Deps) planSync(ctx context.Context, in syncInput) (syncTarget, error) {
	t := syncTarget{Email: in.Email}
	if err := d.Salesforce.Check(ctx, salesforce.ContactLearnUponID); err != nil {
		return t, err
	}
	found, err := d.syncPerson(ctx, in)
	if err != nil {
		return t, err
	}
	t.Contact, t.Merged = d.plannedContact(found.contact.Contact), found.contact.MergedFrom
	if found.user != nil {
		t.Login = d.plannedLogin(*found.user)
	}
	if found.account != nil {
		a, err := plannedAccount(ctx, d.Portals[0], *found.account)
		if err != nil {
			return t, err
		}
		t.Account = &a
	}
	if t.Addresses, err = found.addresses(in.Address); err != nil {
		return t, concerning(err, accountOfContact(t.Contact.Account), t.groups())
	}
	t.Notes = append(t.Notes, found.elsewhere(t.Addresses)...)
	if err := d.planSyncLink(ctx, found, &t); err != nil {
		return t, err
	}
	if err := d.planSyncGroup(ctx, found, &t); err != nil {
		return t, err
	}
	return t, d.planCounts(ctx, &t)
}

func (t syncTarget) groups() []string {
	if t.Account == nil {
		return nil
	}
	return t.Account.Groups
}
