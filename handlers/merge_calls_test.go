package handlers_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/engine"
	"registrar/integrations/learnupon/learnupontest"
)

// called counts the academy's calls since they were last forgotten.
func (w *world) called() map[string]int {
	counts := map[string]int{}
	for _, c := range w.academy.Calls() {
		counts[c.Method+" "+c.Route]++
	}
	w.academy.ResetCalls()
	return counts
}

// The least number of calls with which LearnUpon's API lets the merge of
// seedMerge be planned and applied. Its bulk calls are not counted on: they have
// to be switched on by LearnUpon, answer later, and set no results.
//
// Planning: one search for each account, one list each of its enrollments and
// its groups, one of the groups the manager among them manages, one of the
// duplicate's learning paths, one of all courses, and one search for the address
// the duplicate gets.
//
// Applying, writes: one for each enrollment made, each result, each group
// joined, left, managed and no longer managed, each field changed, and the
// deletion. The survivor's open enrollment takes its result without a new one.
//
// Applying, reads: everything that changes is read once before and once after.
// The history takes two lists, the read-back what planning took, with the two
// accounts by number and without the courses, which are needed only where
// something is left to carry. The deletion looks at the kept account once more.
func TestMergeTakesTheLeastCalls(t *testing.T) {
	plan := map[string]int{
		"GET /users/search": 2 + 1, "GET /enrollments/search": 2, "GET /group_memberships": 2, "GET /group_managers": 1,
		"GET /learning_path_enrollments/search": 1, "GET /courses": 1,
	}
	writes := map[string]int{
		"POST /enrollments":       6, // Completed, Passed, Failed, In progress, Premier Live, Failed on the kept
		"POST /markcompletes":     6, // those but In progress, and Open on the kept
		"POST /group_memberships": 2, "PUT /users/{id}": 1 + 1, "POST /group_managers": 1,
		"DELETE /group_managers/{id}": 1, "DELETE /group_memberships/{id}": 3, "DELETE /users/{id}": 1,
	}
	reads := map[string]int{
		"GET /enrollments/search":               1 + 2 + 2, // history, courses, read-back
		"GET /learning_path_enrollments/search": 1 + 1,     // history, read-back
		"GET /group_memberships":                2 + 2 + 2, // join, read-back, leave
		"GET /group_managers":                   2 + 2 + 2, // grant, read-back, revoke
		"GET /users/{id}":                       2 + 2 + 2 + 3,
	}
	w := newWorld(t)
	seedMerge(w)
	w.academy.ResetCalls()
	p := w.mustPlan("merge-users", merging("delete"))
	if diff := cmp.Diff(plan, w.called()); diff != "" {
		t.Errorf("planning (-minimum +counted):\n%s", diff)
	}
	if err := w.newRun(nil, w.copiesLink).apply("merge-users", p); err != nil {
		t.Fatal(err)
	}
	applied := maps.Clone(writes)
	maps.Copy(applied, reads)
	if diff := cmp.Diff(applied, w.called()); diff != "" {
		t.Errorf("applying (-minimum +counted):\n%s", diff)
	}
}

// Two hundred courses are carried over in steps of twenty, at the pace LearnUpon
// allows, with two readings for each step.
func TestMergeOfManyCourses(t *testing.T) {
	const courses = 200
	w := newWorld(t)
	w.academy.AddUser(learnupontest.User{Email: learner})
	dup := w.academy.AddUser(learnupontest.User{Email: duplicate})
	for i := range courses {
		w.academy.AddEnrollment(learnupontest.Enrollment{UserID: dup, CourseID: w.course(fmt.Sprint("Course ", i)), Status: "completed", CompletedAt: w.daysAgo(i)})
	}
	w.academy.Fail(learnupontest.Fault{Method: "POST", Route: "/markcompletes", Status: 429, Body: "Number of requests has exceeded the 1 minute limit", Times: 1})
	store := engine.NewMemory(w.clock)
	e := w.saving("one", store)
	r := w.approved(e, merging("deactivate"))
	w.academy.ResetCalls()
	if r = w.visit(e, store, r.ID, func() bool { return false }); r.Status != engine.Succeeded {
		t.Fatal(r.Status, r.Why)
	}
	calls := w.called()
	if calls["POST /enrollments"] != courses || calls["POST /markcompletes"] != courses+1 || calls["GET /enrollments/search"] > 2*courses/20+8 {
		t.Errorf("%v", calls)
	}
	if len(r.Steps) != courses/20+3 || len(r.Target) > 40_000 {
		t.Errorf("%d steps, a target of %d bytes", len(r.Steps), len(r.Target))
	}
	if u, _ := w.academy.Snapshot().User(learner); len(u.Courses) != courses ||
		slices.ContainsFunc(u.Courses, func(c learnupontest.CourseView) bool { return c.Status != "completed" }) {
		t.Errorf("%d courses", len(u.Courses))
	}
}

// A plan that needs no courses does not read them, and one that has none needs
// next to nothing.
func TestMergeOfNothingTakesLessCalls(t *testing.T) {
	w := newWorld(t)
	w.academy.AddUser(learnupontest.User{Email: learner})
	w.academy.AddUser(learnupontest.User{Email: duplicate})
	p := w.mustPlan("merge-users", merging("deactivate"))
	w.academy.ResetCalls()
	if err := w.newRun(nil, nil).apply("merge-users", p); err != nil {
		t.Fatal(err)
	}
	if got := w.academy.Writes(); len(got) != 1 || got[0].Method != "PUT" {
		t.Errorf("%v", got)
	}
	var ids []string
	for _, s := range p.Plan.Steps {
		ids = append(ids, s.ID)
	}
	if got := strings.Join(ids, " "); got != "history read-back deactivate-main" {
		t.Errorf("steps: %s", got)
	}
}
