package handlers

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/bamboohr"
	"registrar/integrations/learnupon"
	"registrar/integrations/mail"
	"registrar/integrations/salesforce"
	"registrar/integrations/statuspage"
)

// Deps is what the actions work with.
type Deps struct {
	// Portals are the LearnUpon portals, the main one first. None: LearnUpon is
	// not configured.
	Portals []*learnupon.Client
	// Salesforce is the org. Nil: it is not configured.
	Salesforce *salesforce.Client
	// BambooHR is where it is decided who works here. Nil: it is not configured.
	BambooHR *bamboohr.Client
	// Status is LearnUpon's public status page. Nil: it is not configured.
	Status *statuspage.Client
	// Mail sends links to learners. Nil: the requester is shown them instead.
	Mail *mail.Sender
	// LinkUsed names the run that opened a confirmation link; "" where none did.
	LinkUsed func(ctx context.Context, link string) (run string, err error)
	// MarkLinkUsed remembers, under a keyed hash, that a run opens the link.
	MarkLinkUsed func(ctx context.Context, link, run string) error
	// Premier finds, by name, the courses that are settled with the Premier team
	// before an account is merged. Nil: those with the word "Premier".
	Premier *regexp.Regexp
	// Runs lists what was asked for, as far as the reader of a report may see it.
	// Nil: that is not offered.
	Runs func(ctx context.Context, q RunsQuery) (RunsPage, error)
	// System says how Registrar itself is doing. Nil: that is not offered.
	System func(ctx context.Context) (SystemState, error)
	// Alerts lists the sync-error alerts, as far as the reader of a report may mend
	// what they are about. Nil: there are none, because they are off.
	Alerts func(ctx context.Context, q AlertsQuery) (AlertsPage, error)
	Now    func() time.Time
}

// Catalog lists the actions in the order help shows them. Those whose system is
// not configured are left out, with the reason.
func Catalog(d Deps) (*runbook.Catalog, error) {
	if len(d.Portals) > 0 && (d.LinkUsed == nil || d.MarkLinkUsed == nil || d.Now == nil) {
		return nil, errors.New("the actions need a clock and a memory for used links")
	}
	seen := map[string]bool{}
	for _, p := range d.Portals {
		if seen[portalName(p)] {
			return nil, fmt.Errorf("two LearnUpon portals are called %q", portalName(p))
		}
		seen[portalName(p)] = true
	}
	var actions []runbook.Action
	var absent []runbook.Absent
	add := func(a runbook.Action, missing string) {
		if missing != "" {
			absent = append(absent, runbook.Absent{Title: a.Title, Command: a.Command, Why: missing})
			return
		}
		actions = append(actions, a)
	}
	add(lookup(d), d.lacksLearnUpon())
	add(confirmUser(d), d.lacksLearnUpon())
	add(resendConfirmation(d), d.lacksLearnUpon())
	add(optOut(d), d.lacksBoth())
	add(optIn(d), d.lacksBoth())
	add(mergeUsers(d), d.lacksLearnUpon())
	add(createGroup(d), d.lacksBoth())
	add(fixSync(d), d.lacksBoth())
	add(createUser(d), d.lacksBoth())
	add(changeEmail(d), d.lacksBoth())
	add(setTimeZone(d), d.lacksBoth())
	add(reuseEmail(d), d.lacksLearnUpon())
	add(addManager(d), d.lacksLearnUpon())
	add(changeRole(d), d.lacksLearnUpon())
	add(deactivate(d), d.lacksLearnUpon())
	add(reactivate(d), d.lacksLearnUpon())
	add(deleteUser(d), d.lacksLearnUpon())
	if d.Runs != nil {
		add(runs(d, actions), "")
	}
	add(syncAlerts(d), d.lacksAlerts())
	if d.System != nil {
		add(systemStatus(d), "")
	}
	return runbook.NewCatalog(actions, absent...)
}

// lacksBoth is the reason to leave out what changes both systems.
func (d Deps) lacksBoth() string {
	if d.Salesforce == nil {
		return strings.TrimSpace(d.lacksLearnUpon() + " Salesforce is not configured (SALESFORCE_URL, SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET).")
	}
	return d.lacksLearnUpon()
}

// lacksAlerts is the reason to leave out the list of sync-error alerts, which
// are mended in both systems.
func (d Deps) lacksAlerts() string {
	missing := d.lacksBoth()
	if missing == "" && d.Alerts == nil {
		return "Sync-error alerts are off (REGISTRAR_ALERTS_CHANNEL)."
	}
	return missing
}

func (d Deps) lacksLearnUpon() string {
	if len(d.Portals) == 0 {
		return "LearnUpon is not configured (LEARNUPON_URL, LEARNUPON_USERNAME, LEARNUPON_PASSWORD)."
	}
	return ""
}
