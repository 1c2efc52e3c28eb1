package handlers

import (
	"context"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// claims are the records of others that have the new address. Where the person
// has a record of the same kind in the same place, two would have one address,
// and that is refused.
func (d Deps) claims(ctx context.Context, in emailInput, b bearer) (bearer, error) {
	runbook.Progress(ctx, "Looking whether the new address is free…")
	var theirs bearer
	for _, c := range d.Portals {
		u, err := userByEmail(ctx, c, in.New)
		if err != nil {
			return theirs, err
		}
		if u == nil || b.has(c, u.ID) {
			continue
		}
		theirs.accounts = append(theirs.accounts, holding{c, *u})
		if slices.ContainsFunc(b.accounts, func(h holding) bool { return h.portal == c }) {
			return theirs, takenInLearnUpon(in, theirs.records(d))
		}
	}
	if err := d.claimedContact(ctx, in, b, &theirs); err != nil {
		return theirs, err
	}
	return theirs, d.claimedLogin(ctx, in, b, &theirs)
}

func takenInLearnUpon(in emailInput, record string) error {
	refused := runbook.Refuse("%s has the address %s already. If both are the same person's, merge them (/merge-users). If the other account is not needed, free the address (/reuse-email); then run the command again.", record, in.New)
	refused.Suggest = &runbook.Suggestion{Action: "merge-users", Label: "Merge users", Values: runbook.Values{"keep": in.Email, "duplicate": in.New}}
	return refused
}

func (d Deps) claimedContact(ctx context.Context, in emailInput, b bearer, theirs *bearer) error {
	found, err := d.Salesforce.ContactsByEmail(ctx, in.New)
	if err != nil {
		return err
	}
	for _, c := range found {
		if b.contact != nil && c.ID == b.contact.ID {
			continue
		}
		if b.contact != nil || theirs.contact != nil {
			return runbook.Refuse("%s (%s) has the address %s already. If it is the same person's, merge the contacts in Salesforce; else choose another address. Then run the command again.",
				d.plannedContact(c).record(), listed(c.Name(), c.Account), in.New)
		}
		theirs.contact = &c
	}
	return nil
}

func (d Deps) claimedLogin(ctx context.Context, in emailInput, b bearer, theirs *bearer) error {
	found, err := d.Salesforce.UsersByEmail(ctx, in.New)
	if err != nil {
		return err
	}
	for _, u := range found {
		if !u.Active || b.user != nil && u.ID == b.user.ID {
			continue
		}
		if b.user != nil || theirs.user != nil {
			return runbook.Refuse("%s (%s) has the address %s already. Whoever looks after Salesforce users has to deactivate it or give it another address; then run the command again.",
				d.plannedLogin(u).record(), u.Username, in.New)
		}
		theirs.user = &u
	}
	return nil
}

// has reports whether an account is among the person's.
func (b bearer) has(portal *learnupon.Client, id learnupon.ID) bool {
	return slices.ContainsFunc(b.accounts, func(h holding) bool { return h.portal == portal && h.user.ID == id })
}

func (b bearer) none() bool { return len(b.accounts) == 0 && b.contact == nil && b.user == nil }

// with adds records that turned out to be the person's.
func (b bearer) with(theirs bearer) bearer {
	b.accounts = append(slices.Clone(b.accounts), theirs.accounts...)
	if b.contact == nil {
		b.contact = theirs.contact
	}
	if b.user == nil {
		b.user = theirs.user
	}
	return b
}

// records names them for people.
func (b bearer) records(d Deps) string {
	var names []string
	for _, h := range b.accounts {
		names = append(names, accountOf(h).record())
	}
	if b.contact != nil {
		names = append(names, d.plannedContact(*b.contact).record())
	}
	if b.user != nil {
		names = append(names, d.plannedLogin(*b.user).record())
	}
	return strings.Join(names, ", ")
}
