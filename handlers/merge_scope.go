package handlers

import (
	"context"
	"errors"
	"slices"

	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// planScope finds what both people belong to, for scoped roles: a merge changes
// the kept account as much as the duplicate, and may reach the duplicate's
// accounts elsewhere.
func (d Deps) planScope(ctx context.Context, pairs []pair, alone []holding, t *mergeTarget) error {
	var keep, duplicate []learnupon.User
	var groups [][]string
	for _, p := range pairs {
		keep, duplicate = append(keep, p.keep.user), append(duplicate, p.duplicate.user)
		groups = append(groups, numbers(p.keep.groups), numbers(p.duplicate.groups))
	}
	for _, h := range alone {
		of, err := groupsOf(ctx, h.portal, h.user.ID)
		if err != nil {
			return err
		}
		duplicate, groups = append(duplicate, h.user), append(groups, of)
	}
	t.Groups = together(groups...)
	if d.Salesforce == nil {
		return nil
	}
	kept, err := d.institutionsOf(ctx, keep)
	if err != nil {
		return err
	}
	gone, err := d.institutionsOf(ctx, duplicate)
	t.Accounts = together(kept, gone)
	return err
}

// institutionsOf are the Salesforce accounts of a person.
func (d Deps) institutionsOf(ctx context.Context, users []learnupon.User) ([]string, error) {
	contacts, hiding, err := d.contactsOfUsers(ctx, users)
	return scopeOf(contacts, hiding), err
}

// scopeOf are the Salesforce accounts that contacts belong to. Where the link to
// LearnUpon is hidden, a contact of any account may be the person's.
func scopeOf(contacts []salesforce.Contact, hiding bool) []string {
	if hiding {
		return together(institutions(contacts), []string{outside})
	}
	return institutions(contacts)
}

// contactsOfUsers are the contacts of a person with accounts of one address,
// whichever way a contact is theirs: by address, or because one of the two
// records names the other. hiding says that Salesforce does not show which
// contacts name an account.
func (d Deps) contactsOfUsers(ctx context.Context, users []learnupon.User) (contacts []salesforce.Contact, hiding bool, err error) {
	add := func(found ...salesforce.Contact) {
		for _, f := range found {
			if !slices.ContainsFunc(contacts, func(c salesforce.Contact) bool { return c.ID == f.ID }) {
				contacts = append(contacts, f)
			}
		}
	}
	found, err := d.Salesforce.ContactsByEmail(ctx, users[0].Email)
	if err != nil {
		return nil, false, err
	}
	add(found...)
	for _, u := range users {
		found, err := d.Salesforce.ContactsByLearnUponID(ctx, int64(u.ID))
		if _, hidden := errors.AsType[*salesforce.FieldError](err); hidden {
			hiding = true
		} else if err != nil {
			return nil, hiding, err
		}
		add(found...)
		if slices.ContainsFunc(contacts, func(c salesforce.Contact) bool { return c.ID.String() == u.SFContactID }) {
			continue
		}
		linked, err := d.linkedContact(ctx, u)
		if err != nil {
			return nil, hiding, err
		}
		if linked != nil {
			add(*linked)
		}
	}
	return contacts, hiding, nil
}
