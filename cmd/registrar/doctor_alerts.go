package main

import (
	"context"
	"time"

	"registrar/integrations/rest"
)

// checkAlerts reads the log that sync-error alerts come from. That the channel
// they go to can be used is checked with the other channels.
func checkAlerts(ctx context.Context, c Config) []result {
	const check = "sync-error alerts"
	switch why := noAlerts(c); {
	case c.Channels.Alerts == "":
		return nil // nobody asked for them
	case why != "":
		return []result{warning(check, "they are off: "+why, "Set the variables that begin with SALESFORCE_.")}
	}
	ctx, cancel := context.WithTimeout(ctx, 4*probeTimeout)
	defer cancel()
	org, err := newSalesforce(*c.Salesforce, rest.Observe{})
	if err == nil {
		_, err = org.CallLogs(ctx, time.Now().Add(-time.Hour), "", 1)
	}
	if err != nil {
		return []result{failure(check, oneLine(err), "Let Registrar's user read the LearnUpon API Call Logs in Salesforce, or name the fields in SALESFORCE_FIELDS.")}
	}
	return []result{ok(check, "the call log of LearnUpon's package is read every "+c.AlertsEvery.String())}
}
