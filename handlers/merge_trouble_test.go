package handlers_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// What happens while a merge is applied: where it stops, it stops before the
// duplicate is touched, and says why.
func TestMergeTrouble(t *testing.T) {
	fail := func(method, route string, f learnupontest.Fault) func(*world) {
		f.Method, f.Route = method, route
		return func(w *world) { w.academy.Fail(f) }
	}
	ok := `{"id":1,"success":"ok","user_id":0}`
	tests := []struct {
		name   string
		happen func(*world)
		status engine.Status
		why    string // in the status or the evidence
	}{
		{"an enrollment's reply is lost", fail("POST", "/enrollments", learnupontest.Fault{Status: 500, Apply: true, Times: 1}), engine.Succeeded, ""},
		{"an enrollment is broken off", fail("POST", "/enrollments", learnupontest.Fault{Cut: true, Times: 1}), engine.Succeeded, ""},
		{"a result's reply is lost", fail("POST", "/markcompletes", learnupontest.Fault{Status: 502, Apply: true, Times: 1}), engine.Succeeded, ""},
		{"a result is not taken, and it says yes", fail("POST", "/markcompletes", learnupontest.Fault{Status: 200, Body: ok, Times: 1}), engine.NeedsReview, "the record does not show it"},
		{"an enrollment may have been made", fail("POST", "/enrollments", learnupontest.Fault{Status: 500, Times: 1}), engine.NeedsReview, "“Completed”: LearnUpon gave no clear answer"},
		{"a course is full", func(w *world) { w.academy.Fill(w.courses["Passed"]) }, engine.Failed, "“Passed” is full"},
		{"a course cannot be enrolled in by API", fail("POST", "/enrollments", learnupontest.Fault{Status: 400, Body: `{"message":"internal error, please try again"}`, Times: 1}), engine.Failed, "through its API"},
		{"a membership is lost and was made", fail("POST", "/group_memberships", learnupontest.Fault{Status: 500, Apply: true, Times: 1}), engine.NeedsReview, "no clear answer"},
		{"the rename is ignored", fail("PUT", "/users/{id}", learnupontest.Fault{Status: 200, Body: ok}), engine.NeedsReview, "said yes"},
		{"the deletion's reply is lost", fail("DELETE", "/users/{id}", learnupontest.Fault{Status: 500, Apply: true, Times: 1}), engine.Succeeded, ""},
		{"Salesforce loses the reply", func(w *world) {
			w.org.Fail(salesforcetest.Fault{Method: "PATCH", Cut: true, Times: 1})
		}, engine.Succeeded, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			seedMerge(w)
			store := engine.NewMemory(w.clock)
			e := w.saving("one", store)
			r := w.approved(e, merging("delete"))
			tt.happen(w)
			r = w.visit(e, store, r.ID, func() bool { return false })
			said := r.Why
			for _, s := range r.Steps {
				said += s.Evidence
			}
			if r.Status != tt.status || !strings.Contains(said, tt.why) {
				t.Fatalf("%s: %s", r.Status, said)
			}
			u, there := w.academy.Snapshot().User(duplicate)
			if whole := there && len(u.Groups) == 3; tt.name != "the rename is ignored" && whole == (r.Status == engine.Succeeded) {
				t.Errorf("%s, and the duplicate is there: %+v", r.Status, u)
			}
			if kept, _ := w.academy.Snapshot().User(learner); r.Status == engine.Succeeded {
				if diff := cmp.Diff(survivor, recordOf(kept)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// After a stop the command plans the rest only, and with the course left out it
// comes to an end.
func TestMergeGoesOnWithoutAFullCourse(t *testing.T) {
	w := newWorld(t)
	seedMerge(w)
	w.academy.Fill(w.courses["Passed"])
	err := w.newRun(nil, w.copiesLink).apply("merge-users", w.mustPlan("merge-users", merging("delete")))
	hint := "With " + number(w.courses["Passed"]) + " in “Leave out”"
	if err == nil || !isRefusal(errors.Unwrap(err)) || !strings.Contains(err.Error(), hint) {
		t.Fatal(err)
	}
	typed := merging("delete")
	typed["leave-out"] = number(w.courses["Passed"])
	p := w.mustPlan("merge-users", typed)
	if n := len(p.Plan.Steps[2].Changes); n != 5 { // Completed was carried over before
		t.Errorf("%d courses are left", n)
	}
	if !slices.ContainsFunc(p.Plan.Losses, func(l string) bool { return strings.HasPrefix(l, "“Passed”, passed with 92.5 %") }) {
		t.Errorf("losses: %q", p.Plan.Losses)
	}
	if err := w.newRun(nil, w.copiesLink).apply("merge-users", p); err != nil {
		t.Fatal(err)
	}
}

// Between the plan and the start: what changes the plan makes it stale, what is
// for information does not, and an outage makes the run wait.
func TestMergeBeforeItStarts(t *testing.T) {
	tests := []struct {
		name   string
		happen func(w *world, keep, dup int64)
		status engine.Status
	}{
		{"nothing", func(*world, int64, int64) {}, engine.Succeeded},
		{"both sign in", func(w *world, _, _ int64) {
			for _, email := range []string{learner, duplicate} {
				if err := w.academy.SignIn(email, ""); err != nil {
					t.Fatal(err)
				}
			}
		}, engine.Succeeded},
		{"the duplicate starts another course", func(w *world, _, dup int64) {
			w.academy.AddEnrollment(learnupontest.Enrollment{UserID: dup, CourseID: w.course("New"), Status: "in_progress"})
		}, engine.Stale},
		{"the kept account completes one", func(w *world, keep, _ int64) {
			w.academy.AddEnrollment(learnupontest.Enrollment{UserID: keep, CourseID: w.courses["Failed"], Status: "completed", CompletedAt: w.now})
		}, engine.Stale},
		{"the kept account is made an admin", func(w *world, keep, _ int64) { w.setType(keep, "admin") }, engine.Stale},
		{"the duplicate is gone", func(w *world, _, dup int64) {
			if err := w.deps.Portals[0].DeleteUser(w.Context(), learnupon.ID(dup)); err != nil {
				t.Fatal(err)
			}
		}, engine.Stale},
		{"LearnUpon is down for a while", func(w *world, _, _ int64) {
			w.academy.Fail(learnupontest.Fault{Status: 503, Times: 3})
		}, engine.Succeeded},
		{"Salesforce is down for a while", func(w *world, _, _ int64) {
			w.org.Fail(salesforcetest.Fault{Status: 503, Times: 3})
		}, engine.Succeeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			keep, dup := seedMerge(w)
			store := engine.NewMemory(w.clock)
			e := w.saving("one", store)
			r := w.approved(e, merging("delete"))
			tt.happen(w, keep, dup)
			w.academy.ResetCalls()
			if r = w.visit(e, store, r.ID, func() bool { return false }); r.Status != tt.status {
				t.Fatalf("%s: %s", r.Status, r.Why)
			}
			if n := len(w.academy.Writes()); r.Status == engine.Stale && (n != 0 || r.Why == "" || len(w.saved) != 0) {
				t.Errorf("%d writes, %d files; %s", n, len(w.saved), r.Why)
			}
		})
	}
}

// What the duplicate does after the start is found before it is retired.
func TestMergeReadsBackBeforeItRetires(t *testing.T) {
	for name, happen := range map[string]func(*world, int64, int64){
		"the duplicate starts a course": func(w *world, _, dup int64) {
			w.academy.AddEnrollment(learnupontest.Enrollment{UserID: dup, CourseID: w.course("New"), Status: "in_progress"})
		},
		"the duplicate joins a group":     func(w *world, _, dup int64) { w.academy.AddMember(w.academy.AddGroup("New"), dup) },
		"the kept account is deactivated": func(w *world, keep, _ int64) { w.setEnabled(keep, false) },
		"a result is altered": func(w *world, keep, _ int64) {
			w.academy.Fail(learnupontest.Fault{Method: "GET", Route: "/enrollments/search", Status: 200, Body: `{"enrollments":[]}`})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			keep, dup := seedMerge(w)
			p := w.mustPlan("merge-users", merging("delete"))
			steps, err := w.action("merge-users").Steps(p.Target)
			if err != nil {
				t.Fatal(err)
			}
			r := w.newRun(nil, w.copiesLink)
			for _, s := range steps {
				if s.ID == "read-back" {
					happen(w, keep, dup)
				}
				if err = r.step(s); err != nil {
					break
				}
			}
			if _, mismatch := errors.AsType[*runbook.Mismatch](err); !mismatch || r.did[len(r.did)-1] != "read-back" {
				t.Errorf("it stopped at %s: %v", r.did[len(r.did)-1], err)
			}
		})
	}
}

func (w *world) setType(id int64, role string) {
	w.Helper()
	if _, err := w.deps.Portals[0].UpdateUser(w.Context(), learnupon.ID(id), learnupon.UserUpdate{Type: &role}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) setEnabled(id int64, enabled bool) {
	w.Helper()
	if _, err := w.deps.Portals[0].SetEnabled(w.Context(), learnupon.ID(id), enabled); err != nil {
		w.Fatal(err)
	}
}

// In a realm both people may have several accounts: all are merged, portal by
// portal, the top-level one is retired last, and the address is free in all.
func TestMergeInARealm(t *testing.T) {
	w := newWorld(t)
	seedMerge(w)
	partners := w.secondPortal()
	partners.AddUser(learnupontest.User{Email: learner})
	dup := partners.AddUser(learnupontest.User{Email: duplicate})
	partners.AddEnrollment(learnupontest.Enrollment{UserID: dup, CourseID: partners.AddCourse(learnupontest.Course{Name: "Selling"}), Status: "completed", CompletedAt: w.daysAgo(2)})
	partners.AddUser(learnupontest.User{Email: "deleted+" + duplicate}) // from an earlier merge

	typed := merging("delete")
	main, _ := w.academy.Snapshot().User(duplicate)
	typed["duplicate"] = number(main.ID)
	p := w.mustPlan("merge-users", typed)
	var ids []string
	for _, s := range p.Plan.Steps {
		if strings.HasPrefix(s.ID, "rename") || strings.HasPrefix(s.ID, "delete") {
			ids = append(ids, s.ID)
		}
	}
	if got := strings.Join(ids, " "); got != "rename-partners delete-partners rename-main delete-main" || len(p.Plan.Locks) != 5 {
		t.Errorf("%s; locks %v", got, p.Plan.Locks)
	}
	r := w.newRun(nil, w.copiesLink)
	if err := r.apply("merge-users", p); err != nil {
		t.Fatal(err)
	}
	kept, _ := w.academy.Snapshot().User(learner)
	if diff := cmp.Diff(survivor, recordOf(kept)); diff != "" {
		t.Error(diff)
	}
	sold, _ := partners.Snapshot().User(learner)
	if got := recordOf(sold).Courses; !slices.Equal(got, []string{"Selling completed 2026-11-19"}) {
		t.Errorf("partners: %v", got)
	}
	for _, u := range partners.Snapshot().Users {
		if u.Email != learner && u.Email != "deleted+"+duplicate {
			t.Errorf("%s is still there", u.Email)
		}
	}
}

// Where only the duplicate has an account, its records are named as lost if the
// deletion reaches it.
func TestMergeWithAnAccountElsewhere(t *testing.T) {
	w := newWorld(t)
	w.twoAccounts(learnupontest.User{}, learnupontest.User{})
	partners := w.secondPortal()
	dup := partners.AddUser(learnupontest.User{Email: duplicate})
	partners.AddEnrollment(learnupontest.Enrollment{UserID: dup, CourseID: partners.AddCourse(learnupontest.Course{Name: "Selling"}), Status: "completed", CompletedAt: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)})
	for after, losses := range map[string]int{"delete": 1, "deactivate": 0} {
		p := w.mustPlan("merge-users", merging(after)).Plan
		if len(p.Losses) != losses || !slices.ContainsFunc(p.Warnings, func(s string) bool { return strings.Contains(s, "an account in LearnUpon (partners)") }) {
			t.Errorf("%s: %q, %q", after, p.Losses, p.Warnings)
		}
	}
}
