package handlers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
)

// What becomes of one course, by what the two accounts have of it.
func TestMergeOfOneCourse(t *testing.T) {
	at := func(year int) time.Time { return time.Date(year, 3, 4, 5, 6, 7, 0, time.UTC) }
	type e = learnupontest.Enrollment
	completed := func(year int) e { return e{Status: "completed", CompletedAt: at(year)} }
	scored := func(status, score string, year int) e {
		return e{Status: status, Percentage: score, CompletedAt: at(year)}
	}
	open := func(status string) e { return e{Status: status} }
	const moved2020 = "not enrolled → completed on 4 Mar 2020 05:06 UTC"
	tests := []struct {
		name            string
		course          learnupontest.Course
		duplicate, keep []e
		typed           runbook.Values
		change          string   // "": nothing is carried over
		losses          []string // parts of them
	}{
		{"completed", learnupontest.Course{}, []e{completed(2020)}, nil, nil, moved2020, nil},
		{"passed", learnupontest.Course{}, []e{scored("passed", "88", 2021)}, nil, nil, "not enrolled → passed with 88 % on 4 Mar 2021 05:06 UTC", nil},
		{"failed", learnupontest.Course{}, []e{scored("failed", "0", 2021)}, nil, nil, "not enrolled → failed with 0 % on 4 Mar 2021 05:06 UTC", nil},
		{"not started", learnupontest.Course{}, []e{open("not_started")}, nil, nil, "not enrolled → not started", nil},
		{"not started, due and open for a while", learnupontest.Course{}, []e{{Status: "not_started", DueDate: "2027-02-03", AccessExpires: "2027-03-03"}}, nil, nil,
			"not enrolled → not started, due on 3 Feb 2027, open until 3 Mar 2027", nil},
		{"not started, overdue", learnupontest.Course{}, []e{{Status: "not_started", DueDate: "2026-02-03"}}, nil, nil, "not enrolled → not started", nil},
		{"in progress", learnupontest.Course{}, []e{open("in_progress")}, nil, nil, "not enrolled → not started", []string{"the work in progress"}},
		{"in progress, and so is the kept", learnupontest.Course{}, []e{open("in_progress")}, []e{open("not_started")}, nil, "", []string{"the work in progress"}},
		{"in review", learnupontest.Course{}, []e{open("pending_review")}, nil, nil, "not enrolled → not started", []string{"waits for a review"}},
		{"withdrawn", learnupontest.Course{}, []e{{Status: "in_progress", Unenrolled: true}}, nil, nil, "", []string{"in progress: the record of a withdrawn enrollment"}},
		{"withdrawn on the kept", learnupontest.Course{}, []e{completed(2020)}, []e{{Status: "completed", CompletedAt: at(2022), Unenrolled: true}}, nil, moved2020, nil},

		{"kept has completed as well", learnupontest.Course{}, []e{completed(2022)}, []e{completed(2020)}, nil, "", nil},
		{"kept has passed, duplicate completed", learnupontest.Course{}, []e{completed(2022)}, []e{scored("passed", "60", 2020)}, nil, "", nil},
		{"kept has passed better", learnupontest.Course{}, []e{scored("passed", "80", 2022)}, []e{scored("passed", "80.0", 2020)}, nil, "", nil},
		{"kept has passed worse", learnupontest.Course{}, []e{scored("passed", "81", 2022)}, []e{scored("passed", "80", 2020)}, nil,
			"passed → passed with 81 % on 4 Mar 2022 05:06 UTC, enrolled again beside the old record", nil},
		{"kept has passed, nobody knows how well", learnupontest.Course{}, []e{scored("passed", "81", 2022)}, []e{scored("passed", "", 2020)}, nil, "", nil},
		{"passed twice, once without a score", learnupontest.Course{}, []e{scored("passed", "", 2022), scored("passed", "70", 2020)}, nil, nil,
			"not enrolled → passed with 70 % on 4 Mar 2020 05:06 UTC", []string{"passed on 4 Mar 2022: another record"}},
		{"kept has failed", learnupontest.Course{}, []e{completed(2020)}, []e{scored("failed", "9", 2022)}, nil,
			"failed → completed on 4 Mar 2020 05:06 UTC, enrolled again beside the old record", nil},
		{"both have failed", learnupontest.Course{}, []e{scored("failed", "50", 2022)}, []e{scored("failed", "9", 2022)}, nil, "", nil},
		{"kept is at it, duplicate completed", learnupontest.Course{}, []e{completed(2020)}, []e{open("in_progress")}, nil,
			"in progress → completed on 4 Mar 2020 05:06 UTC", nil},
		{"kept has failed and is at it again", learnupontest.Course{}, []e{completed(2020)}, []e{scored("failed", "9", 2022), open("not_started")}, nil,
			"not started → completed on 4 Mar 2020 05:06 UTC", nil},
		{"kept is at it, duplicate failed", learnupontest.Course{}, []e{scored("failed", "9", 2022)}, []e{open("in_progress")}, nil, "",
			[]string{"failed with 9 % on 4 Mar 2022: not carried over, because the kept account is at this course"}},
		{"kept is not started, duplicate failed", learnupontest.Course{}, []e{scored("failed", "9", 2022)}, []e{open("not_started")}, nil,
			"not started → failed with 9 % on 4 Mar 2022 05:06 UTC", nil},

		{"several records: the best one", learnupontest.Course{}, []e{scored("failed", "9", 2019), scored("passed", "90", 2020), scored("passed", "70", 2021), open("in_progress")}, nil, nil,
			"not enrolled → passed with 90 % on 4 Mar 2020 05:06 UTC",
			[]string{"failed with 9 % on 4 Mar 2019: another record", "passed with 70 % on 4 Mar 2021: another record", "the work in progress"}},
		{"passed without a score", learnupontest.Course{}, []e{scored("passed", "", 2022)}, nil, nil, "", []string{"no such result without a score"}},
		{"failed without a score", learnupontest.Course{}, []e{scored("failed", "", 2022)}, nil, nil, "", []string{"no such result without a score"}},
		{"completed without a date", learnupontest.Course{}, []e{open("completed")}, nil, nil, "", []string{"it has no date"}},
		{"completed with a score", learnupontest.Course{}, []e{scored("completed", "75", 2020)}, nil, nil, moved2020, []string{"the score of 75 %"}},
		{"a certificate", learnupontest.Course{}, []e{{Status: "completed", CompletedAt: at(2020), Certificate: "Basics", CertificateExpires: "2028-01-01"}}, nil, nil,
			moved2020, []string{"the certificate “Basics”, valid until 1 Jan 2028"}},
		{"a certificate, awarded again", learnupontest.Course{}, []e{{Status: "completed", CompletedAt: at(2020), Certificate: "Basics"}}, nil, runbook.Values{"awards": "again"}, moved2020, nil},
		{"a certificate of a course the kept has too", learnupontest.Course{}, []e{{Status: "completed", CompletedAt: at(2020), Certificate: "Basics"}}, []e{completed(2021)},
			runbook.Values{"awards": "again"}, "", []string{"the certificate “Basics”"}},
		{"credits", learnupontest.Course{Credits: "CEU:2.00"}, []e{completed(2020)}, nil, nil, moved2020, []string{"its credits (CEU:2.00)"}},

		{"archived", learnupontest.Course{Archived: true}, []e{completed(2020)}, nil, nil, "", []string{"the course was deleted or archived"}},
		{"archived, and open on the kept", learnupontest.Course{Archived: true}, []e{completed(2020)}, []e{open("not_started")}, nil, "not started → completed on 4 Mar 2020 05:06 UTC", nil},
		{"draft", learnupontest.Course{Draft: true}, []e{completed(2020)}, nil, nil, "", []string{"the course is a draft"}},
		{"without modules", learnupontest.Course{Empty: true}, []e{completed(2020)}, nil, nil, "", []string{"the course has no modules"}},
		{"left out", learnupontest.Course{}, []e{completed(2020)}, nil, runbook.Values{"leave-out": "1009, 1010"}, "", []string{"left out, as the requester asked"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			keep := w.academy.AddUser(learnupontest.User{Email: learner})
			dup := w.academy.AddUser(learnupontest.User{Email: duplicate})
			tt.course.Name = "X"
			course := w.academy.AddCourse(tt.course)
			for _, e := range tt.duplicate {
				e.UserID, e.CourseID = dup, course
				w.academy.AddEnrollment(e)
			}
			for _, e := range tt.keep {
				e.UserID, e.CourseID = keep, course
				w.academy.AddEnrollment(e)
			}
			typed := merging("deactivate")
			for name, value := range tt.typed {
				typed[name] = strings.ReplaceAll(value, "1009", number(course))
			}
			p := w.mustPlan("merge-users", typed)
			checkMove(t, p.Plan, tt.change, tt.losses)
			if err := w.newRun(nil, nil).apply("merge-users", p); err != nil {
				t.Fatal(err)
			}
			u, _ := w.academy.Snapshot().User(learner)
			for _, c := range u.Courses {
				if want := tt.typed["awards"] == "again" && tt.change != ""; c.Awarded != want {
					t.Errorf("%+v; awarded should be %t", c, want)
				}
			}
		})
	}
}

