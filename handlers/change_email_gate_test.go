package handlers_test

import (
	"slices"
	"testing"
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
