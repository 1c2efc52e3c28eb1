package handlers_test

import (
	"strings"
	"testing"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

func TestPlanOfAChangedRole(t *testing.T) {
	to := func(role string) runbook.Values { return runbook.Values{"role": role} }
	admin := learnupontest.User{Type: "admin", SignIns: 1}
	for name, tt := range map[string]planned{
		"unknown address": {seed: func(*world) {}, typed: to("learner"), refuses: "no account with this address"},
		"so already":      {seed: person(learnupontest.User{}), typed: to("learner"), nothing: "a learner in LearnUpon already"},
		"a learner becomes an instructor": {seed: person(learnupontest.User{SignIns: 1}), typed: to("instructor"),
			approvals: 1, steps: "user-type-main"},
		"a manager is made, of nobody": {seed: person(learnupontest.User{SignIns: 1}), typed: to("manager"),
			approvals: 1, steps: "user-type-main", warns: []string{"manages nobody"}},
		"an admin is made": {seed: person(learnupontest.User{SignIns: 1}), typed: to("admin"),
			approvals: 2, floor: 1, steps: "user-type-main"},
		"never signed in": {seed: person(learnupontest.User{}), typed: to("admin"),
			approvals: 2, floor: 1, steps: "user-type-main", warns: []string{"Nobody has signed in"}},
		"expired": {seed: person(learnupontest.User{SignIns: 1, AccountExpires: "2026-01-31"}), typed: to("manager"),
			approvals: 1, steps: "user-type-main", warns: []string{"expired on 31 Jan 2026"}},
		"a deactivated one rises": {seed: person(learnupontest.User{Disabled: true}), typed: to("manager"), refuses: "Reactivate it first"},
		"a deactivated one falls": {seed: person(learnupontest.User{Disabled: true, Type: "instructor"}), typed: to("learner"),
			approvals: 1, steps: "user-type-main", warns: []string{"open sessions under their name"}},
		"an admin falls": {seed: func(w *world) {
			w.colleague()
			id := w.academy.AddUser(learnupontest.User{Email: learner, Type: "admin", SignIns: 1})
			w.academy.AddCourse(learnupontest.Course{Name: "Basics", Owner: id})
			w.academy.AddCourse(learnupontest.Course{Name: "Other"})
		}, typed: to("learner"), approvals: 2, floor: 1, steps: "user-type-main",
			loses: []string{"Every right of an admin", "The course “Basics”, which the person owns"}},
		"an admin becomes an instructor and goes on owning": {seed: func(w *world) {
			w.colleague()
			w.academy.AddCourse(learnupontest.Course{Name: "Basics", Owner: w.academy.AddUser(learnupontest.User{Email: learner, Type: "admin", SignIns: 1})})
		}, typed: to("instructor"), approvals: 2, floor: 1, steps: "user-type-main", loses: []string{"Every right of an admin"}},
		"the last admin": {seed: func(w *world) {
			person(admin)(w)
			w.academy.AddUser(learnupontest.User{Email: "gone@x.edu", Type: "admin", Disabled: true})
		}, typed: to("learner"), refuses: "the only admin of LearnUpon who can sign in"},
		"a manager falls": {seed: func(w *world) {
			id := w.seedManager(learnupontest.User{Type: "manager", SignIns: 1, Permissions: []string{"can_mark_complete"}}, true)
			east, west := w.academy.AddGroup("East"), w.academy.AddGroup("West")
			w.academy.AddRights(east, id)
			w.academy.AddRights(west, id)
			w.academy.AddRights(west, w.academy.AddUser(learnupontest.User{Email: "other@x.edu", Type: "manager"}))
		}, typed: to("instructor"), approvals: 1, steps: "revoke-main user-type-main leave-main", loses: []string{
			"The right to manage “East”, which nobody else manages.", "The right to manage “West”.", "The permission to set results", "“" + managersGroup + "”"}},
		"a manager becomes an admin": {seed: func(w *world) {
			w.academy.AddRights(w.academy.AddGroup("East"), w.seedManager(learnupontest.User{Type: "manager", SignIns: 1}, true))
		}, typed: to("admin"), approvals: 2, floor: 1, steps: "user-type-main"},
		"in one portal of two": {seed: inRealm(learnupontest.User{SignIns: 1}, learnupontest.User{SignIns: 1}), typed: runbook.Values{"role": "manager", "portal": "partners"},
			approvals: 1, steps: "user-type-partners", demands: []string{"Account: LearnUpon (partners) user"}},
		"a top-level admin, in a sub-portal": {seed: inRealm(admin, admin), typed: runbook.Values{"role": "learner", "portal": "partners"},
			refuses: "admin of the top-level portal, LearnUpon"},
		"the only admin of a sub-portal": {seed: inRealm(learnupontest.User{}, admin), typed: runbook.Values{"role": "learner", "portal": "partners"},
			approvals: 2, floor: 1, steps: "user-type-partners", loses: []string{"Every right of an admin"}},
	} {
		t.Run(name, func(t *testing.T) { tt.check(t, "change-role") })
	}
}

// Whoever gains may not approve, whichever of their addresses Slack knows.
func TestNobodyApprovesTheirOwnRights(t *testing.T) {
	w := newWorld(t)
	id := w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "Ada@Home.edu", LearnUponID: number(id)})
	gain := w.mustPlan("change-role", runbook.Values{"email": learner, "role": "admin"}).Plan.Beneficiaries
	if strings.Join(gain, " ") != learner+" ada@home.edu" {
		t.Errorf("who gains: %v", gain)
	}
}

func TestRolesAreUnderstood(t *testing.T) {
	w := newWorld(t)
	for typed, good := range map[string]bool{"Admin": true, "INSTRUCTOR": true, "member": false, "2": false} {
		if _, err := w.action("change-role").Decode(runbook.Values{"email": learner, "role": typed}); (err == nil) != good {
			t.Errorf("%s: %v", typed, err)
		}
	}
}

// LearnUpon says yes and leaves the type as it was: that is no success.
func TestARoleThatIsIgnoredIsFoundOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	person(learnupontest.User{SignIns: 1})(w)
	store := engine.NewMemory(w.clock)
	e := w.saving("one", store)
	r := started(t, e, "SAM", "change-role", runbook.Values{"email": learner, "role": "manager"})
	w.academy.Fail(learnupontest.Fault{Method: "PUT", Route: "/users/{id}", Status: 200, Body: `{"id":1}`})
	if r = w.visit(e, store, r.ID, func() bool { return false }); r.Status != engine.NeedsReview {
		t.Errorf("%s: %s", r.Status, r.Why)
	}
}

// Between request and start somebody else gave the person another type, or took
// them out: nothing is done.
func TestAChangedRoleIsStale(t *testing.T) {
	for name, happen := range map[string]func(*world, int64){
		"another type": func(w *world, id int64) { w.setType(id, "instructor") },
		"deactivated":  func(w *world, id int64) { w.setEnabled(id, false) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1})
			store := engine.NewMemory(w.clock)
			e := w.saving("one", store)
			r := started(t, e, "SAM", "change-role", runbook.Values{"email": learner, "role": "admin"})
			happen(w, id)
			w.academy.ResetCalls()
			r = w.visit(e, store, r.ID, func() bool { return false })
			if n := len(w.academy.Writes()); r.Status != engine.Stale || n != 0 {
				t.Errorf("%s, %d writes: %s", r.Status, n, r.Why)
			}
		})
	}
}
