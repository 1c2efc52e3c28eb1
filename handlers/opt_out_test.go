package handlers_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

var byron = salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: learner}

func TestOptOutPlan(t *testing.T) {
	user := learnupontest.User{Email: learner, SignIns: 1}
	tests := []struct {
		name    string
		seed    func(*world)
		steps   []string // system, and "ask" where a person does it
		warns   string   // part of the warnings
		silent  string   // not part of them
		nothing string
		refused string
	}{
		{name: "in both", seed: func(w *world) {
			w.academy.AddUser(user)
			w.org.AddContact(byron)
		}, steps: []string{"Salesforce", "LearnUpon ask"}, warns: "Mail to reset a password may stop", silent: "only"},
		{name: "in Salesforce only", seed: func(w *world) { w.org.AddContact(byron) },
			steps: []string{"Salesforce"}, warns: "LearnUpon has no account of this person, so only Salesforce is set", silent: "password"},
		{name: "in LearnUpon only", seed: func(w *world) { w.academy.AddUser(user) },
			steps: []string{"LearnUpon ask"}, warns: "Salesforce has no contact of this person, so only LearnUpon is set"},
		{name: "nowhere", seed: func(*world) {}, refused: "Neither Salesforce nor LearnUpon"},
		{name: "in two portals", seed: func(w *world) {
			w.academy.AddUser(user)
			w.secondPortal().AddUser(user)
			w.org.AddContact(byron)
		}, steps: []string{"Salesforce", "LearnUpon ask", "LearnUpon ask"}},
		{name: "opted out in Salesforce already", seed: func(w *world) {
			w.academy.AddUser(user)
			seedOptedOut(w)
		}, steps: []string{"LearnUpon ask"}},
		{name: "opted out, and not in LearnUpon", seed: seedOptedOut, nothing: "knows already"},
		{name: "the field is hidden", seed: func(w *world) {
			w.academy.AddUser(user)
			w.org.AddContact(byron)
			w.org.Hide("Contact", "Email Opt Out")
		}, steps: []string{"Salesforce ask", "LearnUpon ask"}, warns: "does not let Registrar's user see the field Email Opt Out"},
		{name: "the field cannot be edited", seed: func(w *world) {
			w.org.AddContact(byron)
			w.org.Protect("Contact", "Email Opt Out")
		}, steps: []string{"Salesforce ask"}, warns: "does not let Registrar's user edit the field Email Opt Out"},
		{name: "the contact has another address", seed: func(w *world) {
			linked := user
			linked.SFContactID = w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "old@x.edu"})
			w.academy.AddUser(linked)
		}, steps: []string{"Salesforce", "LearnUpon ask"}, warns: "by different addresses"},
		{name: "the account has another address", seed: func(w *world) {
			named := byron
			named.LearnUponID = fmt.Sprint(w.academy.AddUser(learnupontest.User{Email: "old@x.edu"}))
			w.org.AddContact(named)
		}, steps: []string{"Salesforce", "LearnUpon ask"}, warns: "by different addresses"},
		{name: "the contact was merged into another", seed: func(w *world) {
			w.org.Merge(w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "kept@x.edu"}), w.org.AddContact(byron))
		}, steps: []string{"Salesforce"}, warns: "by different addresses"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.seed(w)
			p, err := w.plan("opt-out", runbook.Values{"email": learner})
			if tt.refused != "" {
				checkRefusal(t, err, tt.refused)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var steps []string
			for _, s := range p.Plan.Steps {
				kind := string(s.System)
				if s.Ask != nil {
					kind += " ask"
				}
				steps = append(steps, kind)
			}
			if strings.Join(steps, ", ") != strings.Join(tt.steps, ", ") {
				t.Errorf("steps %q; want %q", steps, tt.steps)
			}
			said := strings.Join(p.Plan.Warnings, "\n")
			if !strings.Contains(said, tt.warns) || tt.silent != "" && strings.Contains(said, tt.silent) {
				t.Errorf("warnings:\n%s", said)
			}
			if !strings.Contains(p.Plan.Nothing, tt.nothing) || (tt.nothing == "") != (p.Plan.Nothing == "") {
				t.Errorf("nothing to do: %q", p.Plan.Nothing)
			}
			if p.Plan.Approval.Needed != 0 {
				t.Errorf("approval %+v; opting out needs none", p.Plan.Approval)
			}
		})
	}
}

