package handlers_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
)

func freeing(after string) runbook.Values {
	return runbook.Values{"email": learner, "afterwards": after}
}

// freedAs: the address is free in every portal, and the account with its
// history is under another one, deactivated, or gone.
func freedAs(address string, deleted bool) func(*testing.T, *run) {
	return func(t *testing.T, r *run) {
		t.Helper()
		if _, taken := r.academy.Snapshot().User(learner); taken {
			t.Error("the address is not free")
		}
		u, there := r.academy.Snapshot().User(address)
		switch {
		case there == deleted:
			t.Errorf("the account is there as %s: %t", address, there)
		case there && (!u.Disabled || len(u.Courses) != 2):
			t.Errorf("deactivated: %t, with %d courses", u.Disabled, len(u.Courses))
		}
		if saved := len(r.files); deleted && saved != 1 || !deleted && saved != 0 {
			t.Errorf("%d files were saved", saved)
		}
	}
}

func seedFreeing(after string) func(*world) runbook.Values {
	return func(w *world) runbook.Values {
		w.seedContact(w.seedHistory(learnupontest.User{}), true)
		return freeing(after)
	}
}

func TestReuseEmailApprovals(t *testing.T) {
	for after, want := range map[string]struct {
		needed       int
		delay        time.Duration
		irreversible bool
	}{"deactivate": {1, 0, false}, "delete": {2, 10 * time.Minute, true}} {
		w := newWorld(t)
		p := w.mustPlan("reuse-email", seedFreeing(after)(w)).Plan
		if a := p.Approval; a.Needed != want.needed || a.Floor != 1 || a.Delay != want.delay || p.Irreversible != want.irreversible {
			t.Errorf("%s: %+v, irreversible %t", after, a, p.Irreversible)
		}
		if lost := said(p.Losses, "Basics") && said(p.Losses, "Licence") && said(p.Losses, "Selling"); lost != want.irreversible {
			t.Errorf("%s: losses %q", after, p.Losses)
		}
		if strings.Contains(p.Lead+strings.Join(p.Warnings, ""), "30") {
			t.Errorf("%s: a time is promised: %q", after, p.Warnings)
		}
	}
}

// The account that stays goes on being named by the contact: the plan says so,
// and points to the merge.
func TestReuseEmailSaysWhatStaysTied(t *testing.T) {
	w := newWorld(t)
	p := w.mustPlan("reuse-email", seedFreeing("deactivate")(w)).Plan
	if !said(p.Warnings, "goes on naming this account") || !said(p.Warnings, "/merge-users") {
		t.Errorf("warnings %q", p.Warnings)
	}
}

// Others had the address before and were renamed for it: the next number is
// taken that is free in every portal.
func TestReuseEmailTakesTheNextNumber(t *testing.T) {
	w := newWorld(t)
	w.seedHistory(learnupontest.User{})
	w.academy.AddUser(learnupontest.User{Email: "deleted+" + learner, Disabled: true})
	w.secondPortal().AddUser(learnupontest.User{Email: "Deleted+2+" + learner})
	r := w.newRun(nil, w.copiesLink)
	if err := r.apply("reuse-email", w.mustPlan("reuse-email", freeing("deactivate"))); err != nil {
		t.Fatal(err)
	}
	freedAs("deleted+3+"+learner, false)(t, r)
}

// The address is freed wherever it is taken, and the plan names each portal.
func TestReuseEmailInEveryPortal(t *testing.T) {
	for _, after := range []string{"deactivate", "delete"} {
		t.Run(after, func(t *testing.T) {
			w := newWorld(t)
			w.seedHistory(learnupontest.User{})
			partners := w.secondPortal()
			partners.AddUser(learnupontest.User{Email: learner})
			p := w.mustPlan("reuse-email", freeing(after))
			for _, portal := range []string{"LearnUpon user", "LearnUpon (partners) user"} {
				named := slices.ContainsFunc(p.Plan.Records, func(r runbook.Record) bool { return strings.HasPrefix(r.Title, portal) })
				if !named || len(p.Plan.Locks) < 2 {
					t.Errorf("records %+v, locks %q; want %s", p.Plan.Records, p.Plan.Locks, portal)
				}
			}
			r := w.newRun(nil, w.copiesLink)
			if err := r.apply("reuse-email", p); err != nil {
				t.Fatal(err)
			}
			freedAs("deleted+"+learner, after == "delete")(t, r)
			if u, there := partners.Snapshot().User("deleted+" + learner); there == (after == "delete") || there && !u.Disabled {
				t.Errorf("in the other portal: %t, %+v", there, u)
			}
			if _, taken := partners.Snapshot().User(learner); taken {
				t.Error("the address is not free in the other portal")
			}
		})
	}
}

func TestReuseEmailRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		seed  func(*world)
		after string
		says  string
		mend  runbook.Values
	}{
		"free": {func(*world) {}, "deactivate", "it is free", nil},
		"freed, and still active": {func(w *world) { w.academy.AddUser(learnupontest.User{Email: "deleted+" + learner}) }, "deactivate", "still active",
			runbook.Values{"email": "deleted+" + learner, "afterwards": "deactivate"}},
		"freed, and to be deleted": {func(w *world) { w.academy.AddUser(learnupontest.User{Email: "deleted+" + learner, Disabled: true}) }, "delete", "was renamed to",
			runbook.Values{"email": "deleted+" + learner, "afterwards": "delete"}},
		"an admin":            {func(w *world) { w.academy.AddUser(learnupontest.User{Email: learner, Type: "admin"}) }, "deactivate", "an admin in LearnUpon", nil},
		"an admin, to delete": {func(w *world) { w.academy.AddUser(learnupontest.User{Email: learner, Type: "admin"}) }, "delete", "an admin in LearnUpon", runbook.Values{"email": learner, "role": "learner"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.seed(w)
			_, err := w.plan("reuse-email", freeing(tt.after))
			refused, ok := errors.AsType[*runbook.UserError](err)
			if !ok || !strings.Contains(refused.Text, tt.says) {
				t.Fatalf("%v; want %q", err, tt.says)
			}
			if refused.Suggest == nil && tt.mend != nil || refused.Suggest != nil && refused.Suggest.Values["email"] != tt.mend["email"] {
				t.Errorf("suggests %+v; want %v", refused.Suggest, tt.mend)
			}
		})
	}
}

// A portal that cannot be read may hold the address.
func TestReuseEmailReadsEveryPortal(t *testing.T) {
	w := newWorld(t)
	w.seedHistory(learnupontest.User{})
	w.secondPortal().Close()
	if _, err := w.plan("reuse-email", freeing("deactivate")); err == nil || isRefusal(err) {
		t.Errorf("%v; want an outage", err)
	}
}

// What a run that stopped has renamed is finished under its new address.
func TestReuseEmailGoesOn(t *testing.T) {
	w := newWorld(t)
	id := w.seedHistory(learnupontest.User{})
	p := w.mustPlan("reuse-email", freeing("deactivate"))
	steps, err := w.action("reuse-email").Steps(p.Target)
	if err != nil || len(steps) != 2 {
		t.Fatalf("%d steps, %v", len(steps), err)
	}
	if err := w.newRun(nil, w.copiesLink).step(steps[0]); err != nil { // and no further
		t.Fatal(err)
	}
	typed := runbook.Values{"email": "deleted+" + learner, "afterwards": "deactivate"}
	p = w.mustPlan("reuse-email", typed)
	if len(p.Plan.Steps) != 1 {
		t.Errorf("%d steps are left", len(p.Plan.Steps))
	}
	r := w.newRun(nil, w.copiesLink)
	if err := r.apply("reuse-email", p); err != nil {
		t.Fatal(err)
	}
	freedAs("deleted+"+learner, false)(t, r)
	if p := w.mustPlan("reuse-email", typed).Plan; p.Nothing == "" || p.Approval.Needed != 0 {
		t.Errorf("user %d is done: %q, %+v", id, p.Nothing, p.Approval)
	}
}

func TestReuseEmailSurvivesEveryCrash(t *testing.T) {
	for after, writes := range map[string]int{"deactivate": 2, "delete": 4} {
		t.Run(after, func(t *testing.T) {
			t.Parallel()
			survives(t, "reuse-email", writes, seedFreeing(after), func(t *testing.T, w *world) {
				r := w.newRun(nil, nil)
				for range w.saved {
					r.files = append(r.files, "")
				}
				freedAs("deleted+"+learner, after == "delete")(t, r)
			})
		})
	}
}
