package learnupontest

import (
	"strconv"
	"testing"
)

// 6. Answers of 200 that change nothing, and a flag that works as a string only.
func TestSilentNoOps(t *testing.T) {
	s := fresh(t, Options{})
	user := s.AddUser(User{Email: "jo@x.edu"})
	open := s.AddEnrollment(Enrollment{UserID: user, CourseID: s.AddCourse(Course{Name: "A"})})
	done := s.AddEnrollment(Enrollment{UserID: user, CourseID: s.AddCourse(Course{Name: "B"}), Status: "completed"})
	route := func(id int64) string { return "/enrollments/" + strconv.FormatInt(id, 10) }
	field := func(id int64, name string) any {
		return ask(t, s, "GET "+route(id), "").list(t, "enrollments")[0][name]
	}

	ask(t, s, "PATCH "+route(open), `{"Enrollment":{"due_date":"2027-01-01"}}`).want(t, 200, `{"success":"ok"}`)
	ask(t, s, "PATCH "+route(open), `{"status":"completed","percentage":90}`).want(t, 200, `{"success":"ok"}`)
	if field(open, "due_date") != nil || field(open, "status") != "not_started" {
		t.Error("a no-op changed something")
	}
	ask(t, s, "PATCH "+route(open), `{"due_date":"2027-01-01"}`).want(t, 200, "")
	if field(open, "due_date") != "2027-01-01" {
		t.Error("a flat PATCH changed nothing")
	}
	ask(t, s, "DELETE "+route(done), "").want(t, 200, "")
	if field(done, "status") != "completed" {
		t.Error("a plain DELETE removed history")
	}
	ask(t, s, "DELETE "+route(done), `{"remove_from_history":true}`).want(t, 400, "invalid deletion request, failed to find the enrollment")
	ask(t, s, "DELETE "+route(done), `{"remove_from_history":"true"}`).want(t, 200, "")
	ask(t, s, "GET "+route(done), "").want(t, 404, "ERROR")
	ask(t, s, "DELETE "+route(open), "").want(t, 200, "")
	ask(t, s, "GET "+route(open), "").want(t, 404, "ERROR")
}

// 9. An address is used once in a portal, and once in a realm unless the setting says otherwise.
func TestDuplicates(t *testing.T) {
	top := fresh(t, Options{})
	strict := top.SubPortal(Options{Title: "Strict"})
	t.Cleanup(strict.Close)
	open := top.SubPortal(Options{Title: "Open", AllowExisting: true})
	t.Cleanup(open.Close)
	body := `{"User":{"email":"Jo@x.edu","password":"123456"}}`
	top.AddUser(User{Email: "jo@x.edu"})
	ask(t, top, "POST /users", body).want(t, 400, "user already exists")
	ask(t, strict, "POST /users", body).want(t, 400, "already in use")
	ask(t, open, "POST /users", body).want(t, 200, "id")
}

// 10. Fields that are written under one name and read under another, or read in some versions only.
func TestFieldNames(t *testing.T) {
	s := fresh(t, Options{})
	id := ask(t, s, "POST /users", `{"User":{"email":"jo@x.edu","password":"123456","language":"fr","timezone_id":"Dublin","sign_in_count":9}}`).id(t)
	one := func(query string) map[string]any { return ask(t, s, "GET /users"+query, "").list(t, "user")[0] }
	plain, v11, v12 := one(""), one("?version_id=1.1"), one("?version_id=1.2")
	if plain["locale"] != "fr" || plain["language"] != nil || plain["sign_in_count"] != 0.0 || plain["is_salesforce_contact"] != 0.0 {
		t.Errorf("%v", plain)
	}
	for name, want := range map[string][3]bool{"timezone_id": {false, false, true}, "updated_at": {false, true, true}} {
		for i, record := range []map[string]any{plain, v11, v12} {
			if _, there := record[name]; there != want[i] {
				t.Errorf("version %d has %s: %v", i, name, there)
			}
		}
	}
	ask(t, s, "PUT /users/0", `{"User":{"email":"jo@x.edu","new_email":"joe@x.edu"}}`).want(t, 200, id)
	ask(t, s, "GET /users/search?email=joe@x.edu", "").want(t, 200, id)
	ask(t, s, "PUT /users/"+id, `{"User":{"email":"jo@x.edu"}}`).want(t, 200, id)
	ask(t, s, "GET /users/search?email=jo@x.edu", "").want(t, 200, id)
}

