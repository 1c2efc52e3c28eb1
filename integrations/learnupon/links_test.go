package learnupon

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func at(t testing.TB, ui string) *Client {
	t.Helper()
	c, err := New(Config{URL: "https://api.learnupon.com", UIURL: ui, Username: "u", Password: "p"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheckLink(t *testing.T) {
	c := at(t, "https://academy.example.org")
	good := map[string]string{
		"/invites/accept/1":                                "https://academy.example.org/invites/accept/1",
		"users/confirmation?confirmation_token=x":          "https://academy.example.org/users/confirmation?confirmation_token=x",
		" https://academy.example.org/a?b=c&d=%2F ":        "https://academy.example.org/a?b=c&d=%2F",
		"HTTPS://Academy.Example.org:443/a":                "https://academy.example.org/a",
		"//academy.example.org/a":                          "https://academy.example.org/a",
		"https://academy.example.org/?confirmation_token=": "https://academy.example.org/?confirmation_token=",
	}
	for raw, want := range good {
		if got, err := c.CheckLink(raw); err != nil || got != want {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
	for _, raw := range []string{
		"", "   ", "https://academy.example.org", "https://academy.example.org/", "/",
		"http://academy.example.org/a", "https://academy.example.org:8443/a", "https://evil.example/a",
		"https://academy.example.org.evil.example/a", "https://evil.example/academy.example.org",
		"https://academy.example.org@evil.example/a", "https://me@academy.example.org/a", "//evil.example/a",
		`https://academy.example.org\@evil.example/a`, `\\evil.example\a`, `/\evil.example/a`,
		"https://academy.example.org/a\r\nBcc: x@x.edu", "https://academy.example.org/a b", "https://academy.example.org/\u202egnp",
		"javascript:alert(1)", "mailto:jo@x.edu", "data:text/html,x", "https:academy.example.org/a", "https:///a", "https://%zz/a",
	} {
		got, err := c.CheckLink(raw)
		if err == nil {
			t.Errorf("%q was taken for %q", raw, got)
			continue
		}
		public, ok := err.(interface{ Public() string })
		if !ok || strings.Contains(public.Public()+err.Error(), "evil") {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func FuzzCheckLink(f *testing.F) {
	for _, seed := range []string{
		"/a", "//evil.example/a", `\\evil.example`, "https://academy.example.org:443/a?b=c", "https://a@academy.example.org/x",
		"https://academy.example.org%2eevil.example/a", "/\t/evil.example/a", "?x=1", "#x", "../../a", "https://academy.example.org:/a",
	} {
		f.Add(seed)
	}
	c := at(f, "https://academy.example.org")
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := c.CheckLink(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "https" || u.Host != "academy.example.org" || u.User != nil {
			t.Errorf("%q became %q (%v)", raw, got, err)
		}
		if !strings.HasPrefix(got, "https://academy.example.org/") && !strings.HasPrefix(got, "https://academy.example.org?") ||
			strings.ContainsAny(got, "\\ \r\n\t") {
			t.Errorf("%q became %q", raw, got)
		}
		if again, err := c.CheckLink(got); err != nil || again != got {
			t.Errorf("%q became %q, then %q (%v)", raw, got, again, err)
		}
	})
}

func TestPages(t *testing.T) {
	c := at(t, "https://academy.example.org/")
	for got, want := range map[string]string{
		c.UserPage(7):    "https://academy.example.org/users/7",
		c.UsersPage():    "https://academy.example.org/users",
		c.PendingPage():  "https://academy.example.org/users/pending",
		c.GroupPage(8):   "https://academy.example.org/groups/8",
		c.InvitesPage(8): "https://academy.example.org/groups/8/invites",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if _, err := c.CheckLink(got); err != nil {
			t.Errorf("%s: %v", got, err)
		}
	}
}

// seen is a transport that shows each request to a test and answers with the page that belongs to it.
type seen func(*http.Request) *http.Response

func (s seen) RoundTrip(r *http.Request) (*http.Response, error) { return s(r), nil }

func TestOpenLinkCarriesNothing(t *testing.T) {
	var hosts []string
	transport := seen(func(r *http.Request) *http.Response {
		hosts = append(hosts, r.URL.Host)
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			t.Errorf("%s: sent %v", r.URL.Path, r.Header)
		}
		res := &http.Response{StatusCode: 200, Header: http.Header{"Set-Cookie": {"session=1"}}, Body: io.NopCloser(strings.NewReader("<html>"))}
		switch r.URL.Path {
		case "/near":
			res.StatusCode, res.Header = 302, http.Header{"Set-Cookie": {"session=1"}, "Location": {"/done"}}
		case "/away":
			res.StatusCode, res.Header = 302, http.Header{"Location": {"https://evil.example/?t=secret"}}
		}
		return res
	})
	c, err := New(Config{URL: "https://academy.example.org", Username: "u", Password: "p", HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.OpenLink(t.Context(), "/near"); err != nil {
		t.Error(err)
	}
	if err := c.OpenLink(t.Context(), "/away"); err == nil || strings.Contains(err.Error(), "evil") {
		t.Errorf("away: %v", err)
	}
	if err := c.OpenLink(t.Context(), "https://evil.example/a"); err == nil {
		t.Error("a link elsewhere was opened")
	}
	if got := strings.Join(hosts, " "); got != "academy.example.org academy.example.org academy.example.org" {
		t.Errorf("called %s", got)
	}
}
