package handlers_test

import (
	"slices"
	"testing"

	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// Whoever has one of the addresses gains by the change, it takes somebody else's
// yes, and no other run gets at the records meanwhile.
func TestChangeEmailGate(t *testing.T) {
	w := newWorld(t)
	p := w.mustPlan("change-email", addressed{contact: "third@x.edu"}.seed(w)).Plan
	if p.Approval.Needed != 1 {
		t.Errorf("%d approvals", p.Approval.Needed)
	}
	for _, email := range []string{learner, newEmail, "third@x.edu"} {
		if !slices.Contains(p.Beneficiaries, email) {
			t.Errorf("who gains: %v; want %s", p.Beneficiaries, email)
		}
	}
	org := w.org.Snapshot()
	u, _ := w.academy.Snapshot().User(learner)
	for _, lock := range []string{"salesforce:contact:" + org.Contacts[0].ID, "salesforce:user:" + org.Users[0].ID, "learnupon:main:user:" + number(u.ID)} {
		if !slices.Contains(p.Locks, lock) {
			t.Errorf("locks %v; want %s", p.Locks, lock)
		}
	}
}

// Nobody signs in with a user that is not active, so no link is mailed for it,
// and nothing waits.
func TestChangeEmailLeavesInactiveUsers(t *testing.T) {
	w := newWorld(t)
	typed := addressed{login: "-"}.seed(w)
	login := w.org.AddUser(salesforcetest.User{Email: learner, ContactID: w.org.Snapshot().Contacts[0].ID})
	w.org.Edit(login, "Active", false)
	if got := stepsOf(w.mustPlan("change-email", typed).Plan); got != "contact-address address-main sync read-back" {
		t.Errorf("steps %s", got)
	}
}

// The account in every portal gets the address.
func TestChangeEmailInEveryPortal(t *testing.T) {
	w := newWorld(t)
	typed := addressed{}.seed(w)
	partners := w.secondPortal()
	partners.AddUser(learnupontest.User{Email: learner, SignIns: 1})
	p := w.mustPlan("change-email", typed)
	if got := stepsOf(p.Plan); got != "contact-address login-address login-confirmed address-main address-partners sync read-back" {
		t.Errorf("steps %s", got)
	}
	r := w.newRun(typed, w.copiesLink)
	if err := r.apply("change-email", p); err != nil {
		t.Fatal(err)
	}
	hasMoved(t, r)
	if _, there := partners.Snapshot().User(newEmail); !there {
		t.Error("the partners' account has the old address")
	}
}
