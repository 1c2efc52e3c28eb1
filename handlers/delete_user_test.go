package handlers_test

import (
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

func TestPlanOfADeletion(t *testing.T) {
	in := func(portal string) runbook.Values { return runbook.Values{"portal": portal} }
	const none = "LearnUpon: enrollments: none."
	for name, tt := range map[string]planned{
		"unknown address": {seed: func(*world) {}, refuses: "no account with this address"},
		"nothing but the account": {seed: person(learnupontest.User{}), approvals: 2, floor: 1, steps: "history delete-main",
			loses: []string{none}, warns: []string{"no way back"}},
		"everything": {seed: func(w *world) {
			id := w.seedHistory(learnupontest.User{Type: "manager", CustomData: map[string]string{"Region": "East"}, Badges: 1, Points: 20, CreatedAt: w.daysAgo(1000)})
			w.academy.AddRights(w.academy.AddGroup("West"), id)
			w.academy.AddPath(learnupontest.Path{UserID: id, Name: "Onboarding", Status: "completed"})
			w.academy.AddEnrollment(learnupontest.Enrollment{UserID: id, CourseID: w.course("Essay"), Status: "pending_review"})
			w.academy.AddEnrollment(learnupontest.Enrollment{UserID: id, CourseID: w.course("Later")})
			w.academy.AddEnrollment(learnupontest.Enrollment{UserID: id, CourseID: w.course("Never"), Unenrolled: true})
		}, approvals: 2, floor: 1, steps: "history delete-main", loses: []string{
			"enrollments: 1 not started, 1 in progress, 1 pending review, 1 passed", "“Basics”, passed with 81 % on 11 Nov 2026.",
			"“Basics”, the certificate “Licence”, valid until 11 Nov 2027", "“Selling”, the work in progress", "“Essay”, what was handed in",
			"learning path “Onboarding”, completed", "management of “West”, which nobody else manages", "membership of East",
			"custom user data: Region", "1 badge and 20 points", "archived: no API shows it",
		}},
		"an admin": {seed: person(learnupontest.User{Type: "admin"}), refuses: "accounts of admins are not deleted"},
		"an admin of a sub-portal, from the top": {seed: inRealm(learnupontest.User{}, learnupontest.User{Type: "admin"}), typed: in("main"),
			refuses: "an admin in LearnUpon (partners)"},
		"an owner of courses": {seed: func(w *world) {
			w.academy.AddCourse(learnupontest.Course{Name: "Basics", Owner: w.academy.AddUser(learnupontest.User{Email: learner, Type: "instructor"})})
		}, refuses: "owns courses in LearnUpon: “Basics”"},
		"signed in lately": {seed: func(w *world) {
			person(learnupontest.User{SignIns: 1, LastSignInAt: w.daysAgo(3)})(w)
		}, approvals: 2, floor: 1, steps: "history delete-main", loses: []string{none}, warns: []string{"on 18 Nov 2026"}},
		"from the top-level portal": {seed: inRealm(learnupontest.User{}, learnupontest.User{}), typed: in("main"),
			approvals: 2, floor: 1, steps: "history delete-partners delete-main",
			loses:   []string{none, "LearnUpon (partners): enrollments: none."},
			demands: []string{"LearnUpon, top-level portal: user", "└ LearnUpon (partners), sub-portal: user"}},
		"from a sub-portal": {seed: inRealm(learnupontest.User{}, learnupontest.User{}), typed: in("partners"),
			approvals: 2, floor: 1, steps: "history delete-partners",
			loses: []string{"LearnUpon (partners): enrollments: none."}, demands: []string{"stays as it is"}},
		"a sub-portal without keys": {seed: func(w *world) {
			person(learnupontest.User{})(w)
			s := w.academy.SubPortal(learnupontest.Options{Title: "Staff", Now: w.clock})
			w.Cleanup(s.Close)
		}, approvals: 2, floor: 1, steps: "history delete-main", loses: []string{none, "Whatever the person has in the sub-portal “Staff”"}},
	} {
		t.Run(name, func(t *testing.T) { tt.check(t, "delete-user") })
	}
}

// What is left in Salesforce: who names the account names it no more, and is
// not made again.
func TestPlanOfUntying(t *testing.T) {
	const contact = "003"
	for name, tt := range map[string]struct {
		seed  func(w *world, user int64)
		steps []string // prefixes
		warn  string
	}{
		"no contact":         {func(*world, int64) {}, nil, ""},
		"names the account":  {func(w *world, user int64) { w.seedContact(user, false) }, []string{"delete-main", "untie-" + contact}, "stays in Salesforce"},
		"and is checked":     {func(w *world, user int64) { w.seedContact(user, true) }, []string{"uncheck-" + contact, "delete-main", "untie-" + contact}, ""},
		"names another user": {func(w *world, user int64) { w.seedContact(user+1, true) }, []string{"delete-main"}, ""},
		"the field is hidden": {func(w *world, user int64) {
			w.seedContact(user, true)
			w.org.Hide("Contact", "LU User ID")
		}, []string{"delete-main"}, "clear it by hand"},
		"not configured": {func(w *world, user int64) { w.deps.Salesforce = nil }, []string{"delete-main"}, "Salesforce is not configured"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.seed(w, w.academy.AddUser(learnupontest.User{Email: learner}))
			p := w.mustPlan("delete-user", runbook.Values{"email": learner}).Plan
			for i, prefix := range tt.steps {
				if !strings.HasPrefix(p.Steps[i+1].ID, prefix) {
					t.Errorf("step %s; want %s…", p.Steps[i+1].ID, prefix)
				}
			}
			if len(tt.steps) > 0 && len(p.Steps) != len(tt.steps)+1 || tt.warn != "" && !said(p.Warnings, tt.warn) {
				t.Errorf("%d steps, warnings %q", len(p.Steps), p.Warnings)
			}
		})
	}
}

