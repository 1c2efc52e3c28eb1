package learnupontest

import (
	"strconv"
	"strings"
	"testing"
)

// Whoever has finished a course may be enrolled again, if asked for; whoever is at it may not.
func TestEnrollingAgain(t *testing.T) {
	s := fresh(t, Options{})
	user := s.AddUser(User{Email: "jo@x.edu"})
	s.AddEnrollment(Enrollment{UserID: user, CourseID: s.AddCourse(Course{Name: "A"}), Status: "failed", Percentage: "9"})
	enroll := func(flag string) got {
		return ask(t, s, "POST /enrollments", `{"Enrollment":{"email":"jo@x.edu","course_name":"A"`+flag+`}}`)
	}
	enroll("").want(t, 400, "already enrolled")
	enroll(`,"re_enroll_if_completed":"true"`).want(t, 200, "user_id")
	enroll(`,"re_enroll_if_completed":"true"`).want(t, 400, "already enrolled")
}

// Versions share a source; drafts show on request and archived courses never; nobody is enrolled in either.
func TestCourseStates(t *testing.T) {
	s := fresh(t, Options{})
	user := strconv.FormatInt(s.AddUser(User{Email: "jo@x.edu"}), 10)
	old := s.AddCourse(Course{Name: "Old", Archived: true})
	draft := s.AddCourse(Course{Name: "Draft", SourceID: old, Version: 2, Draft: true, Credits: "CEU:2.00"})
	listed := ask(t, s, "GET /courses?include_draft=true", "").list(t, "courses")
	if len(listed) != 1 || text(listed[0]["source_id"]) != strconv.FormatInt(old, 10) || listed[0]["version"] != 2.0 || listed[0]["credits_to_be_awarded"] != "CEU:2.00" {
		t.Errorf("%v", listed)
	}
	for _, id := range []int64{old, draft} {
		ask(t, s, "POST /enrollments", `{"Enrollment":{"user_id":`+user+`,"course_id":`+strconv.FormatInt(id, 10)+`}}`).want(t, 404, "ERROR")
	}
}

// What was finished of a deleted course stays, without a name; the rest goes with it.
func TestOrphans(t *testing.T) {
	s := fresh(t, Options{})
	user, course := s.AddUser(User{Email: "jo@x.edu"}), s.AddCourse(Course{Name: "A"})
	s.AddEnrollment(Enrollment{UserID: user, CourseID: course, Status: "completed"})
	s.AddEnrollment(Enrollment{UserID: user, CourseID: course, Status: "in_progress"})
	s.DeleteCourse(course)
	left := ask(t, s, "GET /enrollments/search?email=jo@x.edu", "").list(t, "enrollments")
	if len(left) != 1 || left[0]["course_name"] != nil || left[0]["status"] != "completed" {
		t.Errorf("%v", left)
	}
}

// Joining a group enrolls in its courses unless the string "false" asks not to; results come with awards likewise.
func TestWhatComesUnlessAskedNotTo(t *testing.T) {
	s := fresh(t, Options{})
	user, group := s.AddUser(User{Email: "jo@x.edu"}), s.AddGroup("East")
	s.AddGroupCourse(group, s.AddCourse(Course{Name: "A"}))
	join := `{"GroupMembership":{"group_id":` + strconv.FormatInt(group, 10) + `,"user_id":` + strconv.FormatInt(user, 10)
	courses := func() []CourseView { u, _ := s.Snapshot().User("jo@x.edu"); return u.Courses }
	if ask(t, s, "POST /group_memberships", join+`,"process_enrollments":"false"}}`).want(t, 200, "id"); len(courses()) != 0 {
		t.Error("enrolled")
	}
	if ask(t, s, "POST /group_memberships", join+`}}`).want(t, 200, "id"); len(courses()) != 1 {
		t.Error("not enrolled")
	}
	e := ask(t, s, "GET /enrollments/search?email=jo@x.edu", "").list(t, "enrollments")[0]
	mark := `{"Markcomplete":{"enrollment_id":` + text(e["id"]) + `,"status":"completed"}}`
	if ask(t, s, "POST /markcompletes", mark).want(t, 200, "id"); !courses()[0].Awarded {
		t.Error("not awarded")
	}
	if paths := ask(t, s, "GET /learning_path_enrollments/search?user_id=1", "").body; !strings.Contains(paths, "learning_path_enrollments") {
		t.Error(paths)
	}
}
