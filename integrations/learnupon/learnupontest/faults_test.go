package learnupontest

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"
)

func page(t *testing.T, method, url string) got {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, req)
}

func TestFaults(t *testing.T) {
	s := fresh(t, Options{})
	body := `{"User":{"email":"jo@x.edu","password":"123456"}}`
	known := func() bool { _, there := s.Snapshot().User("jo@x.edu"); return there }

	s.Fail(Fault{Method: "POST", Route: "/users", Status: 200, Body: `{"id":7}`, Times: 1})
	ask(t, s, "POST /users", body).want(t, 200, "7")
	if known() {
		t.Error("200 but not applied was applied")
	}
	s.Fail(Fault{Status: 429, Body: tooMany, RetryAfter: "3", Times: 1})
	if g := ask(t, s, "POST /users", body).want(t, 429, tooMany); g.header.Get("Retry-After") != "3" {
		t.Errorf("%v", g.header)
	}
	s.Fail(Fault{Status: 502, Body: "<html>bad gateway", Times: 1})
	if g := ask(t, s, "POST /users", body).want(t, 502, "gateway"); g.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%v", g.header)
	}
	s.Fail(Fault{Status: 500, Apply: true, Times: 1})
	ask(t, s, "POST /users", body).want(t, 500, "ERROR")
	if !known() {
		t.Error("500 but applied was not applied")
	}
	ask(t, s, "GET /users", "").want(t, 200, "jo@x.edu")

	var statuses []int
	for _, c := range s.Calls() {
		statuses = append(statuses, c.Status)
	}
	if want := []int{200, 429, 502, 500, 200}; !slices.Equal(statuses, want) {
		t.Errorf("saw %v", statuses)
	}
	if n := s.Count("POST", "/users"); n != 4 || len(s.Writes()) != 4 {
		t.Errorf("%d calls, %d writes", n, len(s.Writes()))
	}
}

func TestCutAndHang(t *testing.T) {
	s := fresh(t, Options{})
	get := func(ctx context.Context) error {
		req, _ := http.NewRequestWithContext(ctx, "GET", s.URL+"/users", nil)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	s.Fail(Fault{Route: "ui:/users", Cut: true, Times: 1})
	if get(t.Context()) == nil {
		t.Error("a whole answer")
	}
	s.Fail(Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if get(ctx) == nil {
		t.Error("an answer")
	}
	waiting := make(chan error)
	go func() { waiting <- get(t.Context()) }()
	select {
	case err := <-waiting:
		t.Error("did not hang:", err)
	case <-time.After(20 * time.Millisecond):
	}
	s.Heal()
	<-waiting
	if err := get(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSubscribe(t *testing.T) {
	s := fresh(t, Options{})
	sub := s.SubPortal(Options{})
	t.Cleanup(sub.Close)
	changed, stop := s.Subscribe()
	sub.AddUser(User{Email: "jo@x.edu"})
	sub.AddUser(User{Email: "al@x.edu"})
	<-changed
	stop()
	s.AddUser(User{Email: "ed@x.edu"})
	select {
	case <-changed:
		t.Error("heard of a change after the end")
	default:
	}
}

// Every page people are sent to is there.
func TestPagesAreServed(t *testing.T) {
	s := fresh(t, Options{})
	group := s.AddGroup("East")
	user := s.AddUser(User{Email: "jo@x.edu", FirstName: `<b>Jo`})
	s.AddMember(group, user)
	s.AddInvite(Invite{Email: "al@x.edu", GroupID: group})
	s.AddInvite(Invite{Email: "gone@x.edu", GroupID: group, Status: "canceled"})
	shot := s.Snapshot()
	for url, want := range map[string]string{
		s.URL + "/users":         "jo@x.edu",
		s.URL + "/users/pending": "al@x.edu",
		s.URL + "/groups":        "East",
		shot.Users[0].Page:       "&lt;b&gt;Jo",
		s.URL + "/groups/" + strconv.FormatInt(group, 10):              "jo@x.edu",
		s.URL + "/groups/" + strconv.FormatInt(group, 10) + "/invites": "al@x.edu",
		shot.Invites[0].Link: "Accept the invitation",
		shot.Invites[1].Link: "used or withdrawn",
	} {
		page(t, "GET", url).want(t, 200, want)
	}
	page(t, "GET", s.URL+"/").want(t, 302, "")
	page(t, "GET", s.URL+"/users/7").want(t, 404, "<html>")
	page(t, "GET", s.URL+"/invites/accept/wrong").want(t, 404, "<html>")
}
