package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sethvargo/go-envconfig"
)

// portalName is what may stand in LEARNUPON_PORTALS: it becomes part of names
// of variables and of keys in Redis.
var portalName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// portals reads the main portal and the listed ones. The two reserved names
// would collide with the main portal's own variables and with its own name.
func portals(p *problems, env environment, vars envconfig.Lookuper) []Portal {
	var all []Portal
	if env.LearnUpon != (portalEnvironment{}) {
		all = append(all, portal(p, MainPortal, "LEARNUPON_", env.LearnUpon))
	}
	names := list(env.Portals)
	if len(names) > 0 && len(all) == 0 {
		p.add("LEARNUPON_URL is missing: LEARNUPON_PORTALS names further portals, beside the main one.")
	}
	for i, name := range names {
		switch {
		case !portalName.MatchString(name) || name == MainPortal || name == "ui":
			p.add("LEARNUPON_PORTALS: %q cannot be a portal's name; use lower-case letters, digits and hyphens, but not main or ui.", name)
			continue
		case slices.Contains(names[:i], name):
			p.add("LEARNUPON_PORTALS lists %q twice.", name)
			continue
		}
		prefix := portalPrefix(name)
		var its portalEnvironment
		if err := process(envconfig.PrefixLookuper(prefix, vars), &its); err != nil {
			p.add("%s…: %v.", prefix, err)
			continue
		}
		all = append(all, portal(p, name, prefix, its))
	}
	for i, one := range all {
		twin := func(other Portal) bool { return one.URL != "" && strings.EqualFold(other.URL, one.URL) }
		if slices.ContainsFunc(all[:i], twin) {
			p.add("%sURL is the address of another portal already; people there would be shown twice.", portalPrefix(one.Name))
		}
	}
	return all
}

func portalPrefix(name string) string {
	return "LEARNUPON_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_"
}

// defaultRate is how many calls a minute one portal gets; LearnUpon counts them
// per portal.
const defaultRate = 300

func portal(p *problems, name, prefix string, env portalEnvironment) Portal {
	why := fmt.Sprintf("needed for the LearnUpon portal %q", name)
	root := p.web(prefix+"URL", p.need(prefix+"URL", env.URL, why))
	if strings.Contains(root, "/api/v") {
		p.add("%sURL must be the portal's root, without /api/v1.", prefix)
	}
	ui := p.web(prefix+"UI_URL", env.UIURL)
	if ui == "" {
		ui = root
	}
	rate := defaultRate
	if env.RatePerMinute != "" {
		rate = p.atLeastOne(prefix+"RATE_PER_MINUTE", env.RatePerMinute)
	}
	return Portal{
		Name: name, URL: strings.TrimSuffix(root, "/"), UIURL: strings.TrimSuffix(ui, "/"),
		Username:      p.need(prefix+"USERNAME", env.Username, why),
		Password:      Secret(p.need(prefix+"PASSWORD", env.Password, why)),
		RatePerMinute: rate,
	}
}

// defaultSalesforceVersion is what is asked for where nothing is said.
const defaultSalesforceVersion = "v67.0"

var salesforceVersion = regexp.MustCompile(`^v?(\d{2,3}\.0)$`)

func salesforceOrg(p *problems, env environment) *SalesforceConfig {
	given := env.SalesforceURL + env.SalesforceClientID + env.SalesforceClientSecret + env.SalesforceUsername +
		env.SalesforcePrivateKeyFile + env.SalesforceAPIVersion + env.SalesforceFields
	if given == "" {
		return nil
	}
	const why = "needed once anything is said about Salesforce"
	c := &SalesforceConfig{
		URL:            p.web("SALESFORCE_URL", p.need("SALESFORCE_URL", env.SalesforceURL, why)),
		ClientID:       p.need("SALESFORCE_CLIENT_ID", env.SalesforceClientID, why),
		ClientSecret:   Secret(env.SalesforceClientSecret),
		Username:       env.SalesforceUsername,
		PrivateKeyFile: env.SalesforcePrivateKeyFile,
		APIVersion:     defaultSalesforceVersion,
		Fields:         salesforceFields(p, env.SalesforceFields),
	}
	byKey := p.together("SALESFORCE_USERNAME", c.Username, "SALESFORCE_PRIVATE_KEY_FILE", c.PrivateKeyFile)
	switch {
	case byKey && c.ClientSecret != "":
		p.add("SALESFORCE_CLIENT_SECRET and SALESFORCE_PRIVATE_KEY_FILE are two ways to sign in; choose one.")
	case !byKey && c.ClientSecret == "" && c.Username == "" && c.PrivateKeyFile == "" && !p.fromFile("SALESFORCE_CLIENT_SECRET"):
		p.add("SALESFORCE_CLIENT_SECRET is missing (or SALESFORCE_USERNAME and SALESFORCE_PRIVATE_KEY_FILE, for JWT).")
	}
	if env.SalesforceAPIVersion != "" {
		m := salesforceVersion.FindStringSubmatch(env.SalesforceAPIVersion)
		if m == nil {
			p.add("SALESFORCE_API_VERSION must be a version such as v67.0.")
			return c
		}
		c.APIVersion = "v" + m[1]
	}
	return c
}

var salesforceField = regexp.MustCompile(`^([A-Za-z]\w*)\."([^"]+)"\s*=\s*([A-Za-z]\w*)$`)

// salesforceFields reads overrides such as Contact."Time Zone"=Time_Zone__c,
// separated by semicolons.
func salesforceFields(p *problems, text string) map[string]map[string]string {
	var fields map[string]map[string]string
	for one := range strings.SplitSeq(text, ";") {
		one = strings.TrimSpace(one)
		if one == "" {
			continue
		}
		m := salesforceField.FindStringSubmatch(one)
		if m == nil {
			p.add(`SALESFORCE_FIELDS: %q is not like Contact."Create in LearnUpon"=Api_Name__c.`, one)
			continue
		}
		if fields == nil {
			fields = map[string]map[string]string{}
		}
		if fields[m[1]] == nil {
			fields[m[1]] = map[string]string{}
		}
		fields[m[1]][m[2]] = m[3]
	}
	return fields
}
