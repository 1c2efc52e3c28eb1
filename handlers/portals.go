package handlers

import (
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
