package handlers_test

import (
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/salesforce/salesforcetest"
)

// The sync does not put the person into one of the groups. All else is done, and
// the command, run again, waits for nothing but the group.
func TestCreateUserAgain(t *testing.T) {
	w := newWorld(t)
	w.withPackage()
	everybody := w.academy.AddGroup("targetx") // as it is called now; the sync knows another name
	w.org.AddAccount(salesforcetest.Account{Name: hillcrest, GroupID: number(w.academy.AddGroup(hillcrest))})
	typed := newLearner(runbook.Values{"as-manager": "yes", "customer-user": "yes"})
	store := engine.NewMemory(w.clock)
	e := w.saving("one", store)
	r := started(t, e, "SAM", "create-user", typed)
	for range 12 {
		_ = e.Visit(t.Context(), r.ID)
		w.goesOn(10 * time.Minute)
	}
	r, err := store.Run(t.Context(), r.ID)
	if err != nil || r.Status != engine.Failed || r.Steps[r.Current()].ID != "groups" {
		t.Fatalf("%s: %s, %v", r.Status, r.Why, err)
	}
	p := w.mustPlan("create-user", typed).Plan
	if got := stepsOf(p); got != "groups" || p.Approval.Needed != 0 || len(p.Records) != 3 {
		t.Errorf("steps %s, %d approvals, records %v", got, p.Approval.Needed, p.Records)
	}
	u, _ := w.academy.Snapshot().User(learner)
	w.academy.AddMember(everybody, u.ID)
	for _, typed := range []runbook.Values{typed, newLearner(nil)} {
		p := w.mustPlan("create-user", typed).Plan
		if checkNothing(t, p, "as they are to be"); len(p.Warnings) > 0 {
			t.Errorf("warnings %q", p.Warnings)
		}
	}
}

// What is left is asked for later: the learner becomes a manager and gets a
// customer user.
func TestCreateUserMore(t *testing.T) {
	w := newWorld(t)
	w.seedInstitution()
	if err := w.newRun(nil, nil).apply("create-user", w.mustPlan("create-user", newLearner(nil))); err != nil {
		t.Fatal(err)
	}
	typed := newLearner(runbook.Values{"as-manager": "yes", "customer-user": "yes"})
	p := w.mustPlan("create-user", typed)
	if got := stepsOf(p.Plan); got != "manager promoted customer-user" || p.Plan.Approval.Needed != 1 {
		t.Errorf("steps %s, %d approvals", got, p.Plan.Approval.Needed)
	}
	r := w.newRun(typed, nil)
	if err := r.apply("create-user", p); err != nil {
		t.Fatal(err)
	}
	isMade("manager", true)(t, r)
}