func seedOptedOut(w *world) {
	out := byron
	out.EmailOptOut = true
	w.org.AddContact(out)
}

// setsByHand is a person who does on the records what an ask says.
func (w *world) setsByHand(out bool) func(runbook.Step) map[string]string {
	return func(s runbook.Step) map[string]string {
		if id, ok := strings.CutPrefix(s.ID, "salesforce-"); ok {
			w.org.Edit(id, "Email Opt Out", out)
			return nil
		}
		for _, u := range w.academy.Snapshot().Users {
			if strings.HasSuffix(s.ID, fmt.Sprintf("-main-%d", u.ID)) {
				w.academy.SetOptOut(u.ID, out)
			}
		}
		return nil
	}
}

// Whoever may set the field, and whatever it is called: both sides are set in
// the end, and nobody is left out.
func TestOptOutSetsBothSides(t *testing.T) {
	for name, harm := range map[string]func(*world){
		"by API":     func(*world) {},
		"renamed":    func(w *world) { w.org.RandomNames(7) },
		"hidden":     func(w *world) { w.org.Hide("Contact", "Email Opt Out") },
		"not edited": func(w *world) { w.org.Protect("Contact", "Email Opt Out") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.academy.AddUser(learnupontest.User{Email: learner})
			w.org.AddContact(byron)
			harm(w)
			for _, out := range []bool{true, false} {
				action := map[bool]string{true: "opt-out", false: "opt-in"}[out]
				w.later(time.Minute)
				if err := w.newRun(nil, w.setsByHand(out)).apply(action, w.mustPlan(action, runbook.Values{"email": learner})); err != nil {
					t.Fatal(err)
				}
				c, _ := w.org.Snapshot().Contact(learner)
				u, _ := w.academy.Snapshot().User(learner)
				if c.EmailOptOut != out || u.OptedOut != out {
					t.Errorf("%s: Salesforce %v, LearnUpon %v", action, c.EmailOptOut, u.OptedOut)
				}
			}
		})
	}
}

// A person says they did it and the record does not show it: where the field
// can be seen, their word is not enough.
func TestOptOutByHandIsReadBack(t *testing.T) {
	w := newWorld(t)
	w.org.AddContact(byron)
	w.org.Protect("Contact", "Email Opt Out")
	p := w.mustPlan("opt-out", runbook.Values{"email": learner})
	if err := w.newRun(nil, func(runbook.Step) map[string]string { return nil }).apply("opt-out", p); err == nil {
		t.Error("believed without looking")
	}
	if !p.Plan.Steps[0].ReadBack {
		t.Error("the card would say reported by")
	}
}

func TestOptOutOfOneOfTwoContacts(t *testing.T) {
	w := newWorld(t)
	first, second := w.org.AddContact(byron), w.org.AddContact(byron)
	_, err := w.plan("opt-out", runbook.Values{"email": learner})
	ask, _ := errors.AsType[*runbook.Choose](err)
	checkChoice(t, ask, err, []string{"All 2", first, second})
	typed := runbook.Values{"email": learner, "which": second}
	p := w.mustPlan("opt-out", typed)
	if err := w.newRun(typed, nil).apply("opt-out", p); err != nil {
		t.Fatal(err)
	}
	contacts := w.org.Snapshot().Contacts
	if contacts[0].EmailOptOut || !contacts[1].EmailOptOut {
		t.Errorf("contacts %+v; want the second opted out", contacts)
	}
	if got := strings.Join(p.Plan.Warnings, "\n"); !strings.Contains(got, "1 other contact of this address will stay as before") {
		t.Errorf("warnings:\n%s", got)
	}
}

