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

// institutionsOf are the Salesforce accounts of a person, whichever way a
// contact is theirs: by address, or because one of the two records names the
// other.
func (d Deps) institutionsOf(ctx context.Context, users []learnupon.User) ([]string, error) {
	contacts, err := d.Salesforce.ContactsByEmail(ctx, users[0].Email)
	if err != nil {
		return nil, err
	}
	hiding := false
	for _, u := range users {
		pointing, err := d.Salesforce.ContactsByLearnUponID(ctx, int64(u.ID))
		if _, hidden := errors.AsType[*salesforce.FieldError](err); hidden {
			hiding = true
		} else if err != nil {
			return nil, err
		}
		contacts = append(contacts, pointing...)
		named := func(c salesforce.Contact) bool { return c.ID.String() == u.SFContactID }
		if slices.ContainsFunc(contacts, named) {
			continue
		}
		linked, err := d.linkedContact(ctx, u)
		if err != nil {
			return nil, err
		}
		if linked != nil {
			contacts = append(contacts, *linked)
		}
	}
	accounts := institutions(contacts)
	if hiding { // a contact of any account may point here
		accounts = together(accounts, []string{outside})
	}
	return accounts, nil
}
