package learnupon_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/rest"
)

// portal starts a fake portal and a client for it. No test may end with the portal's keys replaced.
func portal(t *testing.T, o learnupontest.Options) (*learnupontest.Server, *learnupon.Client) {
	t.Helper()
	server := learnupontest.New(o)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		if server.KeysRotated() {
			t.Error("the portal's keys were replaced")
		}
	})
	return server, connect(t, server, learnupon.Config{})
}

func connect(t *testing.T, server *learnupontest.Server, c learnupon.Config) *learnupon.Client {
	t.Helper()
	c.URL, c.Username, c.Password = server.URL, server.Username(), server.Password()
	c.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	client, err := learnupon.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func unsure(err error) bool {
	e, ok := errors.AsType[*rest.Error](err)
	return ok && e.Unsure()
}

// The endpoint that replaces a portal's keys is a GET: a slip in one route would lock everybody out.
func TestNoRouteRotatesKeys(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no source found", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "generate"+"_keys") {
			t.Errorf("%s mentions the endpoint", file)
		}
	}
}

func TestUsers(t *testing.T) {
	server, client := portal(t, learnupontest.Options{PageSize: 2})
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	id := server.AddUser(learnupontest.User{
		Email: "Jo+x@School.edu", FirstName: "Jo", Type: "manager", TimeZone: "Eastern Time (US & Canada)",
		SignIns: 3, LastSignInAt: at, FromSalesforce: true, SFContactID: "003X",
	})
	for _, email := range []string{"a@x.edu", "b@x.edu"} {
		server.AddUser(learnupontest.User{Email: email})
	}

	got, err := client.UserByEmail(t.Context(), " jo+X@school.edu ")
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != learnupon.ID(id) || got.Type != "manager" || got.TimeZone != "Eastern Time (US & Canada)" || !got.FromSalesforce ||
		!got.Enabled || !got.SignedIn() || !got.LastSignInAt.Equal(at) || got.LastName != "" || got.Locale != "en" {
		t.Errorf("%+v", got)
	}
	if byID, err := client.UserByID(t.Context(), got.ID); err != nil || byID.Email != got.Email {
		t.Errorf("by id: %+v, %v", byID, err)
	}
	if _, err := client.UserByEmail(t.Context(), "nobody@x.edu"); !rest.IsNotFound(err) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := client.UserByID(t.Context(), 7); !rest.IsNotFound(err) {
		t.Errorf("no such id: %v", err)
	}
	var emails []string
	for u, err := range client.Users(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		emails = append(emails, u.Email)
	}
	if want := []string{"Jo+x@School.edu", "a@x.edu", "b@x.edu"}; !slices.Equal(emails, want) {
		t.Errorf("all: %v", emails)
	}
}

// A portal that ignores a filter answers with everybody. That must not be taken for the person looked for.
func TestIgnoredFilters(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	everybody := `{"customDataFieldDefintions":[],"user":[{"id":1,"email":"other@x.edu"},{"id":2,"email":"else@x.edu"}]}`
	server.Fail(learnupontest.Fault{Route: "/users/search", Status: 200, Body: everybody})
	if u, err := client.UserByEmail(t.Context(), "jo@x.edu"); !rest.IsNotFound(err) {
		t.Errorf("found %+v, %v", u, err)
	}
	server.Fail(learnupontest.Fault{Route: "/users/{id}", Status: 200, Body: everybody})
	if u, err := client.UserByID(t.Context(), 3); !rest.IsNotFound(err) {
		t.Errorf("found %+v, %v", u, err)
	}
	server.Fail(learnupontest.Fault{Route: "/group_invites", Status: 200,
		Body: `{"group_invite":[{"id":1,"group_id":5,"invite_email_address":"a@x.edu"},{"id":2,"group_id":6}]}`})
	if got, err := client.InvitesOfGroup(t.Context(), 5); err != nil || len(got) != 1 {
		t.Errorf("invites %v, %v", got, err)
	}
	server.Fail(learnupontest.Fault{Route: "/groups", Status: 200,
		Body: `{"groups":[{"id":1,"title":"Team East"},{"id":2,"title":"Team"}]}`})
	if got, err := client.GroupByTitle(t.Context(), "Team"); err != nil || got.ID != 2 {
		t.Errorf("group %v, %v", got, err)
	}
	server.Fail(learnupontest.Fault{Route: "/enrollments/search", Status: 200,
		Body: `{"enrollments":[{"id":1,"user_id":5},{"id":2,"user_id":6},{"id":1,"user_id":5}]}`})
	if got, err := client.EnrollmentsOf(t.Context(), 5); err != nil || len(got) != 1 {
		t.Errorf("enrollments %v, %v", got, err)
	}
	server.Fail(learnupontest.Fault{Route: "/group_managers", Status: 200, Body: `{"group_managers":[{"id":1,"user_id":6}]}`})
	if got, err := client.ManagedBy(t.Context(), 5); err != nil || len(got) != 0 {
		t.Errorf("managers %v, %v", got, err)
	}
}

