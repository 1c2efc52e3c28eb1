package handlers_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
)

func TestResendPlan(t *testing.T) {
	email := runbook.Values{"email": learner}
	foreign := func(w *world) runbook.Values {
		return runbook.Values{"email": learner, "confirmation-link": w.academy.URL + "/users/confirmation?confirmation_token=abc"}
	}
	user := func(u learnupontest.User) func(*world) runbook.Values {
		u.Email = learner
		return func(w *world) runbook.Values { w.academy.AddUser(u); return email }
	}
	tests := []struct {
		name    string
		seed    func(*world) runbook.Values
		steps   []string
		nothing string
		refused string
		choice  []string // part of each option's text
	}{
		{name: "open invite", seed: func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return email
		}, steps: []string{"mail"}},
		{name: "lapsed invite", seed: func(w *world) runbook.Values { return seedLapsed(w, "learner") },
			steps: []string{"cancel", "invite", "course-", "mail"}},
		{name: "cancelled by a run that stopped", seed: func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner, Status: "canceled", ExpiresAt: w.daysAgo(1)})
			return email
		}, steps: []string{"invite", "mail"}},
		{name: "cancelled on purpose", seed: func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner, Status: "canceled", ExpiresAt: w.now.AddDate(0, 0, 5)})
			return email
		}, choice: []string{"Yes", "No"}},
		{name: "replaced by a newer one", seed: func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner, CreatedAt: w.daysAgo(60), ExpiresAt: w.daysAgo(30)})
			w.academy.AddInvite(learnupontest.Invite{Email: learner, CreatedAt: w.daysAgo(2)})
			return email
		}, steps: []string{"mail"}},
		{name: "two groups", seed: func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner, GroupID: w.academy.AddGroup("Old"), CreatedAt: w.daysAgo(9), ExpiresAt: w.daysAgo(2)})
			w.academy.AddInvite(learnupontest.Invite{Email: learner, GroupID: w.academy.AddGroup("New"), CreatedAt: w.daysAgo(1)})
			return email
		}, choice: []string{"“New” in LearnUpon, sent on 20 Nov 2026", "“Old” in LearnUpon, sent on 12 Nov 2026, lapsed on 19 Nov 2026"}},
		{name: "self-registered", seed: func(w *world) runbook.Values {
			w.academy.SelfRegister(learnupontest.User{Email: learner})
			return email
		}, steps: []string{"link", "mail"}},
		{name: "named, link given", seed: func(w *world) runbook.Values {
			w.academy.SelfRegister(learnupontest.User{Email: learner, FirstName: "Ada"})
			return foreign(w)
		}, steps: []string{"link", "mail"}},
		{name: "account and invite", seed: func(w *world) runbook.Values {
			w.academy.SelfRegister(learnupontest.User{Email: learner})
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return email
		}, choice: []string{"never signed in", "Invite"}},
		{name: "account, invite, link given", seed: func(w *world) runbook.Values {
			w.academy.SelfRegister(learnupontest.User{Email: learner})
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return foreign(w)
		}, steps: []string{"link", "mail"}},
		{name: "account in use and invite", seed: func(w *world) runbook.Values {
			w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1})
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return email
		}, steps: []string{"mail"}},
		{name: "active", seed: user(learnupontest.User{SignIns: 1}), nothing: "Forgot your password?"},
		{name: "active, Salesforce", seed: user(learnupontest.User{SignIns: 1, SFContactID: "003"}), nothing: "User Community"},
		{name: "active once, deactivated", seed: user(learnupontest.User{SignIns: 1, Disabled: true}), nothing: "Reactivate it"},
		{name: "made by an admin", seed: user(learnupontest.User{FirstName: "Ada"}), nothing: "If the record shows N/A"},
		{name: "made by the sync", seed: user(learnupontest.User{FirstName: "Ada", SFContactID: "003"}), nothing: "User Community"},
		{name: "deactivated", seed: user(learnupontest.User{Disabled: true}), refused: "Reactivate"},
		{name: "instructor", seed: user(learnupontest.User{Type: "instructor"}), refused: "of type instructor"},
		{name: "link given, only invited", seed: func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return foreign(w)
		}, refused: "left empty"},
		{name: "unknown", seed: func(w *world) runbook.Values {
			w.academy.AddPortalInvite(learnupontest.Invite{Email: learner})
			return email
		}, choice: []string{"Yes, it is in Pending Users of LearnUpon", "No"}},
		{name: "unknown, not invited", seed: func(*world) runbook.Values {
			return runbook.Values{"email": learner, "invited": "no"}
		}, refused: "Check the spelling"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			p, err := w.plan("resend-confirmation", tt.seed(w))
			choose, chooses := errors.AsType[*runbook.Choose](err)
			switch {
			case tt.refused != "":
				checkRefusal(t, err, tt.refused)
			case chooses || tt.choice != nil:
				checkChoice(t, choose, err, tt.choice)
			case err != nil:
				t.Fatal(err)
			case tt.nothing != "":
				checkNothing(t, p.Plan, tt.nothing)
			default:
				checkStepIDs(t, p.Plan, tt.steps)
			}
		})
	}
}