// Nothing is deleted while anything that would be lost cannot be read, and the
// sentence says so.
func TestNothingIsDeletedUnread(t *testing.T) {
	for _, route := range []string{"/users/search", "/enrollments/search", "/learning_path_enrollments/search", "/group_memberships", "/portals"} {
		t.Run(route, func(t *testing.T) {
			w := newWorld(t)
			w.seedHistory(learnupontest.User{})
			w.academy.Fail(learnupontest.Fault{Route: route, Status: 403})
			_, err := w.plan("delete-user", runbook.Values{"email": learner})
			if text, public := runbook.PublicText(err); !public || !strings.Contains(text, "Nothing is deleted while") {
				t.Errorf("%v", err)
			}
		})
	}
}

// What happens between the approvals and the end.
func TestDeletionTrouble(t *testing.T) {
	tests := map[string]struct {
		happen func(w *world, user int64)
		status engine.Status
	}{
		"the reply is lost": {func(w *world, _ int64) {
			w.academy.Fail(learnupontest.Fault{Method: "DELETE", Status: 500, Apply: true, Times: 1})
		}, engine.Succeeded},
		"LearnUpon says yes and keeps the account": {func(w *world, _ int64) {
			w.academy.Fail(learnupontest.Fault{Method: "DELETE", Status: 200, Body: `{"success":"ok"}`})
		}, engine.NeedsReview},
		"Salesforce loses the reply": {func(w *world, _ int64) {
			w.org.Fail(salesforcetest.Fault{Method: "PATCH", Cut: true, Times: 1})
		}, engine.Succeeded},
		"the person is made an admin":    {func(w *world, user int64) { w.setType(user, "admin") }, engine.Stale},
		"the person finishes a course":   {func(w *world, user int64) { w.finishes(user) }, engine.Stale},
		"somebody else was quicker":      {func(w *world, user int64) { w.removes(user) }, engine.Stale},
		"the portal is away for a while": {func(w *world, _ int64) { w.academy.Fail(learnupontest.Fault{Status: 503, Times: 3}) }, engine.Succeeded},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.seedHistory(learnupontest.User{})
			w.seedContact(id, true)
			store := engine.NewMemory(w.clock)
			e := w.saving("one", store)
			r := started(t, e, "SAM", "delete-user", runbook.Values{"email": learner})
			tt.happen(w, id)
			w.academy.ResetCalls()
			r = w.visit(e, store, r.ID, func() bool { return false })
			if r.Status != tt.status {
				t.Fatalf("%s: %s", r.Status, r.Why)
			}
			if n := len(w.academy.Writes()); r.Status == engine.Stale && n != 0 {
				t.Errorf("stale, and %d writes", n)
			}
			if r.Status == engine.Succeeded {
				if c, _ := w.org.Snapshot().Contact(learner); c.LearnUponID != "" || c.Create {
					t.Errorf("the contact: %+v", c)
				}
			}
		})
	}
}

