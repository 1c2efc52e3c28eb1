package main

import (
	"context"
	"errors"
	"fmt"

	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
)

// checkSalesforce signs in, and looks for each field the actions name by its
// label. Nothing is written.
func checkSalesforce(ctx context.Context, c Config) []result {
	const check = "Salesforce"
	if c.Salesforce == nil {
		return []result{warning(check, "it is not configured, so the actions that need it are left out",
			"Set SALESFORCE_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET.")}
	}
	ctx, cancel := context.WithTimeout(ctx, 4*probeTimeout)
	defer cancel()
	client, err := newSalesforce(*c.Salesforce, rest.Observe{})
	if err != nil {
		return []result{failure(check, oneLine(err), "Correct the variables that begin with SALESFORCE_.")}
	}
	org, err := client.Probe(ctx)
	if err != nil {
		return []result{failure(check, oneLine(err), "Compare the variables that begin with SALESFORCE_ with the external client app: its flow has to be on, "+
			"it needs a user to run as, and SALESFORCE_URL has to be the org's own My Domain.")}
	}
	kind := "production"
	if org.Sandbox {
		kind = "a sandbox"
	}
	results := []result{ok(check, fmt.Sprintf("signed in to %s (%s, org %s) as user %s", org.Name, kind, org.ID, org.User)), checkCalls(org)}
	for _, r := range client.Resolved(ctx) {
		results = append(results, checkField(ctx, client, r))
	}
	return results
}

// checkCalls warns before the org takes no more calls from anybody.
func checkCalls(org salesforce.Org) result {
	const check = "Salesforce calls"
	said := fmt.Sprintf("%d of %d used in 24 hours, by all programs together", org.Used, org.Allowed)
	switch {
	case org.Allowed == 0:
		return warning(check, "Salesforce does not say how many calls are left", "See System Overview in Salesforce's setup.")
	case org.Used >= org.Allowed*8/10:
		return warning(check, said, "Find out which program makes so many (API usage in Salesforce's setup), or buy more.")
	}
	return ok(check, said)
}

// written are the fields Registrar sets, and what becomes of them where it may
// only read them.
var written = map[salesforce.Field]string{
	salesforce.ContactEmailOptOut:     "a person is asked to set it",
	salesforce.ContactEmail:           "nobody's address can be changed or brought into line",
	salesforce.ContactCreate:          "no LearnUpon account can be made from Salesforce",
	salesforce.ContactCreateAsManager: "nobody can be created as a manager",
	salesforce.ContactLearnUponID:     "a merge cannot point the contact at the account that is kept",
	salesforce.UserEmail:              "the address a Salesforce user signs in with cannot be changed",
	salesforce.AccountGroupID:         "no group can be tied to its account",
}

func checkField(ctx context.Context, client *salesforce.Client, r salesforce.Resolution) result {
	check := "Salesforce " + r.Field.String()
	_, known := errors.AsType[*salesforce.FieldError](r.Err)
	switch {
	case known:
		// The error names the nearest candidates.
		return failure(check, oneLine(r.Err), "Let Registrar's user see the field (field-level security), or name its API name in SALESFORCE_FIELDS.")
	case r.Err != nil:
		return failure(check, oneLine(r.Err), "Let Registrar's user read "+r.Object+" in Salesforce.")
	}
	said := "is " + r.APIName
	if r.Override {
		said += ", as SALESFORCE_FIELDS says"
	}
	if without, writes := written[r.Field]; writes {
		switch editable, err := client.Editable(ctx, r.Field); {
		case err != nil:
			return failure(check, oneLine(err), "Run the check again.")
		case !editable:
			return warning(check, said+", and may not be edited: "+without, "Let Registrar's user edit the field (field-level security).")
		}
	}
	return ok(check, said)
}