// 11. Disabling and deleting reach from the top-level portal into the others, never back.
func TestCascade(t *testing.T) {
	top := fresh(t, Options{})
	sub := top.SubPortal(Options{Title: "Partners"})
	t.Cleanup(sub.Close)
	for _, email := range []string{"jo@x.edu", "al@x.edu"} {
		top.AddUser(User{Email: email})
		sub.AddUser(User{Email: email})
	}
	route := func(s *Server, email string) string {
		u, _ := s.Snapshot().User(email)
		return "/users/" + strconv.FormatInt(u.ID, 10)
	}
	ask(t, top, "PUT "+route(top, "jo@x.edu"), `{"User":{"enabled":"false"}}`).want(t, 200, "")
	if u, _ := sub.Snapshot().User("jo@x.edu"); !u.Disabled {
		t.Error("still enabled in the sub-portal")
	}
	ask(t, top, "DELETE "+route(top, "jo@x.edu"), "").want(t, 200, "")
	if _, there := sub.Snapshot().User("jo@x.edu"); there {
		t.Error("still in the sub-portal")
	}
	ask(t, sub, "DELETE "+route(sub, "al@x.edu"), "").want(t, 200, "")
	if _, there := top.Snapshot().User("al@x.edu"); !there {
		t.Error("gone from the top-level portal")
	}
}

// 12. Routes that do not exist, completions that can be set once, counters that lie.
func TestCoursesAndCompletions(t *testing.T) {
	s := fresh(t, Options{})
	course := s.AddCourse(Course{Name: "Safety"})
	s.AddCourse(Course{Name: "Full", Full: true})
	s.AddCourse(Course{Name: "Empty", Empty: true})
	s.AddCourse(Course{Name: "Draft", Draft: true})
	s.AddUser(User{Email: "jo@x.edu"})
	ask(t, s, "GET /courses/"+strconv.FormatInt(course, 10), "").want(t, 404, "<html>")
	ask(t, s, "GET /enrollments", "").want(t, 401, "not authorized")
	for title, message := range map[string]string{"Full": "course capacity reached", "Empty": "internal error, please try again"} {
		ask(t, s, "POST /enrollments", `{"Enrollment":{"email":"jo@x.edu","course_name":"`+title+`"}}`).want(t, 400, message)
	}
	id := ask(t, s, "POST /enrollments", `{"Enrollment":{"email":"jo@x.edu","course_name":"Safety"}}`).want(t, 200, "user_id").id(t)
	ask(t, s, "POST /enrollments", `{"Enrollment":{"email":"jo@x.edu","course_name":"Safety"}}`).want(t, 400, "")

	mark := func(fields string) got {
		return ask(t, s, "POST /markcompletes", `{"Markcomplete":{"enrollment_id":`+id+`,`+fields+`}}`)
	}
	mark(`"status":"in_progress"`).want(t, 400, "failed to process the completion")
	mark(`"status":"completed","percentage":80`).want(t, 400, "percentage: should not be present for completed status")
	mark(`"status":"passed"`).want(t, 400, "percentage")
	mark(`"status":"passed","percentage":80,"date_completed":"2020-01-02T03:04:05Z"`).want(t, 200, "id")
	mark(`"status":"passed","percentage":80`).want(t, 400, "already exist")
	e := ask(t, s, "GET /enrollments/"+id, "").list(t, "enrollments")[0]
	if e["status"] != "passed" || e["date_started"] != "2020-01-02T03:04:05Z" || e["date_completed"] != e["date_started"] {
		t.Errorf("%v", e)
	}
	if marks := ask(t, s, "GET /markcompletes?enrollment_id="+id, "").list(t, "markcompletes"); len(marks) != 1 || marks[0]["action_source_type"] != "API" {
		t.Errorf("%v", marks)
	}
	listed := ask(t, s, "GET /courses?name=SAF", "").list(t, "courses")
	if len(listed) != 1 || listed[0]["num_enrolled"] != 0.0 {
		t.Errorf("%v", listed)
	}
	if n := len(ask(t, s, "GET /courses?include_draft=true", "").list(t, "courses")); n != 4 {
		t.Errorf("%d courses with drafts", n)
	}
}

