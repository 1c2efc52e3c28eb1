package learnupon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"registrar/integrations/rest"
)

// network is where names lead: one host is the portal, and a connection to any
// other is written down and refused.
type network struct {
	portal string // host:port, as links name it
	server string // where that is
	mu     sync.Mutex
	dialed []string
}

func (n *network) dial(ctx context.Context, protocol, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dialed = append(n.dialed, address)
	n.mu.Unlock()
	if address != n.portal {
		return nil, errors.New("there is nothing")
	}
	return new(net.Dialer).DialContext(ctx, protocol, n.server)
}

// strayed is where else than to the portal a connection was opened.
func (n *network) strayed() (out []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, address := range n.dialed {
		if address != n.portal {
			out = append(out, address)
		}
	}
	return out
}

const portalHost = "academy.example.org:8080"

// elsewhere are links by which somebody might have the program, or a person's
// browser, call another server than the portal at http://academy.example.org:8080.
var elsewhere = []string{
	"http://evil.example/x", "https://evil.example/x", "//evil.example/x", "http:///evil.example/x", "http:evil.example/x", "http:/evil.example/x",
	"http://academy.example.org:8080@evil.example/x", "http://academy.example.org@evil.example:8080/x", "http://a:b@academy.example.org:8080@evil.example/x",
	"http://me@academy.example.org:8080/x", "http://:@academy.example.org:8080/x", "http://@academy.example.org:8080@/x",
	`http://evil.example\@academy.example.org:8080/x`, `http://academy.example.org:8080\.evil.example/x`, `\\evil.example\x`, `/\evil.example/x`, `http:\\evil.example/x`,
	"http://academy.example.org/x", "http://academy.example.org:80/x", "http://academy.example.org:8081/x", "http://academy.example.org:08080.evil.example/x", "https://academy.example.org:8080/x",
	"http://academy.example.org.:8080/x", "http://academy.example.org..:8080/x", "http://academy.example.org.evil.example:8080/x", "http://evil-academy.example.org:8080/x", "http://xacademy.example.org:8080/x",
	"http://evil.example/academy.example.org:8080/x", "http://evil.example?academy.example.org:8080/x", "http://evil.example#academy.example.org:8080/x", "http://evil.example;academy.example.org:8080/x",
	"http://127.0.0.1/x", "http://127.0.0.1:8080/x", "http://127.1:8080/x", "http://2130706433/x", "http://0x7f000001/x", "http://0177.0.0.1/x", "http://0/x", "http://[::1]/x", "http://[::1]:8080/x", "http://[::ffff:127.0.0.1]:8080/x",
	"http://[fe80::1%25eth0]:8080/x", "http://localhost:8080/x", "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/latest/meta-data/", "http://metadata.google.internal/x", "http://169.254.169.254.nip.example/x",
	"http://аcademy.example.org:8080/x", "http://xn--cademy-3fg.example.org:8080/x", "http://academy。example。org.evil.example:8080/x", "http://academy.example.org%2eevil.example:8080/x", "http://academy.example.org%00.evil.example:8080/x",
	"http://academy.example.org%2F.evil.example:8080/x", "http://academy.example.org%40evil.example:8080/x", "http://ⓔvil.example/x",
	"javascript:alert(1)", "javascript://academy.example.org:8080/%0aalert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://academy.example.org:8080/x", "gopher://academy.example.org:8080/x", "ws://academy.example.org:8080/x", "mailto:a@x.edu", "about:blank",
	"http://academy.example.org:8080/x\r\nHost: evil.example", "http://academy.example.org:8080/x\tHTTP/1.1", "http://academy.example.org:8080/\u202ex", "http://academy.example.org:8080/\u200bx",
}