func (w *world) finishes(user int64) {
	w.academy.AddEnrollment(learnupontest.Enrollment{UserID: user, CourseID: w.course("New"), Status: "completed", CompletedAt: w.now})
}

func (w *world) removes(user int64) {
	w.Helper()
	if err := w.deps.Portals[0].DeleteUser(w.Context(), learnupon.ID(user)); err != nil {
		w.Fatal(err)
	}
}

// A deletion waits ten minutes after the last approval, and no policy makes it
// free.
func TestADeletionWaits(t *testing.T) {
	w := newWorld(t)
	person(learnupontest.User{})(w)
	p := w.mustPlan("delete-user", runbook.Values{"email": learner}).Plan
	if !p.Irreversible || p.Approval.Delay != 10*time.Minute || !strings.HasPrefix(p.Lead, "This cannot be undone") {
		t.Errorf("%+v: %s", p.Approval, p.Lead)
	}
	if len(p.Suggest) != 1 || p.Suggest[0].Action != "deactivate" {
		t.Errorf("suggested: %+v", p.Suggest)
	}
}

// Portals that answer 200 with nothing for who is gone are understood as well.
func TestADeletionWithAnEmptyAnswer(t *testing.T) {
	w := newWorld(t)
	s := learnupontest.New(learnupontest.Options{Now: w.clock, EmptyIfGone: true})
	t.Cleanup(s.Close)
	w.deps.Portals[0] = w.client("", s)
	s.AddUser(learnupontest.User{Email: learner})
	p := w.mustPlan("delete-user", runbook.Values{"email": learner})
	if err := w.newRun(nil, nil).apply("delete-user", p); err != nil {
		t.Fatal(err)
	}
	if _, err := w.plan("delete-user", runbook.Values{"email": learner}); err == nil || !strings.Contains(err.Error(), "no account with this address") {
		t.Errorf("afterwards: %v", err)
	}
}

// From the top-level portal all accounts go, each by itself, and the files hold
// all that was lost.
func TestADeletionInARealm(t *testing.T) {
	w := newWorld(t)
	w.seedHistory(learnupontest.User{})
	partners := w.secondPortal()
	partners.AddEnrollment(learnupontest.Enrollment{
		UserID: partners.AddUser(learnupontest.User{Email: learner}), CourseID: partners.AddCourse(learnupontest.Course{Name: "Reselling"}), Status: "completed", CompletedAt: w.daysAgo(2),
	})
	r := w.newRun(nil, nil)
	if err := r.apply("delete-user", w.mustPlan("delete-user", runbook.Values{"email": learner, "portal": "main"})); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*learnupontest.Server{"top": w.academy, "sub": partners} {
		if _, there := s.Snapshot().User(learner); there {
			t.Errorf("still in the %s-level portal", name)
		}
	}
	if len(r.files) != 1 || !strings.Contains(r.files[0], "Reselling") || !strings.Contains(r.files[0], "Basics") {
		t.Errorf("files: %q", r.files)
	}
}
