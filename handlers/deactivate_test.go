package handlers_test

import (
	"errors"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

func TestPlanOfADeactivation(t *testing.T) {
	in := func(portal string) runbook.Values { return runbook.Values{"portal": portal} }
	for name, tt := range map[string]planned{
		"a learner":  {seed: person(learnupontest.User{}), approvals: 1, steps: "deactivate-main", warns: []string{"open sessions nor ends them"}},
		"so already": {seed: person(learnupontest.User{Disabled: true}), nothing: "deactivated in LearnUpon already"},
		"a manager": {seed: func(w *world) {
			w.academy.AddRights(w.academy.AddGroup("East"), w.academy.AddUser(learnupontest.User{Email: learner, Type: "manager"}))
		}, approvals: 1, steps: "deactivate-main", warns: []string{"manager of “East”, which nobody else manages"}},
		"an instructor": {seed: func(w *world) {
			w.academy.AddCourse(learnupontest.Course{Name: "Basics", Owner: w.academy.AddUser(learnupontest.User{Email: learner, Type: "instructor"})})
		}, approvals: 1, steps: "deactivate-main", warns: []string{"owner of the course “Basics”", "open sessions under their name"}},
		"an admin": {seed: func(w *world) {
			w.colleague()
			person(learnupontest.User{Type: "admin"})(w)
		}, approvals: 1, steps: "deactivate-main"},
		"the last admin": {seed: person(learnupontest.User{Type: "admin"}), refuses: "the only admin"},
		"in Salesforce": {seed: func(w *world) {
			w.seedContact(w.academy.AddUser(learnupontest.User{Email: learner, SFContactID: "003000000000001"}), true)
		}, approvals: 1, steps: "deactivate-main", warns: []string{"lets a deactivated account in again"}},
		"in the top-level portal": {seed: inRealm(learnupontest.User{}, learnupontest.User{}), typed: in("main"),
			approvals: 1, steps: "deactivate-partners deactivate-main",
			demands: []string{"LearnUpon, top-level portal: user", "└ LearnUpon (partners), sub-portal: user"}},
		"in the top-level portal, where the sub-portal is done": {seed: inRealm(learnupontest.User{}, learnupontest.User{Disabled: true}), typed: in("main"),
			approvals: 1, steps: "deactivate-main"},
		"the rest of a stopped run": {seed: inRealm(learnupontest.User{Disabled: true}, learnupontest.User{}), typed: in("main"),
			approvals: 1, steps: "deactivate-partners"},
		"in the sub-portal": {seed: inRealm(learnupontest.User{}, learnupontest.User{}), typed: in("partners"),
			approvals: 1, steps: "deactivate-partners", warns: []string{"in the top-level portal, LearnUpon (user"},
			demands: []string{"stays as it is", ": deactivated"}},
		"a top-level admin, in a sub-portal": {seed: inRealm(learnupontest.User{Type: "admin"}, learnupontest.User{Type: "admin"}), typed: in("partners"),
			refuses: "Choose the top-level portal"},
		"a sub-portal without keys": {seed: func(w *world) {
			person(learnupontest.User{})(w)
			s := w.academy.SubPortal(learnupontest.Options{Title: "Staff", Now: w.clock})
			w.Cleanup(s.Close)
		}, approvals: 1, steps: "deactivate-main", demands: []string{"└ “Staff”, sub-portal: Registrar has no keys for it"}},
	} {
		t.Run(name, func(t *testing.T) { tt.check(t, "deactivate") })
	}
}

func TestPlanOfAReactivation(t *testing.T) {
	off := learnupontest.User{Disabled: true}
	in := func(portal string) runbook.Values { return runbook.Values{"portal": portal} }
	for name, tt := range map[string]planned{
		"a learner":          {seed: person(off), approvals: 1, steps: "reactivate-main"},
		"active":             {seed: person(learnupontest.User{}), nothing: "active in LearnUpon"},
		"active and expired": {seed: person(learnupontest.User{AccountExpires: "2026-01-31"}), nothing: "it expired on 31 Jan 2026"},
		"expired as well": {seed: person(learnupontest.User{Disabled: true, AccountExpires: "2026-01-31"}),
			approvals: 1, steps: "reactivate-main", warns: []string{"expired on 31 Jan 2026 as well"}},
		"an admin": {seed: person(learnupontest.User{Disabled: true, Type: "admin"}), approvals: 2, floor: 1, steps: "reactivate-main"},
		"a merged duplicate": {seed: func(w *world) {
			person(off)(w)
			w.seedContact(4711, false)
		}, approvals: 1, steps: "reactivate-main", warns: []string{"belongs to another account, user 4711"}},
		"in a sub-portal, out in the top-level one": {seed: inRealm(off, off), typed: in("partners"),
			approvals: 1, steps: "reactivate-partners", warns: []string{"deactivated in the top-level portal, LearnUpon, too"}},
		"in the top-level portal, out in a sub-portal": {seed: inRealm(off, off), typed: in("main"),
			approvals: 1, steps: "reactivate-main", warns: []string{"deactivated in the sub-portal LearnUpon (partners) too"}},
	} {
		t.Run(name, func(t *testing.T) { tt.check(t, "reactivate") })
	}
}

// A seat is taken: the plan says how many are left, where LearnUpon counts them.
func TestSeatsOfAReactivation(t *testing.T) {
	for name, tt := range map[string]struct {
		seats int
		says  string
		warns bool
	}{
		"not counted": {0, "takes one at once; LearnUpon does not tell how many are left", false},
		"some left":   {10, "takes one at once (9 of 10 left)", false},
		"none left":   {1, "takes one at once (0 of 1 left)", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := learnupontest.New(learnupontest.Options{Now: w.clock, Seats: tt.seats})
			t.Cleanup(s.Close)
			w.deps.Portals[0] = w.client("", s)
			s.AddUser(learnupontest.User{Email: learner, Disabled: true})
			p := w.mustPlan("reactivate", runbook.Values{"email": learner}).Plan
			if i := factAt(p, "Seat"); i < 0 || p.Facts[i].Value != tt.says || said(p.Warnings, "no seat left") != tt.warns {
				t.Errorf("%+v, %q", p.Facts, p.Warnings)
			}
		})
	}
}

func factAt(p runbook.Plan, label string) int {
	for i, f := range p.Facts {
		if f.Label == label {
			return i
		}
	}
	return -1
}

// Somebody with two accounts is asked about, with what both belong to.
func TestWhichPortalIsAsked(t *testing.T) {
	w := newWorld(t)
	inRealm(learnupontest.User{}, learnupontest.User{})(w)
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: account})
	for _, action := range []string{"deactivate", "delete-user"} {
		typed := runbook.Values{"email": learner}
		_, err := w.plan(action, typed)
		asked, ok := errors.AsType[*runbook.Choose](err)
		if !ok || asked.Field != "portal" || len(asked.Options) != 2 {
			t.Fatalf("%s: %+v", action, err)
		}
		for _, o := range asked.Options {
			typed["portal"] = o.Value
			p := w.mustPlan(action, typed).Plan
			within(t, o.Text+", accounts", p.Accounts, asked.Accounts)
			within(t, o.Text+", groups", p.Groups, asked.Groups)
		}
	}
}
