package handlers

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// realm is how the portals hang together, as far as their keys tell: those of a
// top-level portal see its sub-portals as well, all others only themselves.
type realm struct {
	own   map[*learnupon.Client]learnupon.Portal
	below map[*learnupon.Client][]learnupon.Portal // sub-portals, those without keys too
}

// realm asks every portal what it sees. One that cannot be read is an error: it
// may be the top-level one.
func (d Deps) realm(ctx context.Context) (realm, error) {
	r := realm{own: map[*learnupon.Client]learnupon.Portal{}, below: map[*learnupon.Client][]learnupon.Portal{}}
	for _, c := range d.Portals {
		seen, err := c.Portals(ctx)
		if err != nil {
			return r, fmt.Errorf("portals that the keys of %s see: %w", systemName(portalName(c)), err)
		}
		switch len(seen) {
		case 0:
		case 1:
			r.own[c] = seen[0]
		default:
			r.below[c] = seen
		}
	}
	for c, seen := range r.below {
		self := r.self(c, seen)
		r.own[c] = self
		r.below[c] = slices.DeleteFunc(seen, func(p learnupon.Portal) bool { return p.ID == self.ID })
	}
	return r, nil
}

// self finds a top-level portal among those its keys see: by its host, and
// where that is the customer's own name, as the one that was made first.
func (r realm) self(c *learnupon.Client, seen []learnupon.Portal) learnupon.Portal {
	if page, err := url.Parse(c.UsersPage()); err == nil {
		subdomain, _, _ := strings.Cut(page.Hostname(), ".")
		for _, p := range seen {
			if strings.EqualFold(p.Subdomain, subdomain) {
				return p
			}
		}
	}
	return slices.MinFunc(seen, func(a, b learnupon.Portal) int { return int(a.ID - b.ID) })
}

// reaches reports whether what is done to a person in one portal is done to
// them in the other as well: LearnUpon carries a deactivation and a deletion
// from the top-level portal to its sub-portals, and never back.
func (r realm) reaches(from, to *learnupon.Client) bool {
	own, known := r.own[to]
	return known && slices.ContainsFunc(r.below[from], func(p learnupon.Portal) bool { return p.ID == own.ID })
}

// dark are the sub-portals of one that Registrar has no keys for.
func (r realm) dark(top *learnupon.Client) []string {
	var titles []string
	for _, p := range r.below[top] {
		known := false
		for _, own := range r.own {
			known = known || own.ID == p.ID
		}
		if !known {
			titles = append(titles, "“"+p.Title+"”")
		}
	}
	return titles
}

// seats says how many people a portal still has place for; "" where its licence
// is not counted by seats, or the keys do not tell.
func (r realm) seats(c *learnupon.Client) (text string, none bool) {
	p, known := r.own[c]
	if !known || p.LicensesPurchased == 0 {
		return "", false
	}
	left := p.LicensesPurchased - p.LicensesUsed
	return fmt.Sprintf("%d of %d left", max(left, 0), p.LicensesPurchased), left <= 0
}

// cascade draws what becomes of a person's accounts, each top-level portal before
// its sub-portals: those that the verb is about, and the rest.
func (s subject) cascade(verb string) []runbook.Fact {
	var drawn []runbook.Fact
	line := func(h holding, label string) {
		reached := h.portal == s.portal || s.realm.reaches(s.portal, h.portal)
		drawn = append(drawn, runbook.Fact{Label: label, Value: fmt.Sprintf("user %d: %s", h.user.ID, pick(reached, verb, "stays as it is"))})
	}
	all := append([]holding{s.holding}, s.others...)
	for _, h := range all {
		if slices.ContainsFunc(all, func(top holding) bool { return s.realm.reaches(top.portal, h.portal) }) {
			continue
		}
		line(h, systemName(portalName(h.portal))+pick(len(s.realm.below[h.portal]) > 0, ", top-level portal", ""))
		for _, sub := range all {
			if s.realm.reaches(h.portal, sub.portal) {
				line(sub, "└ "+systemName(portalName(sub.portal))+", sub-portal")
			}
		}
	}
	for _, title := range s.realm.dark(s.portal) {
		drawn = append(drawn, runbook.Fact{Label: "└ " + title + ", sub-portal", Value: "Registrar has no keys for it; an account there: " + verb})
	}
	return drawn
}
