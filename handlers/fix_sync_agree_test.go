package handlers_test

import (
	"errors"
	"slices"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// Whatever no longer agrees when everything is read back stops the run for a
// person to look.
func TestFixSyncReadsBack(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(w *world, contact salesforcetest.Contact, account learnupontest.UserView)
		field   string
	}{
		"the contact follows another account": {func(w *world, c salesforcetest.Contact, _ learnupontest.UserView) {
			w.org.Edit(c.ID, "LU User ID", "4711")
		}, "LU User ID"},
		"the contact has another address": {func(w *world, c salesforcetest.Contact, _ learnupontest.UserView) {
			w.org.Edit(c.ID, "Email", "new@x.edu")
		}, "E-mail address"},
		"the account has another address": {func(w *world, _ salesforcetest.Contact, u learnupontest.UserView) {
			w.changes(u.ID, learnupon.UserUpdate{Email: new("new@x.edu")})
		}, "E-mail address"},
		"the account names nobody": {func(w *world, _ salesforcetest.Contact, u learnupontest.UserView) {
			w.changes(u.ID, learnupon.UserUpdate{SFContactID: new("")})
		}, "Salesforce contact"},
		"the user has another address": {func(w *world, _ salesforcetest.Contact, _ learnupontest.UserView) {
			w.org.Edit(w.org.Snapshot().Users[0].ID, "Email", "new@x.edu")
		}, "Email"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			typed := w.seedUnsynced(unsynced{})
			steps, err := w.action("fix-sync").Steps(w.mustPlan("fix-sync", typed).Target)
			if err != nil {
				t.Fatal(err)
			}
			r := w.newRun(typed, nil)
			for _, s := range steps {
				if s.ID == "read-back" {
					c, _ := w.org.Snapshot().Contact(learner)
					u, _ := w.academy.Snapshot().User(learner)
					tt.happens(w, c, u)
				}
				if err = r.step(s); err != nil {
					break
				}
			}
			if mismatch, ok := errors.AsType[*runbook.Mismatch](err); !ok || mismatch.Field != tt.field {
				t.Errorf("%v; want a mismatch of %s", err, tt.field)
			}
		})
	}
}

// changes is somebody at work in LearnUpon.
func (w *world) changes(user int64, update learnupon.UserUpdate) {
	w.Helper()
	if _, err := w.deps.Portals[0].UpdateUser(w.Context(), learnupon.ID(user), update); err != nil {
		w.Fatal(err)
	}
}

// The counts agree only where each of them does.
func TestFixSyncComparesEachCount(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{})
	p := w.mustPlan("fix-sync", typed)
	steps, err := w.action("fix-sync").Steps(p.Target)
	if err != nil {
		t.Fatal(err)
	}
	r := w.newRun(typed, nil)
	if err := r.apply("fix-sync", p); err != nil {
		t.Fatal(err)
	}
	counts := steps[len(steps)-1]
	c, _ := w.org.Snapshot().Contact(learner)
	for _, label := range []string{"Enrolled", "In Progress", "Completed"} {
		w.org.Edit(c.ID, label, 9)
		if done, err := r.done(counts); done || err != nil || counts.ID != "counts" {
			t.Errorf("%s: another count, and %s says %t, %v", label, counts.ID, done, err)
		}
		w.org.Sync()
		if done, err := r.done(counts); !done || err != nil {
			t.Errorf("%s: the same counts again, and %t, %v", label, done, err)
		}
	}
	// Some orgs count as enrolled only who has not begun.
	w.org.Edit(c.ID, "Enrolled", c.Enrolled-c.InProgress-c.Completed)
	if done, err := r.done(counts); !done || err != nil {
		t.Errorf("without those begun or ended: %t, %v", done, err)
	}
}

// The plan holds each of the three records, says which address each has, and
// lets nobody approve who has one of them.
func TestFixSyncNamesEveryRecord(t *testing.T) {
	w := newWorld(t)
	p := w.mustPlan("fix-sync", w.seedUnsynced(unsynced{contact: "old@x.edu"})).Plan
	c, _ := w.org.Snapshot().Contact("old@x.edu")
	u, _ := w.academy.Snapshot().User(learner)
	login := w.org.Snapshot().Users[0].ID
	for _, lock := range []string{"salesforce:contact:" + c.ID, "salesforce:user:" + login, "learnupon:main:user:" + number(u.ID)} {
		if !slices.Contains(p.Locks, lock) {
			t.Errorf("locks %v; want %s", p.Locks, lock)
		}
	}
	for _, has := range []runbook.Fact{{Label: "Contact has", Value: "old@x.edu"}, {Label: "LearnUpon has", Value: learner}, {Label: "Salesforce user has", Value: learner}} {
		if !slices.Contains(p.Requires, has) {
			t.Errorf("requires %v; want %v", p.Requires, has)
		}
	}
	for _, email := range []string{"old@x.edu", learner} {
		if !slices.Contains(p.Beneficiaries, email) {
			t.Errorf("who gains: %v; want %s", p.Beneficiaries, email)
		}
	}
}
