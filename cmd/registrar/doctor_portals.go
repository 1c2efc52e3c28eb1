package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
)

// checkPortals looks at each portal with its own keys.
func checkPortals(ctx context.Context, c Config) []result {
	if len(c.Portals) == 0 {
		return []result{warning("LearnUpon", "it is not configured, so no action can be used",
			"Set LEARNUPON_URL, LEARNUPON_USERNAME and LEARNUPON_PASSWORD.")}
	}
	var results []result
	for _, p := range c.Portals {
		results = append(results, checkPortal(ctx, p))
	}
	return results
}

func checkPortal(ctx context.Context, p Portal) result {
	check := "LearnUpon " + p.Name
	ctx, cancel := context.WithTimeout(ctx, 2*probeTimeout)
	defer cancel()
	client, err := newPortal(p, nil, rest.Observe{}, nil)
	if err != nil {
		return failure(check, oneLine(err), "Correct "+variablesOf(p)+".")
	}
	seen, err := client.Portals(ctx)
	if err != nil {
		return failure(check, oneLine(err), mendPortal(p, err))
	}
	its, found := ownOf(seen, p)
	switch {
	case !found:
		return ok(check, "the API keys work")
	case its.LicensesPurchased == 0:
		return ok(check, fmt.Sprintf("the API keys of “%s” work", its.Title))
	}
	said := fmt.Sprintf("the API keys of “%s” work; %d of %d seats are used", its.Title, its.LicensesUsed, its.LicensesPurchased)
	if its.LicensesUsed >= its.LicensesPurchased {
		return warning(check, said, "Free seats or buy more: nobody else can be created, and who accepts an invite gets an error.")
	}
	return ok(check, said)
}

// regions are the domains LearnUpon is known to give portals (observed in 2026).
var regions = []string{"learnupon.com", "learnuponus.com", "learnuponau.com"}

// mendPortal: a portal asked for in the wrong region answers like one with
// wrong keys.
func mendPortal(p Portal, err error) string {
	mend := "Compare " + variablesOf(p) + " with the portal's Settings > Integrations > API Keys."
	if !rest.IsUnauthorized(err) {
		return mend
	}
	mend += " Keys made anew end the ones before, each portal has its own, and a wrong region answers like a wrong key"
	u, failed := url.Parse(p.URL)
	if failed != nil {
		return mend + "."
	}
	name, region, _ := strings.Cut(u.Hostname(), ".")
	var others []string
	for _, r := range regions {
		if r != region {
			others = append(others, name+"."+r)
		}
	}
	if len(others) == len(regions) {
		return mend + "."
	}
	return mend + ": the portal may be at " + strings.Join(others, " or ") + "."
}

// ownOf finds the portal itself among those its keys can see: a top-level one
// sees its sub-portals too.
func ownOf(seen []learnupon.Portal, p Portal) (learnupon.Portal, bool) {
	if len(seen) == 1 {
		return seen[0], true
	}
	for _, address := range []string{p.URL, p.UIURL} {
		u, err := url.Parse(address)
		if err != nil {
			continue
		}
		subdomain, _, _ := strings.Cut(u.Hostname(), ".")
		for _, one := range seen {
			if strings.EqualFold(one.Subdomain, subdomain) {
				return one, true
			}
		}
	}
	return learnupon.Portal{}, false
}

func variablesOf(p Portal) string {
	if p.Name == MainPortal {
		return "LEARNUPON_URL, …_USERNAME and …_PASSWORD"
	}
	return portalPrefix(p.Name) + "URL, …_USERNAME and …_PASSWORD"
}
