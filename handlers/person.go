package handlers

import (
	"context"
	"fmt"

	"registrar/handlers/findings"
)

// Person reads from every system what tells whether their records of one
// address agree: the accounts, the contacts with what they lead to, the users.
// What no finding about the sync needs is left out, as there may be hundreds of
// people to look at. A system that cannot be read is an error, because what was
// not read would look like what is not there.
func Person(ctx context.Context, d Deps, email string) (findings.Person, error) {
	p := findings.Person{Email: email, At: d.Now()}
	found, err := d.holdings(ctx, email)
	if err != nil {
		return p, err
	}
	var seen []portalView
	for _, c := range d.Portals {
		portal := findings.Portal{Name: systemName(portalName(c)), Brief: true}
		for _, h := range found {
			if h.portal == c {
				portal.Account = &h.user
			}
		}
		seen = append(seen, portalView{client: c, Portal: portal})
		p.Portals = append(p.Portals, portal)
	}
	org := orgView{client: d.Salesforce}
	org.readByEmail(ctx, email)
	org.follow(ctx, d, seen)
	if org.problem != nil {
		return p, fmt.Errorf("reading Salesforce: %w", org.problem)
	}
	p.Salesforce = org.found()
	return p, nil
}