func checkChoice(t *testing.T, got *runbook.Choose, err error, want []string) {
	t.Helper()
	if got == nil || len(got.Options) != len(want) {
		t.Fatalf("%v; want a choice of %q", err, want)
	}
	for i, o := range got.Options {
		if !strings.Contains(o.Text+", "+o.Description, want[i]) || len(o.Value) > 75 {
			t.Errorf("option %+v; want %q", o, want[i])
		}
	}
}

func checkStepIDs(t *testing.T, p runbook.Plan, want []string) {
	t.Helper()
	var got []string
	for _, s := range p.Steps {
		got = append(got, s.ID)
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("steps %v, nothing to do %q; want %v", got, p.Nothing, want)
	}
	if p.Approval.Needed != 0 {
		t.Errorf("approval %+v; want none", p.Approval)
	}
}

func TestResendNeedsApproval(t *testing.T) {
	open := func(w *world, role string) {
		w.academy.AddInvite(learnupontest.Invite{Email: learner, Type: role})
	}
	tests := []struct {
		name  string
		seed  func(*world)
		why   string
		floor int
	}{
		{"admin invite", func(w *world) { open(w, "admin") }, "makes an admin", 1},
		{"lapsed admin invite", func(w *world) { seedLapsed(w, "admin") }, "makes an admin", 1},
		{"admin invite, link shown to the requester", func(w *world) { open(w, "admin"); w.deps.Mail = nil }, "makes an admin", 1},
		{"fourth mail in a week", func(w *world) {
			open(w, "learner")
			w.mails["a"], w.mails["b"], w.mails["c"] = w.daysAgo(6), w.daysAgo(3), w.daysAgo(1)
		}, "more than 3 mails", 0},
		{"fourth mail in more than a week", func(w *world) {
			open(w, "learner")
			w.mails["a"], w.mails["b"], w.mails["c"] = w.daysAgo(8), w.daysAgo(3), w.daysAgo(1)
		}, "", 0},
		{"manager invite", func(w *world) { open(w, "manager") }, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.seed(w)
			got := w.mustPlan("resend-confirmation", runbook.Values{"email": learner}).Plan.Approval
			if (got.Needed == 1) != (tt.why != "") || !strings.Contains(got.Why, tt.why) || got.Floor != tt.floor {
				t.Errorf("approval %+v; want why %q, floor %d", got, tt.why, tt.floor)
			}
		})
	}
}

// How many mails went out is shown, but one more of them makes no plan stale.
func TestMailCountIsOutsideTheHash(t *testing.T) {
	w := newWorld(t)
	w.academy.AddInvite(learnupontest.Invite{Email: learner})
	before := w.mustPlan("resend-confirmation", runbook.Values{"email": learner}).Plan
	w.mails["other"] = w.now
	after := w.mustPlan("resend-confirmation", runbook.Values{"email": learner}).Plan
	if slices.Equal(before.Facts, after.Facts) || before.Hash() != after.Hash() {
		t.Errorf("facts %v and %v; want the count in them and the same hash", before.Facts, after.Facts)
	}
}
