// Package learnupontest is a LearnUpon realm that runs in this process: one real HTTP server per portal, with the REST
// API and the few pages of the user interface that people are sent to.
//
// It is as awkward as the vendor: misspelt keys, filters that are ignored, answers of 200 that change nothing, rate
// limits, a confirmation link that only the user interface shows. Strictness is on from the start, so that a client
// that works here by luck is found out. It knows nothing of the client it is there to test, and does not import
// testing, because the demo runs it too.
package learnupontest

import (
	"net/http"
	"time"

	"registrar/integrations/rest/resttest"
)

// Options set up a portal. The zero value is a portal with generous, real-life limits on a free port of this machine.
type Options struct {
	Title     string // "": "Academy"
	Subdomain string // "": "academy"
	Username  string // "": "api-user"
	Password  string // "": "api-key"
	Addr      string // to listen on; "": "127.0.0.1:0"

	Seats         int  // users the licence allows; 0: any number
	AllowExisting bool // "Allow user creation if user already exists" elsewhere in the realm
	LinkOnce      bool // tell an invite's accept_url at its creation only, as some portals do
	EmptyIfGone   bool // answer 200 with an empty list for a user who is not there, in place of 404
	Lenient       bool // accept a Content-Type on a GET without body, and lower-case wrappers

	PageSize  int // 0: 500
	PerMinute int // calls; 0: 300
	PerWeek   int // calls; 0: 500,000

	Now func() time.Time // nil: time.Now
}

// Server is one portal. Sub-portals are closed on their own.
type Server struct {
	resttest.Server // its URL is the root of API and user interface

	options Options
	realm   *realm
	portal  *portal
	api, ui *http.ServeMux
	limits  limits
}

// New starts the top-level portal of a realm of its own. Like httptest.NewServer it panics where it cannot listen.
func New(o Options) *Server {
	return start(o, &realm{watchers: map[chan struct{}]bool{}})
}

// SubPortal starts another portal in the same realm, with its own host, keys and people.
func (s *Server) SubPortal(o Options) *Server { return start(o, s.realm) }

func start(o Options, r *realm) *Server {
	o = o.withDefaults()
	s := &Server{
		options: o, realm: r, api: http.NewServeMux(), ui: http.NewServeMux(),
		limits: limits{perMinute: o.PerMinute, perWeek: o.PerWeek},
	}
	s.portal = r.add(o)
	s.routeUsers()
	s.routeInvites()
	s.routeGroups()
	s.routeEnrollments()
	s.routeCourses()
	s.routePortals()
	s.routePages()
	s.Start(o.Addr, s)
	return s
}

// Username and Password are the API keys that work at present.
func (s *Server) Username() string { return locked(s, func() string { return s.portal.username }) }

// Password is the API key that goes with Username.
func (s *Server) Password() string { return locked(s, func() string { return s.portal.password }) }

// KeysRotated reports whether somebody called the GET that replaces the API keys. No client ever should.
func (s *Server) KeysRotated() bool { return locked(s, func() bool { return s.portal.rotated }) }

func (o Options) withDefaults() Options {
	for _, text := range []struct {
		value *string
		plain string
	}{
		{&o.Title, "Academy"}, {&o.Subdomain, "academy"}, {&o.Username, "api-user"}, {&o.Password, "api-key"},
	} {
		if *text.value == "" {
			*text.value = text.plain
		}
	}
	for _, number := range []struct {
		value *int
		plain int
	}{{&o.PageSize, 500}, {&o.PerMinute, 300}, {&o.PerWeek, 500_000}} {
		if *number.value == 0 {
			*number.value = number.plain
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func (s *Server) now() time.Time { return s.options.Now().UTC().Truncate(time.Second) }

func locked[T any](s *Server, get func() T) T {
	s.realm.mu.Lock()
	defer s.realm.mu.Unlock()
	return get()
}
