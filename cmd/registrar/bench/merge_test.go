package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
)

// mergeOfManyCourses merges two accounts, of which the one that goes has so many
// enrollments.
func mergeOfManyCourses(t *testing.T) []row {
	courses, rate := size(200, 40), size(300, 1200)
	const keep, duplicate = "keep@bench.example", "duplicate@bench.example"
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte("actions:\n  merge-users: {delay: 1s}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, &meter{perMinute: rate, latency: time.Duration(size(200, 10)) * time.Millisecond}, "REGISTRAR_POLICY", policy)
	ago := time.Now().AddDate(0, 0, -30)
	kept := o.LearnUpon.AddUser(learnupontest.User{Email: keep, FirstName: "Ada", SignIns: 9, CreatedAt: ago, LastSignInAt: ago})
	gone := o.LearnUpon.AddUser(learnupontest.User{Email: duplicate, FirstName: "Ada", SignIns: 2, CreatedAt: ago, LastSignInAt: ago})
	for i := range courses {
		course := o.LearnUpon.AddCourse(learnupontest.Course{Name: fmt.Sprintf("Course %03d", i)})
		o.LearnUpon.AddEnrollment(learnupontest.Enrollment{UserID: gone, CourseID: course, Status: "completed", CompletedAt: ago.AddDate(0, 0, -i)})
	}
	if err := o.Request(registrartest.Sam, "/merge-users "+keep+" "+duplicate+" deactivate", map[string]any{"Reason": "registered twice"}); err != nil {
		t.Fatal(err)
	}
	if err := o.Press(registrartest.Ana, "Approve"); err != nil {
		t.Fatal(err)
	}
	approved := time.Now()
	o.until(t, "the end of the merge", func() bool { return o.shown("Merge users: done.") == 1 })
	ended := time.Now()
	r := o.portal.between(o.portal.between(approved, ended).first, ended) // without the delay before what cannot be undone
	r.fairly(t, rate)
	snapshot := o.LearnUpon.Snapshot()
	i := slices.IndexFunc(snapshot.Users, func(u learnupontest.UserView) bool { return u.ID == kept })
	if n := len(snapshot.Users[i].Courses); n != courses {
		t.Errorf("%d of %d courses were carried over", n, courses)
	}
	held := o.memory(t)
	return []row{
		{name: fmt.Sprintf("merge of %d enrollments at %d calls/min: calls", courses, rate), ours: fmt.Sprint(r.calls), other: fmt.Sprintf("%d (two writes each)", 2*courses), ratio: fmt.Sprintf("%.2f", float64(r.calls)/float64(2*courses))},
		{name: "  time", ours: r.lasted.Round(100 * time.Millisecond).String()},
		{name: "  share of the runs' calls used", ours: fmt.Sprintf("%.1f%%", 100*r.share(rate)), other: fmt.Sprintf("%d/min", rate*8/10), aim: "≥ 95%", held: judged(r.share(rate) >= 0.95)},
		{name: "  refused by the portal (429)", ours: fmt.Sprint(r.refused), aim: "0", held: judged(r.refused == 0)},
		{name: "  memory of the process, at most", ours: megabytes(held), aim: "< 256 MiB", held: judged(held < 256<<20)},
	}
}
