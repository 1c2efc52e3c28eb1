package handlers_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

const duplicate = "dup@x.edu"

func merging(after string) runbook.Values {
	return runbook.Values{"keep": learner, "duplicate": duplicate, "afterwards": after}
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

// mergeOf seeds two accounts with one of everything a merge meets.
func mergeOf(after string) func(*world) runbook.Values {
	return func(w *world) runbook.Values {
		seedMerge(w)
		return merging(after)
	}
}

// seedMerge seeds the accounts in the academy and returns their numbers.
func seedMerge(w *world) (keep, dup int64) {
	s := w.academy
	keep = s.AddUser(learnupontest.User{Email: learner, FirstName: "Ada", SignIns: 9, LastSignInAt: w.daysAgo(1)})
	dup = s.AddUser(learnupontest.User{
		Email: duplicate, Type: "manager", SignIns: 2, LastSignInAt: w.daysAgo(90), CreatedAt: w.daysAgo(1000),
		CustomData: map[string]string{"Region": "East"}, Badges: 1, Points: 20,
	})
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: account, LearnUponID: number(dup)})

	enroll := func(user int64, course string, e learnupontest.Enrollment) int64 {
		e.UserID, e.CourseID = user, w.course(course)
		return s.AddEnrollment(e)
	}
	on := func(days int) time.Time { return w.daysAgo(days) }
	enroll(dup, "Completed", learnupontest.Enrollment{Status: "completed", CompletedAt: on(400), Certificate: "Basics"})
	enroll(dup, "Passed", learnupontest.Enrollment{Status: "passed", Percentage: "92.5", CompletedAt: on(300)})
	enroll(dup, "Failed", learnupontest.Enrollment{Status: "failed", Percentage: "40", CompletedAt: on(200)})
	enroll(dup, "In progress", learnupontest.Enrollment{Status: "in_progress", DueDate: "2027-01-31"})
	enroll(dup, "Premier Live", learnupontest.Enrollment{Status: "completed", CompletedAt: on(100)})
	enroll(dup, "Open on the kept", learnupontest.Enrollment{Status: "passed", Percentage: "81", CompletedAt: on(50)})
	enroll(keep, "Open on the kept", learnupontest.Enrollment{Status: "in_progress"})
	enroll(dup, "Better on the kept", learnupontest.Enrollment{Status: "failed", Percentage: "10", CompletedAt: on(50)})
	enroll(keep, "Better on the kept", learnupontest.Enrollment{Status: "completed", CompletedAt: on(5)})
	enroll(dup, "Failed on the kept", learnupontest.Enrollment{Status: "passed", Percentage: "70", CompletedAt: on(40)})
	enroll(keep, "Failed on the kept", learnupontest.Enrollment{Status: "failed", Percentage: "30", CompletedAt: on(60)})
	enroll(keep, "Only on the kept", learnupontest.Enrollment{Status: "completed", CompletedAt: on(3)})

	shared, own, managed := s.AddGroup("Shared"), s.AddGroup("Hillcrest"), s.AddGroup("Managed")
	s.AddGroupCourse(own, w.course("Of the group"))
	for _, g := range []int64{shared, own, managed} {
		s.AddMember(g, dup)
	}
	s.AddMember(shared, keep)
	s.AddRights(managed, dup)
	return keep, dup
}

// course is the number of the course of that name, which is made if need be.
func (w *world) course(name string) int64 {
	if id, there := w.courses[name]; there {
		return id
	}
	if w.courses == nil {
		w.courses = map[string]int64{}
	}
	w.courses[name] = w.academy.AddCourse(learnupontest.Course{Name: name})
	return w.courses[name]
}

// premier configures which courses are the Premier team's; "": nothing is
// configured.
func (w *world) premier(pattern string) {
	if pattern != "" {
		w.deps.Premier = regexp.MustCompile(pattern)
	}
}

// record is what people see of an account, without what a merge does not touch.
type record struct {
	Type            string
	Groups, Manages []string
	Courses         []string
}

func recordOf(u learnupontest.UserView) record {
	r := record{Type: u.Type, Groups: slices.Sorted(slices.Values(u.Groups)), Manages: u.Manages}
	for _, c := range u.Courses {
		line := []string{c.Name, c.Status}
		if c.Score != "" {
			line = append(line, c.Score)
		}
		if !c.CompletedAt.IsZero() {
			line = append(line, c.CompletedAt.Format(time.DateOnly))
		}
		if c.Awarded {
			line = append(line, "awarded")
		}
		r.Courses = append(r.Courses, strings.Join(line, " "))
	}
	slices.Sort(r.Courses)
	return r
}

// survivor is what seedMerge promises.
var survivor = record{
	Type: "manager", Groups: []string{"Hillcrest", "Managed", "Shared"}, Manages: []string{"Managed"},
	Courses: []string{
		"Better on the kept completed 2026-11-16",
		"Completed completed 2025-10-17",
		"Failed failed 40 2026-05-05",
		"Failed on the kept failed 30 2026-09-22",
		"Failed on the kept passed 70 2026-10-12",
		"In progress not_started",
		"Only on the kept completed 2026-11-18",
		"Open on the kept passed 81 2026-10-02",
		"Passed passed 92.5 2026-01-25",
		"Premier Live completed 2026-08-13",
	},
}

func isMerged(deleted bool) func(*testing.T, *run) {
	return func(t *testing.T, r *run) {
		kept, _ := r.academy.Snapshot().User(learner)
		if diff := cmp.Diff(survivor, recordOf(kept)); diff != "" {
			t.Errorf("the survivor is not as promised (-want +got):\n%s", diff)
		}
		if got := r.org.Snapshot().Contacts[0].LearnUponID; got != number(kept.ID) {
			t.Errorf("the contact points at %s", got)
		}
		if len(r.files) != 1 || !strings.Contains(r.files[0], "Better on the kept") || strings.Count(r.files[0], "\n") != 9 {
			t.Errorf("files: %q", r.files)
		}
		if !slices.Equal(r.asked, []string{"premier-main"}) {
			t.Errorf("asked %v", r.asked)
		}
		if !deleted {
			isRetired(t, r)
			return
		}
		for _, address := range []string{duplicate, "deleted+" + duplicate} {
			if u, there := r.academy.Snapshot().User(address); there {
				t.Errorf("%s is still there: %+v", address, u)
			}
		}
	}
}

func isRetired(t *testing.T, r *run) {
	u, there := r.academy.Snapshot().User(duplicate)
	if !there || !u.Disabled || len(u.Groups)+len(u.Manages) != 0 {
		t.Errorf("the duplicate: %+v", u)
	}
}
