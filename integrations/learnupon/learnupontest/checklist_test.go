package learnupontest

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// 1. Keys per portal, an ERROR body for wrong ones, separate people in linked portals.
func TestKeysAndRealm(t *testing.T) {
	top := fresh(t, Options{})
	sub := top.SubPortal(Options{Title: "Partners", Username: "sub-user", Password: "sub-key"})
	t.Cleanup(sub.Close)
	top.AddUser(User{Email: "jo@x.edu"})

	req, _ := http.NewRequest("GET", sub.URL+apiRoot+"/users", nil)
	req.SetBasicAuth(top.Username(), top.Password())
	refused := do(t, req).want(t, 401, `"response_type":"ERROR"`)
	if refused.json["message"] != "not authorized" || refused.json["response_code"] != 401.0 {
		t.Error(refused.body)
	}
	if people := ask(t, sub, "GET /users", "").list(t, "user"); len(people) != 0 {
		t.Errorf("the sub-portal shows %v", people)
	}
	if portals := ask(t, top, "GET /portals", "").list(t, "portals"); len(portals) != 2 {
		t.Errorf("the top-level portal sees %v", portals)
	}
}

// 2. Wrappers and list keys.
func TestWrappersAndKeys(t *testing.T) {
	s := fresh(t, Options{})
	id := ask(t, s, "POST /users", `{"User":{"email":"jo@x.edu","password":"123456"}}`).want(t, 200, "").id(t)
	ask(t, s, "POST /users", `{"email":"al@x.edu","password":"123456"}`).want(t, 404, "Invalid user parameters provided")
	ask(t, s, "POST /users", `{"user":{"email":"al@x.edu","password":"123456"}}`).want(t, 404, "Invalid user parameters")
	ask(t, s, "PUT /users/"+id, `{"User":{"first_name":"Jo"}}`).want(t, 200, id)
	ask(t, s, "POST /users", `{"User":`).want(t, 400, badJSON)
	group := ask(t, s, "POST /groups", `{"Group":{"title":"East"}}`).id(t)
	ask(t, s, "POST /group_memberships", `{"GroupMembership":{"group_id":"`+group+`","user_id":`+id+`}}`).want(t, 200, "id")

	for route, key := range map[string]string{
		"/users": "user", "/users/" + id: "user", "/users/search?email=JO@x.edu": "user", "/groups": "groups",
		"/users/customuserdata": "customDataFieldDefinitions", "/group_invites": "group_invite", "/courses": "courses",
		"/enrollments/search": "enrollments", "/portals": "portals", "/group_managers": "group_managers",
	} {
		ask(t, s, "GET "+route, "").list(t, key)
	}
	for _, route := range []string{"/users", "/users/" + id, "/users/search?email=jo@x.edu"} {
		if body := ask(t, s, "GET "+route, "").body; !strings.HasPrefix(body, `{"customDataFieldDefintions":`) {
			t.Errorf("%s starts with %.40s", route, body)
		}
	}
}

// The vendor tries to parse the body that a Content-Type announces.
func TestContentTypeWithoutBody(t *testing.T) {
	for lenient, want := range map[bool]int{false: 400, true: 200} {
		s := fresh(t, Options{Lenient: lenient})
		req, _ := http.NewRequest("GET", s.URL+apiRoot+"/users", nil)
		req.SetBasicAuth(s.Username(), s.Password())
		req.Header.Set("Content-Type", "application/json")
		do(t, req).want(t, want, "")
	}
}

// 3. 500 records a page, with headers.
func TestPages(t *testing.T) {
	s := fresh(t, Options{PerMinute: 1000})
	for i := range 501 {
		s.AddUser(User{Email: "u" + strconv.Itoa(i) + "@x.edu"})
	}
	for _, page := range []struct {
		query, number, more string
		length              int
	}{
		{"", "1", "true", 500}, {"?page=2", "2", "false", 1}, {"?page=3", "3", "false", 0}, {"?page=x&per_page=5", "1", "true", 500},
	} {
		g := ask(t, s, "GET /users"+page.query, "")
		if n := len(g.list(t, "user")); n != page.length {
			t.Errorf("page %q has %d", page.query, n)
		}
		if g.header.Get("LU-Current-Page") != page.number || g.header.Get("LU-Has-Next-Page") != page.more ||
			g.header.Get("LU-Records-Per-Page") != "500" {
			t.Errorf("page %q: %v", page.query, g.header)
		}
	}
}

// 4. Rate headers on success only; 300 a minute; a 429 in plain words.
func TestRates(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	s := fresh(t, Options{Now: func() time.Time { return now }, PerWeek: 302})
	if g := ask(t, s, "GET /portals", ""); g.header.Get("X-LU-Rate-Limit-Remaining-Minute") != "299" ||
		g.header.Get("X-LU-Rate-Limit-Remaining-Week") != "301" {
		t.Errorf("first call: %v", g.header)
	}
	if g := ask(t, s, "GET /users/1", ""); g.status != 404 || g.header.Get("X-LU-Rate-Limit-Remaining-Minute") != "" {
		t.Errorf("a 404 tells what is left: %v", g.header)
	}
	for range 298 {
		s.limits.take(now)
	}
	ask(t, s, "GET /portals", "").want(t, 429, "Number of requests has exceeded the 1 minute limit")
	now = now.Add(time.Minute)
	for range 2 {
		ask(t, s, "GET /portals", "").want(t, 200, "")
	}
	ask(t, s, "GET /portals", "").want(t, 429, "week limit")
}

