package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/salesforce"
)

// bearer is who has an address, with all their records, whichever address each
// of them has.
type bearer struct {
	accounts []holding // the main portal's first
	contact  *salesforce.Contact
	user     *salesforce.User // by which they sign in
	others   int              // contacts of the address that were not chosen
	logins   int              // active users of our own who have the address
}

// bearer finds the person. Records that name each other are one person's: after
// a run that stopped half-way they have different addresses.
func (d Deps) bearer(ctx context.Context, in emailInput) (bearer, error) {
	var b bearer
	runbook.Progress(ctx, "Comparing LearnUpon and Salesforce…")
	p, err := Person(ctx, d, in.Email)
	if err != nil {
		return b, err
	}
	contacts, err := d.contactsOfPerson(ctx, p)
	if err != nil {
		return b, err
	}
	c, err := chooseBearer(contacts, in.Which)
	if err != nil {
		groups, unread := groupsOfAll(ctx, d.accountsOf(p, contacts...))
		return b, cmp.Or(unread, concerning(err, contactAccounts(contacts), groups))
	}
	b.accounts = d.accountsOf(p)
	b.others = max(0, len(contacts)-1)
	if c != nil {
		b.contact = &c.Contact
		if err := b.follow(d, *c); err != nil {
			return b, err
		}
	}
	if err := b.findUser(ctx, d, in.Email, p); err != nil {
		return b, err
	}
	if b.none() {
		return b, runbook.Refuse("Neither Salesforce nor LearnUpon has anybody with the address %s. Check the spelling; where everything has the new address, there is nothing left to do.", in.Email)
	}
	return b, nil
}

func chooseBearer(contacts []findings.Contact, which string) (*findings.Contact, error) {
	if len(contacts) == 0 {
		return nil, nil
	}
	var options []runbook.Option
	for _, c := range contacts {
		options = append(options, runbook.Option{
			Value: c.ID.String(), Text: listed(c.Name(), c.Account), Description: listed(c.ID.String(), c.Email, pick(c.LearnUponID != "", luUserID+" "+c.LearnUponID, "")),
		})
	}
	i, err := choose("which", "Salesforce has several contacts for this address. One of them is changed; the others stay.", options, which)
	if err != nil {
		return nil, err
	}
	return &contacts[i], nil
}

// follow adds the account that the contact names, if it has another address.
func (b *bearer) follow(d Deps, c findings.Contact) error {
	if c.Named == nil {
		return nil
	}
	main := d.Portals[0]
	i := slices.IndexFunc(b.accounts, func(h holding) bool { return h.portal == main })
	if i < 0 {
		b.accounts = slices.Insert(b.accounts, 0, holding{main, *c.Named})
		return nil
	}
	if other := b.accounts[i].user; other.ID != c.Named.ID {
		refused := runbook.Refuse("The contact's %s leads to the LearnUpon account %d (%s), and %d (%s) has the old address. Merge the two first, so that one is left to change.",
			luUserID, c.Named.ID, c.Named.Email, other.ID, other.Email)
		refused.Suggest = &runbook.Suggestion{Action: "merge-users", Label: "Merge users", Values: runbook.Values{"keep": c.Named.Email, "duplicate": other.Email}}
		return refused
	}
	return nil
}

// findUser finds the Salesforce user by which the person signs in: that of the
// contact, or else one of our own people's.
func (b *bearer) findUser(ctx context.Context, d Deps, email string, p findings.Person) error {
	if b.contact != nil {
		found, err := d.Salesforce.UsersOfContact(ctx, b.contact.ID)
		if err != nil {
			return fmt.Errorf("the users of a contact: %w", err)
		}
		for _, u := range found {
			if u.Active {
				b.user = &u
				return nil
			}
		}
	}
	for _, u := range p.Salesforce.Users {
		if !u.Active || u.ContactID != "" || !strings.EqualFold(u.Email, email) && !b.names(u) {
			continue
		}
		b.logins++
		b.user = &u
	}
	if b.logins > 1 {
		b.user = nil
	}
	return nil
}

// names reports whether one of the accounts is tied to the user.
func (b *bearer) names(u salesforce.User) bool {
	return slices.ContainsFunc(b.accounts, func(h holding) bool {
		id, err := salesforce.ParseID(h.user.SFUserID)
		return err == nil && id == u.ID
	})
}