// 13. Two lists under one route, and a DELETE with id 0.
func TestMemberships(t *testing.T) {
	s := fresh(t, Options{})
	user, group := s.AddUser(User{Email: "jo@x.edu"}), s.AddGroup("East")
	s.AddMember(group, user)
	u, g := strconv.FormatInt(user, 10), strconv.FormatInt(group, 10)
	ask(t, s, "GET /group_memberships", "").want(t, 404, "ERROR")
	if m := ask(t, s, "GET /group_memberships?group_id="+g, "").list(t, "user"); text(m[0]["id"]) != u {
		t.Errorf("%v", m)
	}
	if m := ask(t, s, "GET /group_memberships?version_id=1.1&group_id="+g, "").list(t, "user"); text(m[0]["id"]) == u || text(m[0]["user_id"]) != u {
		t.Errorf("%v", m)
	}
	if m := ask(t, s, "GET /group_memberships?user_id="+u, "").list(t, "group"); m[0]["title"] != "East" {
		t.Errorf("%v", m)
	}
	leave := `{"group_id":` + g + `,"user_id":` + u + `}`
	ask(t, s, "DELETE /group_memberships/0", leave).want(t, 404, "parameters")
	ask(t, s, "DELETE /group_memberships/0", `{"GroupMembership":`+leave+`}`).want(t, 200, "")
	ask(t, s, "DELETE /group_memberships/0", `{"GroupMembership":`+leave+`}`).want(t, 404, "ERROR")

	manage := `{"GroupManager":{"group_id":` + g + `,"user_id":` + u + `}}`
	ask(t, s, "POST /group_managers", manage).want(t, 400, "not a manager")
	ask(t, s, "PUT /users/"+u, `{"User":{"user_type":"manager"}}`).want(t, 200, "")
	ask(t, s, "POST /group_managers", manage).want(t, 200, "id")
}

// 15. The audit trail knows a few actions only.
func TestAudit(t *testing.T) {
	s := fresh(t, Options{})
	id := ask(t, s, "POST /users", `{"User":{"email":"jo@x.edu","password":"123456"}}`).id(t)
	ask(t, s, "PUT /users/"+id, `{"User":{"email":"joe@x.edu"}}`)
	if rows := ask(t, s, "GET /audit-trails", "").list(t, "audit_trails"); len(rows) != 0 {
		t.Errorf("creation and renaming leave %v", rows)
	}
	ask(t, s, "PUT /users/"+id, `{"User":{"enabled":false}}`)
	ask(t, s, "DELETE /users/"+id, "")
	rows := ask(t, s, "GET /audit-trails", "").list(t, "audit_trails")
	if len(rows) != 2 || rows[0]["action"] != 4.0 || rows[1]["action"] != 3.0 || rows[1]["impacted_user_email"] != "joe@x.edu" {
		t.Errorf("%v", rows)
	}
	if rows := ask(t, s, "GET /audit-trails?action=3", "").list(t, "audit_trails"); len(rows) != 1 {
		t.Errorf("%v", rows)
	}
}

// Seats: creating is refused when none is left, inviting is not, accepting is.
func TestSeats(t *testing.T) {
	s := fresh(t, Options{Seats: 1})
	s.AddUser(User{Email: "jo@x.edu"})
	ask(t, s, "POST /users", `{"User":{"email":"al@x.edu","password":"123456"}}`).want(t, 400, "license")
	made := ask(t, s, "POST /group_invites", `{"GroupInvite":{"email_addresses":"al@x.edu"}}`).want(t, 200, "").list(t, "group_invite")
	page(t, "POST", s.URL+made[0]["accept_url"].(string)).want(t, 422, "no licence left")
}
