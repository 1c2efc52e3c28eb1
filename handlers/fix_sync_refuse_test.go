package handlers_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// Where it is not clear who is who, or something else comes first, nothing is
// planned, and the right action is offered.
func TestFixSyncRefuses(t *testing.T) {
	account := learnupontest.User{Email: learner}
	tests := []struct {
		name     string
		seed     func(*world)
		refused  string
		suggests string
	}{
		{"nowhere", func(*world) {}, "Neither Salesforce nor LearnUpon", ""},
		{"in LearnUpon only", func(w *world) { w.academy.AddUser(account) }, "without checking Create in LearnUpon", ""},
		{"two accounts", func(w *world) {
			w.academy.AddUser(account)
			named := byron
			named.LearnUponID = strconv.FormatInt(w.academy.AddUser(learnupontest.User{Email: "old@x.edu"}), 10)
			w.org.AddContact(named)
		}, "two accounts of this person", "merge-users"},
		{"another contact has the account", func(w *world) {
			id := w.academy.AddUser(account)
			w.org.AddContact(byron)
			w.org.AddContact(salesforcetest.Contact{LastName: "Other", Email: "other@x.edu", LearnUponID: strconv.FormatInt(id, 10)})
		}, "is tied to another contact", ""},
		{"deactivated", func(w *world) {
			w.academy.AddUser(learnupontest.User{Email: learner, Disabled: true})
			w.org.AddContact(byron)
		}, "is deactivated", "reactivate"},
		{"the account was deleted", func(w *world) {
			gone := byron
			gone.LearnUponID = "4711"
			w.org.AddContact(gone)
		}, "it was deleted", ""},
		{"the contact belongs to no account", func(w *world) { w.org.AddContact(byron) }, "belongs to no Salesforce account", ""},
		{"LU User ID cannot be seen", func(w *world) {
			w.academy.AddUser(account)
			w.org.AddContact(byron)
			w.org.Hide("Contact", "LU User ID")
		}, "LU User ID", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.seed(w)
			_, err := w.plan("fix-sync", runbook.Values{"email": learner})
			if text, ok := runbook.PublicText(err); !ok || !strings.Contains(text, tt.refused) {
				t.Fatalf("%v; want a refusal with %q", err, tt.refused)
			}
			refusal, _ := errors.AsType[*runbook.UserError](err)
			if tt.suggests != "" && (refusal == nil || refusal.Suggest == nil || refusal.Suggest.Action != tt.suggests) {
				t.Errorf("%+v; want %s suggested", refusal, tt.suggests)
			}
		})
	}
}

// Which address is right only a person can tell where no two places agree that
// let people sign in; each place is named with what it has.
func TestFixSyncAsksForTheAddress(t *testing.T) {
	w := newWorld(t)
	w.seedUnsynced(unsynced{login: "a.byron@x.edu"})
	_, err := w.plan("fix-sync", runbook.Values{"email": learner})
	ask, _ := errors.AsType[*runbook.Choose](err)
	checkChoice(t, ask, err, []string{learner, "a.byron@x.edu"})
	if ask.Field != "address" || ask.Options[0].Description != "LearnUpon, Contact" || len(ask.Accounts) != 1 {
		t.Errorf("%+v", ask)
	}
	p := w.mustPlan("fix-sync", runbook.Values{"email": learner, "address": "a.byron@x.edu"})
	if got := stepsOf(p.Plan); got != "link-main contact-link contact-address address-main read-back counts" {
		t.Errorf("steps %s", got)
	}
	if !slices.Contains(p.Plan.Beneficiaries, "a.byron@x.edu") || !slices.Contains(p.Plan.Beneficiaries, learner) {
		t.Errorf("who gains: %v", p.Plan.Beneficiaries)
	}
}

func stepsOf(p runbook.Plan) string {
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, " ")
}

func TestFixSyncAsksForTheContact(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{})
	second := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: w.org.Snapshot().Accounts[0].ID})
	_, err := w.plan("fix-sync", typed)
	ask, _ := errors.AsType[*runbook.Choose](err)
	checkChoice(t, ask, err, []string{hillcrest, hillcrest})
	typed["which"] = second
	p := w.mustPlan("fix-sync", typed)
	if !slices.ContainsFunc(p.Plan.Records, func(r runbook.Record) bool { return r.ID == second }) {
		t.Errorf("records %+v; want contact %s", p.Plan.Records, second)
	}
}

// Only LearnUpon may write LU User ID in this org: somebody imports the contact,
// with a password that is different every time and that nobody else sees.
func TestFixSyncByImport(t *testing.T) {
	passwords := map[string]bool{}
	for range 2 {
		w := newWorld(t)
		typed := w.seedUnsynced(unsynced{contact: "old@x.edu", tied: true})
		w.org.Protect("Contact", "LU User ID")
		p := w.mustPlan("fix-sync", typed)
		if got := stepsOf(p.Plan); got != "contact-address password import read-back counts" {
			t.Errorf("steps %s", got)
		}
		r := w.newRun(typed, func(s runbook.Step) map[string]string {
			u, _ := w.academy.Snapshot().User(learner)
			c, _ := w.org.Snapshot().Contact(learner)
			w.org.Edit(c.ID, "LU User ID", strconv.FormatInt(u.ID, 10))
			return nil
		})
		if err := r.apply("fix-sync", p); err != nil {
			t.Fatal(err)
		}
		isSynced(t, r)
		if len(r.gifts) != 1 || len(r.gifts[0]) < 16 || passwords[r.gifts[0]] || strings.Contains(storedText(t, p), r.gifts[0]) {
			t.Errorf("passwords shown: %d; want one of its own", len(r.gifts))
		}
		passwords[r.gifts[0]] = true
	}
}

