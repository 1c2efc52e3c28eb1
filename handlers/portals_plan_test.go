package handlers_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// inTwoPortals is a world in which the learner has an account in both portals
// and has never signed in. It returns what to type for an action.
func inTwoPortals(t *testing.T, a runbook.Action) (*world, *learnupontest.Server, runbook.Values) {
	w := newWorld(t)
	partners := w.secondPortal()
	for _, s := range []*learnupontest.Server{w.academy, partners} {
		s.AddUser(learnupontest.User{Email: "admin@x.edu", Type: "admin", SignIns: 1})
		s.AddMember(s.AddGroup(hillcrest), s.SelfRegister(learnupontest.User{Email: learner, Disabled: a.Name == "reactivate"}))
	}
	typed := runbook.Values{"email": learner}
	for _, f := range a.Fields() {
		switch {
		case f.Name == "group":
			typed[f.Name] = hillcrest
		case f.Name == "role":
			typed[f.Name] = "instructor"
		case f.Name != "email" && len(f.Options) > 0:
			typed[f.Name] = f.Options[0].Value
		}
	}
	return w, partners, typed
}

// hasPortal reports whether an action acts in one portal.
func hasPortal(a runbook.Action) bool {
	return slices.ContainsFunc(a.Fields(), func(f runbook.Field) bool { return f.Name == "portal" && f.Label == "Portal" && f.Chosen })
}

// Every action about one account asks which, where a person has several, and
// its plan and its steps then name that portal and no other.
func TestActionsAskForThePortal(t *testing.T) {
	catalog, err := handlers.Catalog(newWorld(t).deps)
	if err != nil {
		t.Fatal(err)
	}
	var asking []string
	for a := range catalog.All() {
		if !hasPortal(a) {
			continue
		}
		asking = append(asking, a.Name)
		t.Run(a.Name, func(t *testing.T) {
			w, partners, typed := inTwoPortals(t, a)
			_, err := w.plan(a.Name, typed)
			ask, ok := errors.AsType[*runbook.Choose](err)
			if !ok || ask.Field != "portal" || len(ask.Options) != 2 || ask.Options[1].Text != "LearnUpon (partners)" {
				t.Fatalf("%v; want a choice between the two portals", err)
			}
			typed["portal"] = ask.Options[1].Value
			onlyIn(t, w.mustPlan(a.Name, typed).Plan, partners)
		})
		t.Run(a.Name+" in one portal", func(t *testing.T) {
			w, partners, typed := inTwoPortals(t, a)
			w.deps.Portals = w.deps.Portals[1:]
			onlyIn(t, w.mustPlan(a.Name, typed).Plan, partners)
		})
	}
	if len(asking) < 6 {
		t.Errorf("only %v ask for the portal", asking)
	}
}

// onlyIn checks that what a plan changes in LearnUpon is in the portal partners.
func onlyIn(t *testing.T, p runbook.Plan, partners *learnupontest.Server) {
	t.Helper()
	named := false
	for _, r := range p.Records {
		if r.System != runbook.LearnUpon {
			continue
		}
		named = true
		if !strings.HasPrefix(r.URL, partners.URL) || !strings.Contains(r.Title, "(partners)") {
			t.Errorf("record %q at %s", r.Title, r.URL)
		}
	}
	if !named || len(p.Steps) == 0 {
		t.Errorf("records %+v, %d steps", p.Records, len(p.Steps))
	}
	for _, lock := range p.Locks {
		if strings.HasPrefix(lock, "learnupon:main:") {
			t.Errorf("it locks %s", lock)
		}
	}
	for _, s := range p.Steps {
		for _, c := range s.Changes {
			if s.System == runbook.LearnUpon && !strings.Contains(c.Record, "(partners)") {
				t.Errorf("step %s changes %q", s.ID, c.Record)
			}
		}
	}
}

// What waits for a person may be an account in one portal and an invite in
// another.
func TestResendInTwoPortals(t *testing.T) {
	w := newWorld(t)
	partners := w.secondPortal()
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	partners.AddInvite(learnupontest.Invite{Email: learner, GroupID: partners.AddGroup("Resellers"), CreatedAt: w.daysAgo(1), ExpiresAt: w.now.AddDate(0, 0, 6)})
	_, err := w.plan("resend-confirmation", runbook.Values{"email": learner})
	ask, ok := errors.AsType[*runbook.Choose](err)
	if !ok || len(ask.Options) != 2 || !strings.HasPrefix(ask.Options[0].Text, "LearnUpon, user") || ask.Options[1].Text != "Invite to “Resellers” in LearnUpon (partners)" {
		t.Fatalf("%+v; want a choice that names the portals", err)
	}
	p := w.mustPlan("resend-confirmation", runbook.Values{"email": learner, "which": ask.Options[1].Value}).Plan
	if !strings.HasPrefix(p.Records[0].URL, partners.URL) || !strings.Contains(p.Records[0].Title, "(partners)") {
		t.Errorf("record %+v", p.Records[0])
	}
}

// Opting out is for all portals, each of which a person is asked to set.
func TestOptOutInTwoPortals(t *testing.T) {
	w := newWorld(t)
	for _, s := range []*learnupontest.Server{w.academy, w.secondPortal()} {
		s.AddUser(learnupontest.User{Email: learner, SignIns: 1})
	}
	var titles []string
	for _, s := range w.mustPlan("opt-out", runbook.Values{"email": learner}).Plan.Steps {
		titles = append(titles, s.Title)
	}
	if want := []string{"Set the opt-out in LearnUpon", "Set the opt-out in LearnUpon (partners)"}; !slices.Equal(titles, want) {
		t.Errorf("steps %q", titles)
	}
}

// An account of Salesforce names one group, which is one of the main portal.
func TestCreateGroupWithTwoPortals(t *testing.T) {
	w := newWorld(t)
	partners := w.secondPortal()
	partners.AddGroup(hillcrest)
	w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	p := w.mustPlan("create-group", runbook.Values{"account": hillcrest})
	if !slices.ContainsFunc(p.Plan.Warnings, func(s string) bool { return strings.Contains(s, "main portal") }) {
		t.Errorf("warnings %q", p.Plan.Warnings)
	}
	if err := w.newRun(nil, nil).apply("create-group", p); err != nil {
		t.Fatal(err)
	}
	if n := len(partners.Writes()); n != 0 || len(w.academy.Snapshot().Groups) != 1 {
		t.Errorf("%d writes in partners, %d groups in the main portal", n, len(w.academy.Snapshot().Groups))
	}
}
