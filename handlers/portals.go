package handlers

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// portalName is how plans and locks name a portal. The only portal has no name
// of its own in the configuration.
func portalName(c *learnupon.Client) string {
	if c.Name() == "" {
		return "main"
	}
	return c.Name()
}

// systemName is how people read a portal's name.
func systemName(portal string) string {
	if portal == "main" {
		return "LearnUpon"
	}
	return "LearnUpon (" + portal + ")"
}

// portal finds the client a stored plan was made with.
func (d Deps) portal(name string) (*learnupon.Client, error) {
	for _, c := range d.Portals {
		if portalName(c) == name {
			return c, nil
		}
	}
	return nil, runbook.Refuse("The portal %q of this plan is not configured any more. Please run the command again.", name)
}

// portalField is a field of every action that changes one account. It stays
// hidden until [Deps.choosePortal] asks for it, which it does only where the
// person has accounts in several portals.
func portalField(p *string) runbook.Field {
	return runbook.Field{Name: "portal", Label: "Portal", Chosen: true, Bind: runbook.Choice(p)}
}

// choosePortal picks the account that is meant, of those that [Deps.holdings]
// found: that in the portal the person chose, else the only one there is. It
// returns a [runbook.Choose] for [portalField] where there are several, and a
// refusal where the chosen portal has none.
func (d Deps) choosePortal(ctx context.Context, found []holding, portal string) (holding, error) {
	if len(found) == 1 && portal != "" && portal != portalName(found[0].portal) {
		return holding{}, runbook.Refuse("%s has no account with this address that this could be about. Run the command again to see which portals have one.", systemName(portal))
	}
	var options []runbook.Option
	for _, h := range found {
		name := portalName(h.portal)
		options = append(options, runbook.Option{
			Value: name, Text: systemName(name), Description: "user " + h.user.ID.String() + pick(h.user.Enabled, "", ", deactivated"),
		})
	}
	i, err := choose("portal", "This address has an account in more than one portal.", options, portal)
	if err != nil {
		groups, unread := groupsOfAll(ctx, found)
		return holding{}, cmp.Or(unread, concerning(err, nil, groups))
	}
	return found[i], nil
}

// siteName is what learners know a portal as: its title, or else the host in
// their browser. The keys of a top-level portal see its sub-portals too, and
// the wrong title in a mail is worse than none.
func siteName(ctx context.Context, c *learnupon.Client) string {
	page, err := url.Parse(c.UsersPage())
	if err != nil {
		return "LearnUpon"
	}
	portals, err := c.Portals(ctx)
	if err != nil {
		return page.Host
	}
	subdomain, _, _ := strings.Cut(page.Hostname(), ".")
	for _, p := range portals {
		if p.Title != "" && (len(portals) == 1 || strings.EqualFold(p.Subdomain, subdomain)) {
			return p.Title
		}
	}
	return page.Host
}

func fullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

// choose picks the one record a command can mean, or has the person choose.
func choose(field, text string, options []runbook.Option, chosen string) (int, error) {
	if len(options) == 1 {
		return 0, nil
	}
	for i, o := range options {
		if o.Value == chosen {
			return i, nil
		}
	}
	return 0, &runbook.Choose{Field: field, Text: text, Options: options}
}