func checkMove(t *testing.T, p runbook.Plan, change string, losses []string) {
	t.Helper()
	var got []string
	for _, s := range p.Steps {
		for _, c := range s.Changes {
			if strings.HasPrefix(s.ID, "courses-") {
				got = append(got, c.From+" → "+c.To)
			}
		}
	}
	if change == "" && len(got) != 0 || change != "" && !slices.Equal(got, []string{change}) {
		t.Errorf("carried over: %q\nwant %q", got, change)
	}
	if len(p.Losses) != len(losses) {
		t.Errorf("losses: %q\nwant %d", p.Losses, len(losses))
	}
	for _, part := range losses {
		if !slices.ContainsFunc(p.Losses, func(l string) bool { return strings.Contains(l, part) }) {
			t.Errorf("losses: %q\nwant one with %q", p.Losses, part)
		}
	}
}

// A course of which the duplicate has an old version is carried over to the
// newest one, and an old version on the kept account counts.
func TestMergeAcrossVersions(t *testing.T) {
	w := newWorld(t)
	keep := w.academy.AddUser(learnupontest.User{Email: learner})
	dup := w.academy.AddUser(learnupontest.User{Email: duplicate})
	for i, name := range []string{"Moved", "Had"} {
		old := w.academy.AddCourse(learnupontest.Course{Name: name, Archived: true, Version: 1})
		fresh := w.academy.AddCourse(learnupontest.Course{Name: name + " anew", SourceID: old, Version: 2})
		w.academy.AddCourse(learnupontest.Course{Name: name + " to come", SourceID: old, Version: 3, Draft: true})
		w.academy.AddEnrollment(learnupontest.Enrollment{UserID: dup, CourseID: old, Status: "completed", CompletedAt: w.daysAgo(9)})
		if i == 1 {
			w.academy.AddEnrollment(learnupontest.Enrollment{UserID: keep, CourseID: fresh, Status: "completed", CompletedAt: w.daysAgo(1)})
		}
	}
	p := w.mustPlan("merge-users", merging("deactivate"))
	checkMove(t, p.Plan, "not enrolled → completed on 12 Nov 2026 12:00 UTC", []string{"“Moved”: that it was version 1; LearnUpon enrolls in version 2 only"})
	if err := w.newRun(nil, nil).apply("merge-users", p); err != nil {
		t.Fatal(err)
	}
	if u, _ := w.academy.Snapshot().User(learner); len(u.Courses) != 2 || u.Courses[1].Name != "Moved anew" {
		t.Errorf("%+v", u.Courses)
	}
}

// Records of a course that is gone have a number and no name.
func TestMergeOfADeletedCourse(t *testing.T) {
	w := newWorld(t)
	w.academy.AddUser(learnupontest.User{Email: learner})
	dup := w.academy.AddUser(learnupontest.User{Email: duplicate})
	course := w.course("Gone")
	w.academy.AddEnrollment(learnupontest.Enrollment{UserID: dup, CourseID: course, Status: "completed", CompletedAt: w.daysAgo(9)})
	w.academy.DeleteCourse(course)
	p := w.mustPlan("merge-users", merging("delete"))
	checkMove(t, p.Plan, "", []string{"course " + number(course) + ", completed on 12 Nov 2026: not carried over, because the course was deleted or archived"})
}
