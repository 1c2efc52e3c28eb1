package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// syncing is what there is of the person whose sync is to be fixed.
type syncing struct {
	findings.Person
	contact findings.Contact
	account *learnupon.User  // in the main portal; nil: there is none
	user    *salesforce.User // by which the contact signs in; nil: none
}

// syncPerson finds the contact, the account and the user that are one person,
// or refuses where that is not clear.
func (d Deps) syncPerson(ctx context.Context, in syncInput) (syncing, error) {
	runbook.Progress(ctx, "Comparing LearnUpon and Salesforce…")
	p, err := Person(ctx, d, in.Email)
	found := syncing{Person: p}
	if err != nil {
		return found, err
	}
	if found.contact, err = d.syncContact(ctx, p, in.Which); err != nil {
		return found, err
	}
	if u := p.Salesforce.UserOf(found.contact); u != nil && u.Active {
		found.user = u
	}
	if found.account, err = d.syncAccount(ctx, found); err != nil {
		return found, err
	}
	if u := found.account; u != nil {
		if !u.Enabled {
			refused := runbook.Refuse("The LearnUpon account %d is deactivated. Reactivate it first if the person should get in; then run the command again.", u.ID)
			refused.Suggest = &runbook.Suggestion{Action: "reactivate", Label: "Reactivate", Values: runbook.Values{"email": u.Email}}
			return found, refused
		}
		if err := d.onlyContact(ctx, found); err != nil {
			return found, err
		}
	}
	return found, nil
}

// syncContact picks the contact that is meant. The survivor of a merge stands
// for those that were merged into it.
func (d Deps) syncContact(ctx context.Context, p findings.Person, which string) (findings.Contact, error) {
	contacts := p.Salesforce.Contacts
	if len(contacts) == 0 {
		if p.Portals[0].Account == nil {
			return findings.Contact{}, runbook.Refuse("Neither Salesforce nor LearnUpon has anybody with this address. Check the spelling.")
		}
		return findings.Contact{}, runbook.Refuse("Salesforce has no contact for this address, so there is nothing for the LearnUpon account to sync with. " +
			"If the person belongs to an institution, create the contact there without checking Create in LearnUpon; then run the command again.")
	}
	var options []runbook.Option
	var plain []salesforce.Contact
	for _, c := range contacts {
		options = append(options, runbook.Option{
			Value: c.ID.String(), Text: listed(c.Name(), c.Account), Description: listed(c.ID.String(), c.Email, pick(c.LearnUponID != "", "LU User ID "+c.LearnUponID, "")),
		})
		plain = append(plain, c.Contact)
	}
	i, err := choose("which", "Salesforce has several contacts for this person. LearnUpon syncs with one of them; merge them in Salesforce if you can.", options, which)
	if err != nil {
		groups, unread := groupsOfAll(ctx, d.accountsOf(p, contacts...))
		return findings.Contact{}, cmp.Or(unread, concerning(err, institutions(plain), groups))
	}
	return contacts[i], nil
}

// syncAccount is the contact's account in the main portal: the one LU User ID
// names, or that of any address the person has. Two are a case for a merge.
func (d Deps) syncAccount(ctx context.Context, found syncing) (*learnupon.User, error) {
	main, c := d.Portals[0], found.contact
	accounts := []*learnupon.User{c.Named, found.Portals[0].Account}
	addresses := []string{c.Email}
	if found.user != nil {
		addresses = append(addresses, found.user.Email)
	}
	for _, address := range addresses {
		if address == "" || strings.EqualFold(address, found.Email) {
			continue
		}
		u, err := userByEmail(ctx, main, address)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, u)
	}
	accounts = slices.DeleteFunc(accounts, func(u *learnupon.User) bool { return u == nil })
	if len(accounts) == 0 {
		return d.accountNaming(ctx, c)
	}
	keep := accounts[0]
	for _, other := range accounts[1:] {
		if other.ID != keep.ID {
			if !keep.Enabled { // it cannot be the one to keep
				keep, other = other, keep
			}
			refused := runbook.Refuse("LearnUpon has two accounts of this person, %d (%s) and %d (%s). Merge them first; the sync can follow one only.",
				keep.ID, keep.Email, other.ID, other.Email)
			refused.Suggest = &runbook.Suggestion{Action: "merge-users", Label: "Merge users", Values: runbook.Values{"keep": keep.Email, "duplicate": other.Email}}
			return nil, refused
		}
	}
	return keep, nil
}

// accountNaming looks through all accounts for one that names the contact, or
// one that was merged into it: no call finds it, and making a second account of
// a person whose first has an old address would be worse than some readings.
func (d Deps) accountNaming(ctx context.Context, c findings.Contact) (*learnupon.User, error) {
	merged, err := d.Salesforce.MergedInto(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("what was merged into a contact: %w", err)
	}
	runbook.Progress(ctx, "Looking through all accounts of LearnUpon…")
	main := d.Portals[0]
	for u, err := range main.Users(ctx) {
		if err != nil {
			return nil, fmt.Errorf("accounts of %s: %w", systemName(portalName(main)), err)
		}
		id, err := salesforce.ParseID(u.SFContactID)
		if err == nil && (id == c.ID || slices.Contains(merged, id)) {
			return &u, nil
		}
	}
	return nil, nil
}