func TestWhatBelongsToAUser(t *testing.T) {
	server, client := portal(t, learnupontest.Options{PageSize: 2})
	user := server.AddUser(learnupontest.User{Email: "jo@x.edu", Type: "manager"})
	other := server.AddUser(learnupontest.User{Email: "al@x.edu"})
	var groups []int64
	for _, title := range []string{"East", "West", "North"} {
		group := server.AddGroup(title)
		groups = append(groups, group)
		server.AddMember(group, user)
	}
	server.AddMember(groups[0], other)
	server.AddRights(groups[2], user)
	course := server.AddCourse(learnupontest.Course{Name: "Safety"})
	for _, status := range []string{"completed", "not_started", "completed"} {
		server.AddEnrollment(learnupontest.Enrollment{UserID: user, CourseID: course, Status: status})
	}
	server.AddEnrollment(learnupontest.Enrollment{UserID: user, CourseID: course, Unenrolled: true})
	server.AddEnrollment(learnupontest.Enrollment{UserID: other, CourseID: course})

	id := learnupon.ID(user)
	if got, err := client.GroupsOf(t.Context(), id); err != nil || len(got) != 3 || got[1].Title != "West" {
		t.Errorf("groups %+v, %v", got, err)
	}
	if got, err := client.GroupByID(t.Context(), learnupon.ID(groups[2])); err != nil || got.Title != "North" || got.Members != 1 {
		t.Errorf("group %+v, %v", got, err)
	}
	members := 0
	for m, err := range client.MembersOf(t.Context(), learnupon.ID(groups[0])) {
		if err != nil || m.ID != id && m.ID != learnupon.ID(other) {
			t.Errorf("member %+v, %v", m, err)
		}
		members++
	}
	if members != 2 {
		t.Errorf("%d members", members)
	}
	if got, err := client.ManagedBy(t.Context(), id); err != nil || len(got) != 1 || got[0].GroupID != learnupon.ID(groups[2]) {
		t.Errorf("rights %+v, %v", got, err)
	}
	got, err := client.EnrollmentsOf(t.Context(), id)
	counts := learnupon.ByStatus(got)
	if err != nil || len(got) != 4 || counts[learnupon.Completed] != 2 || counts[learnupon.NotStarted] != 1 {
		t.Errorf("enrollments %v, %v", counts, err)
	}
}

func TestUpdateIsReadBack(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	id := learnupon.ID(server.AddUser(learnupontest.User{Email: "jo@x.edu"}))
	if u, err := client.SetEnabled(t.Context(), id, false); err != nil || u.Enabled {
		t.Fatalf("%+v, %v", u, err)
	}
	route := learnupontest.Fault{Method: "PUT", Route: "/users/{id}", Times: 1}

	ignored := route
	ignored.Status, ignored.Body = 200, `{"id":1}`
	server.Fail(ignored)
	if _, err := client.SetEnabled(t.Context(), id, true); !errors.Is(err, rest.ErrNotApplied) || !unsure(err) {
		t.Errorf("200 but not applied: %v", err)
	}
	lied := route
	lied.Status, lied.Apply = 500, true
	server.Fail(lied)
	if _, err := client.SetEnabled(t.Context(), id, true); !unsure(err) {
		t.Errorf("500 but applied: %v", err)
	}
	if u, _ := server.Snapshot().User("jo@x.edu"); u.Disabled {
		t.Error("the fake did not apply it")
	}
	if n := server.Count("PUT", "/users/{id}"); n != 3 {
		t.Errorf("%d writes for 3 updates", n)
	}
}

func TestCallsLeftAreTold(t *testing.T) {
	server, _ := portal(t, learnupontest.Options{PerMinute: 2, PerWeek: 9})
	var told [][2]int
	client := connect(t, server, learnupon.Config{Name: "partners", Learned: func(portal string, minute, week int) {
		if portal != "partners" {
			t.Errorf("told about %q", portal)
		}
		told = append(told, [2]int{minute, week})
	}})
	for range 2 {
		if _, err := client.Portals(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, err := client.Portals(t.Context())
	e, _ := errors.AsType[*rest.Error](err)
	if e == nil || e.Status != http.StatusTooManyRequests {
		t.Fatalf("the third call: %v", err)
	}
	if wait, later := e.RetryLater(); !later || wait <= 0 {
		t.Errorf("RetryLater() = %v, %v", wait, later)
	}
	// A refusal names no number, and yet every other process must hear of it.
	server.Limit(100, 2)
	_, _ = client.Portals(t.Context())
	if want := [][2]int{{1, 8}, {0, 7}, {0, -1}, {-1, 0}}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

func TestRefusalsInEveryShape(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	tests := map[string]struct {
		status int
		body   string
		want   int
	}{
		"standard":         {400, `{"response_type":"ERROR","response_code":400,"message":"no"}`, 400},
		"message with 200": {200, `{"response_type":"ERROR","response_code":404,"message":"no"}`, 404},
		"second shape":     {400, `{"error":"There was a problem in the JSON you submitted."}`, 400},
		"page":             {404, "<html>", 404},
	}
	for name, test := range tests {
		server.Fail(learnupontest.Fault{Status: test.status, Body: test.body, Times: 1})
		_, err := client.UserByID(t.Context(), 1)
		if e, _ := errors.AsType[*rest.Error](err); e == nil || e.Status != test.want || e.Unsure() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlanningCannotWrite(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	user := learnupon.ID(server.AddUser(learnupontest.User{Email: "jo@x.edu"}))
	invite := learnupon.Invite{ID: learnupon.ID(server.AddInvite(learnupontest.Invite{Email: "al@x.edu"}))}
	ctx := rest.ReadOnly(t.Context())
	for name, write := range map[string]func(context.Context) error{
		"update": func(ctx context.Context) error { _, err := client.SetEnabled(ctx, user, false); return err },
		"cancel": func(ctx context.Context) error { return client.CancelInvite(ctx, invite.ID) },
		"invite": func(ctx context.Context) error {
			_, err := client.CreateInvite(ctx, learnupon.NewInvite{Email: "x@x.edu"})
			return err
		},
		"enroll": func(ctx context.Context) error { return client.AddPendingEnrollment(ctx, invite, 1) },
		"open": func(ctx context.Context) error {
			return client.OpenLink(ctx, "/users/confirmation?confirmation_token=x")
		},
	} {
		if err := write(ctx); !errors.Is(err, rest.ErrReadOnly) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := server.Writes(); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}