// TestNoLinkLeadsElsewhere opens every such link, as typed and as a redirect of
// the portal's own page: not one connection goes anywhere but to the portal.
func TestNoLinkLeadsElsewhere(t *testing.T) {
	target := ""
	var mu sync.Mutex
	var seen []string
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Host+r.URL.RequestURI())
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("sent %v", r.Header)
		}
		w.Header().Set("Set-Cookie", "session=1")
		if r.URL.Path == "/confirm" {
			w.Header()["Location"] = []string{target}
			w.WriteHeader(http.StatusFound)
		}
	}))
	defer portal.Close()
	wire := &network{portal: portalHost, server: portal.Listener.Addr().String()}
	transport := &http.Transport{DialContext: wire.dial, DisableKeepAlives: true}
	c, err := New(Config{URL: "http://api.example.org", UIURL: "http://" + portalHost, Username: "u", Password: "p", HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range elsewhere {
		if err := c.OpenLink(t.Context(), link); err == nil {
			t.Errorf("%q was opened", link)
		} else if public, ok := err.(interface{ Public() string }); !ok || tells(err.Error()+public.Public(), link) {
			t.Errorf("%q: %v", link, err)
		}
		if _, err := c.AcceptLink(Invite{AcceptURL: link}); err == nil {
			t.Errorf("%q would be mailed", link)
		}
	}
	if len(seen) > 0 || len(wire.dialed) > 0 {
		t.Fatalf("a link that is refused was followed: %q %q", seen, wire.dialed)
	}
	for _, link := range elsewhere {
		if strings.ContainsAny(link, "\r\n") {
			continue // no header can hold it
		}
		mu.Lock()
		target = link
		mu.Unlock()
		err := c.OpenLink(t.Context(), "/confirm?t=1")
		if strayed := wire.strayed(); len(strayed) > 0 {
			t.Fatalf("a redirect to %q was followed: %q", link, strayed)
		}
		if err != nil && tells(err.Error(), link) {
			t.Errorf("a redirect to %q: %v", link, err)
		}
	}
	for _, request := range seen {
		if !strings.HasPrefix(request, portalHost+"/") {
			t.Errorf("the portal was called as %q", request)
		}
	}
}

// tells reports whether an error quotes a link: by its host, or by its path.
func tells(text, link string) bool {
	return strings.Contains(text, "evil") || strings.Contains(text, "169.254") || len(link) > 12 && strings.Contains(text, link)
}

// TestLinksOfThePortalStillWork: what is refused above is not everything.
func TestLinksOfThePortalStillWork(t *testing.T) {
	var seen []string
	portal := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.URL.RequestURI()) }))
	defer portal.Close()
	wire := &network{portal: portalHost, server: portal.Listener.Addr().String()}
	c, err := New(Config{URL: "http://api.example.org", UIURL: "http://" + portalHost, Username: "u", Password: "p",
		HTTP: &http.Client{Transport: &http.Transport{DialContext: wire.dial, DisableKeepAlives: true}}})
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[string]string{
		"http://academy.example.org:8080/users/confirmation?confirmation_token=a%2Fb&x=1#top": "/users/confirmation?confirmation_token=a%2Fb&x=1",
		"HTTP://ACADEMY.example.org:8080/a/../b":                                              "/b",
		"/invites/accept/%2e%2e%2f1":                                                          "/invites/accept/%2e%2e%2f1",
		// Three slashes are a path: of the whole address that is made of it, nobody takes anything else for the host.
		"///evil.example/x": "///evil.example/x",
		"http://academy.example.org:8080/?q=http://evil.example/": "/?q=http://evil.example/",
	} {
		seen = nil
		if err := c.OpenLink(t.Context(), link); err != nil || len(seen) != 1 || seen[0] != want {
			t.Errorf("%q: %v, called %q", link, err, seen)
		}
	}
}

// TestThePortalsKeysGoToItsAPIAlone: an answer that sends the API's client
// elsewhere takes the keys nowhere.
func TestThePortalsKeysGoToItsAPIAlone(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if user, _, _ := r.BasicAuth(); user != "u" {
					t.Error("no keys")
				}
				w.Header().Set("Location", "http://evil.example:8080/api/v1/users")
				w.Header().Set("Link", `<http://evil.example:8080/api/v1/users?page=2>; rel="next"`)
				w.Header().Set("LU-Has-Next-Page", "true")
				w.WriteHeader(status)
			}))
			defer portal.Close()
			wire := &network{portal: portalHost, server: portal.Listener.Addr().String()}
			c, err := New(Config{URL: "http://" + portalHost, Username: "u", Password: "p", HTTP: &http.Client{Transport: &http.Transport{DialContext: wire.dial, DisableKeepAlives: true}}})
			if err != nil {
				t.Fatal(err)
			}
			_, reading := c.UserByID(t.Context(), 7)
			_, writing := c.SetEnabled(t.Context(), 7, false)
			for _, err := range []error{reading, writing} {
				if e, ok := errors.AsType[*rest.Error](err); !ok || strings.Contains(e.Error(), "evil") {
					t.Errorf("%v", err)
				}
			}
			if strayed := wire.strayed(); len(strayed) > 0 {
				t.Errorf("connected to %q", strayed)
			}
		})
	}
}