func TestOptOutChangedMeanwhile(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(*world, string)
		field   string
	}{
		"another address": {func(w *world, id string) { w.org.Edit(id, "Email", "new@x.edu") }, "E-mail address"},
		"deleted":         {func(w *world, id string) { w.org.Delete(id) }, "Contact"},
		"merged":          {func(w *world, id string) { w.org.Merge(w.org.AddContact(byron), id) }, "Contact"},
		"saved while the run was at it": {func(w *world, _ string) {
			w.org.Fail(salesforcetest.Fault{Method: "PATCH", Status: 412, Code: "PRECONDITION_FAILED"})
		}, "Last change"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.org.AddContact(byron)
			p := w.mustPlan("opt-out", runbook.Values{"email": learner})
			tt.happens(w, id)
			err := w.newRun(nil, nil).apply("opt-out", p)
			if mismatch, ok := errors.AsType[*runbook.Mismatch](err); !ok || mismatch.Field != tt.field || strings.Contains(mismatch.Error(), "@") {
				t.Errorf("%v; want a mismatch of %s", err, tt.field)
			}
			if c := w.org.Snapshot().Contacts[0]; c.EmailOptOut {
				t.Error("it was written all the same")
			}
		})
	}
}

// Salesforce says no: the record says which side is not set, and who must act.
func TestOptOutRefusedBySalesforce(t *testing.T) {
	w := newWorld(t)
	w.academy.AddUser(learnupontest.User{Email: learner})
	id := w.org.AddContact(byron)
	w.org.Forbid("Contact", "Email Opt Out", "ask the legal team")
	err := w.newRun(nil, w.setsByHand(true)).apply("opt-out", w.mustPlan("opt-out", runbook.Values{"email": learner}))
	checkRefusal(t, err, "So Email Opt Out is not set on Contact "+id+", and nobody was asked to set LearnUpon yet. Whoever may edit the contact")
}

// The answer is lost: the second visit finds it done and does not write again.
func TestOptOutAnswerLost(t *testing.T) {
	w := newWorld(t)
	w.org.AddContact(byron)
	p := w.mustPlan("opt-out", runbook.Values{"email": learner})
	w.org.Fail(salesforcetest.Fault{Method: "PATCH", Cut: true, Times: 1})
	r := w.newRun(nil, nil)
	if err := r.apply("opt-out", p); err != nil {
		if unsure, ok := errors.AsType[interface {
			error
			Unsure() bool
		}](err); !ok || !unsure.Unsure() {
			t.Fatalf("%v; want an unsure error", err)
		}
	}
	if err := r.apply("opt-out", p); err != nil {
		t.Fatal(err)
	}
	if n := len(w.org.Writes()); n != 1 {
		t.Errorf("%d writes; want one", n)
	}
}

// Somebody else is saving the contact: nothing happened, and it is tried later.
func TestOptOutOfALockedContact(t *testing.T) {
	w := newWorld(t)
	id := w.org.AddContact(byron)
	p := w.mustPlan("opt-out", runbook.Values{"email": learner})
	w.org.Lock(id)
	err := w.newRun(nil, nil).apply("opt-out", p)
	later, ok := errors.AsType[interface {
		error
		RetryLater() (time.Duration, bool)
	}](err)
	if !ok {
		t.Fatalf("%v", err)
	}
	if _, again := later.RetryLater(); !again {
		t.Errorf("%v; want to be told to come back", err)
	}
}

func TestOptInNeedsAnother(t *testing.T) {
	w := newWorld(t)
	seedOptedOut(w)
	p := w.mustPlan("opt-in", runbook.Values{"email": learner}).Plan
	if p.Approval.Needed != 1 || !strings.Contains(p.Lead, "only if they have asked") {
		t.Errorf("approval %+v, lead %q", p.Approval, p.Lead)
	}
}