// Salesforce does not show its counts: a person compares.
func TestFixSyncCountsHidden(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{})
	w.org.Hide("Contact", "In Progress")
	r := w.newRun(typed, func(runbook.Step) map[string]string { w.org.Sync(); return nil })
	if err := r.apply("fix-sync", w.mustPlan("fix-sync", typed)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.asked, []string{"counts"}) {
		t.Errorf("asked %v", r.asked)
	}
	isSynced(t, r)
}

// The person registers between the check of the box and the package's look.
func TestFixSyncPackageRefuses(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{account: "-"})
	r := w.newRun(typed, nil)
	p := w.mustPlan("fix-sync", typed)
	steps, err := w.action("fix-sync").Steps(p.Target)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.step(steps[0]); err != nil {
		t.Fatal(err)
	}
	w.academy.AddUser(learnupontest.User{Email: learner})
	if err := r.step(steps[1]); err != nil {
		t.Fatal(err)
	}
	checkRefusal(t, r.step(steps[2]), "Email address already in use")
}

// Whatever else the package writes down is shown as well, once it is old enough
// not to be followed by an account.
func TestFixSyncPackageSaysSomethingElse(t *testing.T) {
	w := newWorld(t)
	w.seedInstitution()
	r := w.newRun(nil, nil)
	p := w.mustPlan("create-user", newLearner(nil))
	steps, err := w.action("create-user").Steps(p.Target)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.step(steps[0]); err != nil {
		t.Fatal(err)
	}
	c, _ := w.org.Snapshot().Contact(learner)
	w.org.AddCallLog(c.ID, "No licenses left for learner@x.edu\n(https://x.learnupon.com/a?b)")
	if done, err := r.done(steps[1]); done || err != nil {
		t.Fatalf("given up at once: %v", err)
	}
	w.later(6 * time.Minute)
	if done, err := r.done(steps[1]); !done || err != nil {
		t.Fatalf("still waiting: %v", err)
	}
	checkRefusal(t, r.step(steps[2]), "“No licenses left for … …”")
}

// The account lacks its group, and nothing else is amiss.
func TestFixSyncLeavesTheGroupToCreateGroup(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{merged: true, noGroup: true})
	if err := w.newRun(typed, nil).apply("fix-sync", w.mustPlan("fix-sync", typed)); err != nil {
		t.Fatal(err)
	}
	p := w.mustPlan("fix-sync", typed)
	checkNothing(t, p.Plan, "nothing to fix")
	if len(p.Plan.Suggest) != 1 || p.Plan.Suggest[0].Action != "create-group" {
		t.Errorf("suggested %+v", p.Plan.Suggest)
	}
}

// The box cannot be edited by Registrar's user, so a person checks it.
func TestFixSyncBoxLocked(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{account: "-", ticked: true})
	w.org.Protect("Contact", "Create in LearnUpon")
	r := w.newRun(typed, func(s runbook.Step) map[string]string {
		c, _ := w.org.Snapshot().Contact(learner)
		w.org.Edit(c.ID, "Create in LearnUpon", s.ID == "check")
		return nil
	})
	if err := r.apply("fix-sync", w.mustPlan("fix-sync", typed)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.asked, []string{"uncheck", "check"}) {
		t.Errorf("asked %v", r.asked)
	}
	isSynced(t, r)
}

// What somebody else changes meanwhile is not written over.
func TestFixSyncChangedMeanwhile(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(w *world, contact string)
		field   string
	}{
		"linked to another account": {func(w *world, c string) { w.org.Edit(c, "LU User ID", "4711") }, "LU User ID"},
		"the contact moved on":      {func(w *world, c string) { w.org.Edit(c, "Email", "new@x.edu") }, "E-mail address"},
		"the contact was merged": {func(w *world, c string) {
			w.org.Merge(w.org.AddContact(salesforcetest.Contact{LastName: "Kept"}), c)
		}, "Contact"},
		"the account names another contact": {func(w *world, _ string) {
			u, _ := w.academy.Snapshot().User(learner)
			w.changes(u.ID, learnupon.UserUpdate{SFContactID: new("003Hs000000009zIAA")})
		}, "Salesforce contact"},
		"saved at the same moment": {func(w *world, _ string) { w.org.Fail(salesforcetest.Fault{Method: "PATCH", Status: 412}) }, "Last change"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			typed := w.seedUnsynced(unsynced{})
			p := w.mustPlan("fix-sync", typed)
			c, _ := w.org.Snapshot().Contact(learner)
			tt.happens(w, c.ID)
			err := w.newRun(typed, nil).apply("fix-sync", p)
			if mismatch, ok := errors.AsType[*runbook.Mismatch](err); !ok || mismatch.Field != tt.field {
				t.Errorf("%v; want a mismatch of %s", err, tt.field)
			}
		})
	}
}