// 5. Unknown filters are ignored.
func TestUnknownFilters(t *testing.T) {
	s := fresh(t, Options{})
	user := s.AddUser(User{Email: "jo@x.edu"})
	s.AddUser(User{Email: "al@x.edu"})
	s.AddEnrollment(Enrollment{UserID: user, CourseID: s.AddCourse(Course{Name: "A"})})
	s.AddCourse(Course{Name: "B"})
	for route, want := range map[string]struct {
		key string
		n   int
	}{
		"/users?email=jo@x.edu": {"user", 2}, "/users?group_id=1": {"user", 2}, "/users/search?user_id=1": {"user", 2},
		"/courses?reference_code=x": {"courses", 2}, "/courses?id=1": {"courses", 2},
		"/enrollments/search?group_id=1": {"enrollments", 1},
	} {
		if n := len(ask(t, s, "GET "+route, "").list(t, want.key)); n != want.n {
			t.Errorf("%s returns %d", route, n)
		}
	}
}

// 7. An invited person is no user; the link is relative; nothing resends.
func TestInviteLife(t *testing.T) {
	s := fresh(t, Options{})
	group := s.AddGroup("East")
	s.AddCourse(Course{Name: "Safety"})
	made := ask(t, s, "POST /group_invites", `{"GroupInvite":{"email_addresses":"jo@x.edu","group_id":`+
		strconv.FormatInt(group, 10)+`,"group_membership_type_id":4}}`).want(t, 200, "").list(t, "group_invite")[0]
	link := made["accept_url"].(string)
	if !strings.HasPrefix(link, "/") || made["invite_status"] != "sent" || made["user_type"] != "manager" {
		t.Errorf("%v", made)
	}
	id := text(made["id"])
	ask(t, s, "POST "+pendingRoute, `{"GroupInviteCourseEnrollment":{"group_invite_id":`+id+`,"course_name":"Safety"}}`).want(t, 200, "id")
	ask(t, s, "GET /users/search?email=jo@x.edu", "").want(t, 404, "ERROR")
	ask(t, s, "POST /enrollments", `{"Enrollment":{"email":"jo@x.edu","course_name":"Safety"}}`).want(t, 404, "ERROR")
	ask(t, s, "POST /group_invites/"+id+"/resend", "").want(t, 404, "<html>")
	ask(t, s, "POST /group_invites", `{"GroupInvite":{"email_addresses":"jo@x.edu","group_id":`+strconv.FormatInt(group, 10)+`}}`).
		want(t, 400, "already been invited")

	page(t, "POST", s.URL+link).want(t, 200, "is ready")
	user, there := s.Snapshot().User("jo@x.edu")
	if !there || user.Type != "manager" || len(user.Groups) != 1 || len(user.Courses) != 1 || user.Courses[0].Name != "Safety" {
		t.Errorf("accepted: %+v", user)
	}
	if i := ask(t, s, "GET /group_invites/"+id, "").list(t, "group_invite")[0]; i["invite_status"] != "accepted" {
		t.Errorf("%v", i)
	}
	ask(t, s, "POST /portal_invite", `{"Invite":{"email":"al@x.edu"}}`).want(t, 200, "al@x.edu")
	if all := ask(t, s, "GET /group_invites", "").list(t, "group_invite"); len(all) != 1 {
		t.Errorf("a portal invite is listed: %v", all)
	}
}

// 8. Only the user interface knows who has confirmed.
func TestConfirmation(t *testing.T) {
	s := fresh(t, Options{})
	id := s.SelfRegister(User{Email: "jo@x.edu", Password: "123456"})
	view, _ := s.Snapshot().User("jo@x.edu")
	api := ask(t, s, "GET /users/"+strconv.FormatInt(id, 10), "").body
	_, secret, _ := strings.Cut(view.ConfirmationLink, "=")
	if secret == "" || strings.Contains(api, secret) || strings.Contains(strings.ToLower(api), "confirm") {
		t.Errorf("the API tells: %s", api)
	}
	page := func(url string) got { return page(t, "GET", url) }
	page(view.Page).want(t, 200, secret)
	page(s.URL+"/users").want(t, 200, "N/A")
	if s.SignIn("jo@x.edu", "123456") == nil {
		t.Error("signed in before confirming")
	}
	page(s.URL+"/users/confirmation?confirmation_token=wrong").want(t, 404, "")
	page(s.URL+"/users/confirmation").want(t, 404, "")
	page(view.ConfirmationLink).want(t, 200, "confirmed")
	page(view.ConfirmationLink).want(t, 404, "")
	if body := page(s.URL + "/users").body; strings.Contains(body, "N/A") {
		t.Error("still N/A")
	}
	if err := s.SignIn("jo@x.edu", "123456"); err != nil {
		t.Error(err)
	}
}

// 14. The GET that replaces the keys.
func TestKeyRotation(t *testing.T) {
	s := fresh(t, Options{})
	old := s.Password()
	id := text(ask(t, s, "GET /portals", "").list(t, "portals")[0]["id"])
	ask(t, s, "GET /portals/"+id+"/generate_keys", "").list(t, "portal")
	if !s.KeysRotated() || s.Password() == old {
		t.Error("the keys are the old ones")
	}
	ask(t, s, "GET /portals", "").want(t, 200, "")
}