// onlyContact refuses where another contact is tied to the account as well: the
// sync would go on writing to either.
func (d Deps) onlyContact(ctx context.Context, found syncing) error {
	others, err := d.Salesforce.ContactsByLearnUponID(ctx, int64(found.account.ID))
	if err != nil {
		return err
	}
	named, _ := salesforce.ParseID(found.account.SFContactID)
	for _, c := range found.Salesforce.Contacts {
		if c.ID == named {
			others = append(others, c.Contact)
		}
	}
	for _, other := range others {
		if other.ID != found.contact.ID {
			return runbook.Refuse("The LearnUpon account %d is tied to another contact, %s (%s). Merge the two contacts in Salesforce, or give the other one its own account; then run the command again.",
				found.account.ID, other.ID, listed(other.Name(), other.Account))
		}
	}
	return nil
}

// planSyncLink says what has to be written for the account and the contact to
// name each other, or that the account has to be made.
func (d Deps) planSyncLink(ctx context.Context, found syncing, t *syncTarget) error {
	c := found.contact
	t.Facts = append(t.Facts, runbook.Fact{Label: salesforce.ContactCreate.Label(), Value: pick(c.Sees(salesforce.ContactCreate), pick(c.Create, "checked", "not checked"), "cannot be seen")})
	if found.account == nil {
		return d.planBox(ctx, found, t)
	}
	u := found.account
	if id, err := salesforce.ParseID(u.SFContactID); err != nil || id != c.ID {
		t.Link.Account, t.Link.AccountFrom = true, u.SFContactID
	}
	if c.LearnUponID == u.ID.String() {
		return nil
	}
	editable, err := d.Salesforce.Editable(ctx, salesforce.ContactLearnUponID)
	if err != nil {
		return err
	}
	t.Link.Contact, t.Link.Import, t.Link.ContactFrom = editable, !editable, c.LearnUponID
	if !c.Create && c.Sees(salesforce.ContactCreate) {
		t.Notes = append(t.Notes, "Create in LearnUpon is not checked and stays so: the account is there already, and of people who were imported it is expected.")
	}
	return nil
}

// planBox is for somebody LearnUpon has no account of.
func (d Deps) planBox(ctx context.Context, found syncing, t *syncTarget) error {
	c := found.contact
	if err := d.Salesforce.Check(ctx, salesforce.ContactCreate); err != nil {
		return err
	}
	switch {
	case c.LearnUponID != "":
		return runbook.Refuse("LU User ID of the contact is %s, and LearnUpon has neither that account nor one with this address: it was deleted. "+
			"If the person should get a new one, clear LU User ID and uncheck Create in LearnUpon on the contact; then run the command again.", c.LearnUponID)
	case c.Email == "":
		return runbook.Refuse("The contact %s has no address, so LearnUpon cannot make an account. Enter it on the contact; then run the command again.", c.ID)
	case c.Of == nil:
		return runbook.Refuse("The contact %s belongs to no Salesforce account, so nobody knows which group the person would be in. Give the contact its account; then run the command again.", c.ID)
	}
	editable, err := d.Salesforce.Editable(ctx, salesforce.ContactCreate)
	if err != nil {
		return err
	}
	t.Box = box{Tick: true, Again: c.Create, Locked: !editable}
	t.Notes = append(t.Notes, "LearnUpon has no account of this person. Checking "+salesforce.ContactCreate.Label()+" makes one: see that they should have it, because of people who were imported it is expected that the box is not checked.")
	if c.Create {
		t.Notes = append(t.Notes, "The box is checked already and nothing came of it. LearnUpon takes notice only when it is being checked, so it is unchecked first.")
	}
	for _, portal := range found.Portals[1:] {
		if portal.Account != nil {
			t.Notes = append(t.Notes, secondPortal(portal.Name, portal.Account.ID))
		}
	}
	return nil
}

// planSyncGroup has the institution's group made where LU User ID is about to
// be written: that is when people are put into it.
func (d Deps) planSyncGroup(ctx context.Context, found syncing, t *syncTarget) error {
	of := found.contact.Of
	if of == nil || !of.Sees(salesforce.AccountGroupID) || of.GroupID != "" {
		return nil
	}
	if !t.Link.Contact && !t.Link.Import && !t.Box.Tick {
		t.Notes = append(t.Notes, "The account "+of.Name+" has no LearnUpon Group ID, so the sync puts nobody into its group.")
		t.Suggest = append(t.Suggest, runbook.Suggestion{Action: "create-group", Label: "Create group", Values: runbook.Values{"account": of.ID.String()}})
		return nil
	}
	group, err := d.planEmptyGroup(ctx, groupInput{Account: of.ID.String()})
	if err != nil {
		return err
	}
	group.note("Others of the account who wait for LearnUpon get their accounts too, once it has its group.")
	t.Group = &group
	return nil
}
