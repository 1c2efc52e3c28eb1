package handlers_test

import (
	"errors"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

func TestPlanOfAManager(t *testing.T) {
	of := func(group string) runbook.Values { return runbook.Values{"group": group} }
	manager := func(u learnupontest.User, inManagers bool) func(*world) {
		return func(w *world) { w.seedManager(u, inManagers) }
	}
	signedIn := learnupontest.User{SignIns: 1}
	for name, tt := range map[string]planned{
		"a learner": {seed: manager(signedIn, false), typed: of("hillcrest university"),
			approvals: 1, steps: "user-type-main rights-main managers-main", demands: []string{"Group: Hillcrest University (group"}},
		"part of the title": {seed: manager(signedIn, false), typed: of("crest"),
			approvals: 1, steps: "user-type-main rights-main managers-main"},
		"the very title wins": {seed: func(w *world) {
			w.academy.AddGroup(hillcrest + " Alumni")
			manager(signedIn, true)(w)
		}, typed: of(hillcrest), approvals: 1, steps: "user-type-main rights-main"},
		"no such group": {seed: manager(signedIn, false), typed: of("Riverbend"), refuses: "no group whose title contains “Riverbend”"},
		"too many groups": {seed: func(w *world) {
			manager(signedIn, false)(w)
			for i := range 30 {
				w.academy.AddGroup("East " + number(int64(i)))
			}
		}, typed: of("east"), refuses: "More than 25 groups"},
		"there already": {seed: func(w *world) {
			id := w.academy.AddUser(learnupontest.User{Email: learner, Type: "manager"})
			w.academy.AddRights(w.academy.AddGroup("East"), id)
			w.academy.AddMember(w.academy.AddGroup(managersGroup), id)
		}, typed: of("East"), nothing: "manages “East” already, and is in the group"},
		"there already, and no group of managers": {seed: func(w *world) {
			w.academy.AddRights(w.academy.AddGroup("East"), w.academy.AddUser(learnupontest.User{Email: learner, Type: "manager"}))
		}, typed: of("East"), nothing: "manages “East” already."},
		"no group of managers": {seed: func(w *world) {
			person(signedIn)(w)
			w.academy.AddGroup("East")
		}, typed: of("East"), approvals: 1, steps: "user-type-main rights-main",
			warns: []string{"has no group “Institution Group Manager”", "not a member of “East”"}},
		"only the group of managers is missing": {seed: func(w *world) {
			id := w.academy.AddUser(learnupontest.User{Email: learner, Type: "manager", SignIns: 1})
			w.academy.AddRights(w.academy.AddGroup("East"), id)
			w.academy.AddGroup(managersGroup)
		}, typed: of("East"), approvals: 1, steps: "managers-main"},
		"an admin":    {seed: manager(learnupontest.User{Type: "admin"}, false), typed: of(hillcrest), nothing: "an admin manages every group"},
		"deactivated": {seed: manager(learnupontest.User{Disabled: true}, false), typed: of(hillcrest), refuses: "Reactivate it first"},
		"an instructor": {seed: func(w *world) {
			id := w.seedManager(learnupontest.User{Type: "instructor", SignIns: 1, Permissions: []string{"can_manage_sessions"}}, true)
			w.academy.AddCourse(learnupontest.Course{Name: "Basics", Owner: id})
		}, typed: of(hillcrest), approvals: 1, steps: "user-type-main rights-main",
			loses: []string{"to manage live sessions", "The course “Basics”"}},
		"the group of another institution": {seed: func(w *world) {
			manager(signedIn, true)(w)
			w.org.AddAccount(salesforcetest.Account{Name: "Riverbend", GroupID: number(w.academy.AddGroup("Riverbend"))})
		}, typed: of("Riverbend"), approvals: 1, steps: "user-type-main rights-main",
			warns: []string{"Salesforce account Riverbend", "not a member"}},
		"a top-level admin, in a sub-portal": {seed: inRealm(learnupontest.User{Type: "admin"}, learnupontest.User{}), typed: runbook.Values{"group": "East", "portal": "partners"},
			refuses: "admin of the top-level portal"},
	} {
		t.Run(name, func(t *testing.T) { tt.check(t, "add-manager") })
	}
}

// Whoever may manage people of one account only, gives nobody a group of
// another, or of none.
func TestAManagerNamesTheScopeOfTheGroup(t *testing.T) {
	for name, tt := range map[string]struct {
		seed     func(*world)
		accounts int
		alone    bool
	}{
		"own institution": {func(*world) {}, 1, false},
		"another one": {func(w *world) {
			w.org.AddAccount(salesforcetest.Account{Name: "Riverbend", GroupID: number(w.academy.AddGroup("Riverbend"))})
		}, 2, false},
		"a group of no institution": {func(w *world) { w.academy.AddGroup("Riverbend") }, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.seedManager(learnupontest.User{SignIns: 1}, true)
			tt.seed(w)
			group := "Riverbend"
			if name == "own institution" {
				group = hillcrest
			}
			p := w.mustPlan("add-manager", runbook.Values{"email": learner, "group": group}).Plan
			if len(p.Accounts) != tt.accounts || said(p.Accounts, outside) != tt.alone {
				t.Errorf("accounts %v", p.Accounts)
			}
		})
	}
}

// Which of several groups is meant is asked, with all that any answer touches.
func TestWhichGroupIsAsked(t *testing.T) {
	w := newWorld(t)
	w.seedManager(learnupontest.User{SignIns: 1}, true)
	w.academy.AddGroup(hillcrest + " Alumni")
	typed := runbook.Values{"email": learner, "group": "hillcrest"}
	_, err := w.plan("add-manager", typed)
	asked, ok := errors.AsType[*runbook.Choose](err)
	if !ok || asked.Field != "which" || len(asked.Options) != 2 {
		t.Fatalf("%+v", err)
	}
	for _, o := range asked.Options {
		typed["which"] = o.Value
		p := w.mustPlan("add-manager", typed).Plan
		within(t, o.Text+", accounts", p.Accounts, asked.Accounts)
		within(t, o.Text+", groups", p.Groups, asked.Groups)
	}
}
