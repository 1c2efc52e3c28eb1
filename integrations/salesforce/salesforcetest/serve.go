package salesforcetest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"registrar/integrations/rest/resttest"
)

const (
	// TokenRoute is how Call names a sign-in.
	TokenRoute = "/services/oauth2/token"

	versionsRoute         = "/services/data/"
	oldest, newest        = 41, 68
	longestQuery          = 16 << 10 // of a URL
	lastRetired    int    = 30
	sessionExpired string = "Session expired or invalid"
)

var apiPath = regexp.MustCompile(`^/services/data/v(\d+)\.0(/.*)?$`)

// call is a request to the API, taken apart.
type call struct {
	*http.Request
	version int
	parts   []string // of the path, below the version
}

func (c *call) root() string { return fmt.Sprintf("/services/data/v%d.0", c.version) }

// handler serves a call under the org's lock.
type handler func(*call) answer

// route says what a call is for: its name as in Call, and who serves it; nil where there is no such route.
func (s *Server) route(c *call) (string, handler) {
	p := c.parts
	is := func(method string, path ...string) bool {
		return c.Method == method && len(p) >= len(path) && slices.Equal(p[:len(path)], path)
	}
	switch n := len(p); {
	case n == 1 && (is("GET", "query") || is("GET", "queryAll")):
		return "/" + p[0], s.query
	case n == 2 && (is("GET", "query") || is("GET", "queryAll")):
		return "/query/{cursor}", s.more
	case n == 1 && is("GET", "limits"):
		return "/limits", s.showLimits
	case n == 2 && p[0] == "composite" && p[1] == "sobjects":
		return "/composite/sobjects", map[string]handler{"POST": s.collection, "PATCH": s.collection, "DELETE": s.collection}[c.Method]
	case n == 3 && p[0] == "composite" && p[1] == "sobjects":
		return "/composite/sobjects/" + p[2], map[string]handler{"GET": s.retrieve, "POST": s.retrieve}[c.Method]
	case n == 4 && p[0] == "composite" && p[1] == "sobjects":
		return "/composite/sobjects/" + p[2] + "/" + p[3], map[string]handler{"PATCH": s.collection}[c.Method]
	case n == 0 || p[0] != "sobjects":
		return "", nil
	case n == 1 && c.Method == "GET":
		return "/sobjects", s.describeAll
	case n == 3 && p[2] == "describe" && c.Method == "GET":
		return "/sobjects/" + p[1] + "/describe", s.describe
	case n == 2 && c.Method == "POST":
		return "/sobjects/" + p[1], s.create
	case n == 3:
		return "/sobjects/" + p[1] + "/{id}", map[string]handler{"GET": s.get, "PATCH": s.update, "DELETE": s.remove}[c.Method]
	case n == 4 && c.Method == "PATCH":
		return "/sobjects/" + p[1] + "/" + p[2] + "/{value}", s.upsert
	}
	return "", nil
}

// ServeHTTP is the org.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r}
	name, next := "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reply(w, notFound()) })
	found := apiPath.FindStringSubmatch(r.URL.EscapedPath())
	switch {
	case r.URL.Path == TokenRoute && r.Method == http.MethodPost:
		name, next = TokenRoute, func(w http.ResponseWriter, r *http.Request) { reply(w, s.token(r)) }
	case strings.TrimSuffix(r.URL.Path, "/") == strings.TrimSuffix(versionsRoute, "/"):
		name, next = versionsRoute, func(w http.ResponseWriter, r *http.Request) { reply(w, versions()) }
	case strings.HasPrefix(r.URL.Path, "/lightning/r/") && r.Method == http.MethodGet:
		name, next = "/lightning/r/{object}/{id}/view", s.recordPage
	case found != nil:
		c.version, _ = strconv.Atoi(found[1])
		c.parts = segments(r)
		var h handler
		if name, h = s.route(c); h != nil {
			next = func(w http.ResponseWriter, r *http.Request) { reply(w, s.admit(c, h)) }
		}
	}
	seen := &resttest.Answer{ResponseWriter: w}
	defer func() {
		s.Add(Call{Method: r.Method, Route: name, Path: r.URL.Path, Query: r.URL.Query().Get("q"), Status: seen.Status})
	}()
	if f := s.Journal.Fault(r.Method, name); f != nil {
		s.misbehave(f, seen, r, next)
		return
	}
	next.ServeHTTP(seen, r)
}

// admit lets a call through if its version, its session and the limits allow.
func (s *Server) admit(c *call, h handler) answer {
	switch {
	case c.version <= lastRetired:
		return refuse(http.StatusGone, "GONE", "The requested version is no longer supported")
	case c.version < oldest || c.version > newest:
		return notFound()
	case len(c.URL.RawQuery) > longestQuery:
		return answer{status: http.StatusRequestURITooLong, body: "<html><body><h1>URI Too Long</h1></body></html>"}
	}
	var a answer
	serve := func() {
		if !s.known(c.Request) {
			a = refuse(http.StatusUnauthorized, "INVALID_SESSION_ID", sessionExpired)
			return
		}
		if s.used >= s.options.DailyCalls {
			a = refuse(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
		} else {
			s.used++
			a = h(c)
		}
		if a.header == nil {
			a.header = http.Header{}
		}
		a.header.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d; api-bursts=1/750", s.used, s.options.DailyCalls))
	}
	if c.Method == http.MethodGet {
		s.mu.Lock()
		defer s.mu.Unlock()
		serve()
	} else {
		s.change(serve)
	}
	return a
}

// known reports whether a call bears a token that is still good, and counts it.
func (s *Server) known(r *http.Request) bool {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	calls, known := s.sessions[token]
	if !known || s.options.SessionCalls > 0 && calls >= s.options.SessionCalls {
		return false
	}
	s.sessions[token]++
	return true
}

// EndSessions makes every token given so far worthless.
func (s *Server) EndSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}

// UseCalls makes calls count that others made, so that the day's limit comes nearer.
func (s *Server) UseCalls(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used += n
}

func (s *Server) showLimits(*call) answer {
	return ok(map[string]any{"DailyApiRequests": map[string]int{"Max": s.options.DailyCalls, "Remaining": s.options.DailyCalls - s.used}})
}

func versions() answer {
	var all []map[string]string
	for v := oldest; v <= newest; v++ {
		all = append(all, map[string]string{
			"label": fmt.Sprintf("Release %d", v), "url": fmt.Sprintf("/services/data/v%d.0", v), "version": fmt.Sprintf("%d.0", v),
		})
	}
	return ok(all)
}
