package handlers

import (
	"context"
	"errors"
	"slices"

	"registrar/handlers/findings"
	"registrar/integrations/salesforce"
)

// contactsOfPerson are the contacts found for an address; where there is none,
// those that name the account, whatever address they have.
func (d Deps) contactsOfPerson(ctx context.Context, p findings.Person) ([]findings.Contact, error) {
	main := p.Portals[0].Account
	if len(p.Salesforce.Contacts) > 0 || main == nil {
		return p.Salesforce.Contacts, nil
	}
	found, err := d.Salesforce.ContactsByLearnUponID(ctx, int64(main.ID))
	if _, hidden := errors.AsType[*salesforce.FieldError](err); hidden {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var contacts []findings.Contact
	for _, c := range found {
		contact := findings.Contact{Contact: c, Named: main}
		if c.AccountID != "" {
			of, err := d.Salesforce.AccountByID(ctx, c.AccountID)
			if err != nil && !salesforce.IsGone(err) {
				return nil, err
			}
			if err == nil {
				contact.Of = &of
			}
		}
		contacts = append(contacts, contact)
	}
	return contacts, nil
}

// accountsOf are the accounts of an address in every portal, the main one
// first, and those that contacts name there.
func (d Deps) accountsOf(p findings.Person, contacts ...findings.Contact) []holding {
	var found []holding
	for i, portal := range p.Portals {
		if portal.Account != nil {
			found = append(found, holding{d.Portals[i], *portal.Account})
		}
	}
	for _, c := range contacts {
		known := func(h holding) bool { return h.portal == d.Portals[0] && h.user.ID == c.Named.ID }
		if c.Named != nil && !slices.ContainsFunc(found, known) {
			found = slices.Insert(found, 0, holding{d.Portals[0], *c.Named})
		}
	}
	return found
}

// contactAccounts are the Salesforce accounts of contacts, for scoped roles.
func contactAccounts(contacts []findings.Contact) []string {
	var plain []salesforce.Contact
	for _, c := range contacts {
		plain = append(plain, c.Contact)
	}
	return institutions(plain)
}
