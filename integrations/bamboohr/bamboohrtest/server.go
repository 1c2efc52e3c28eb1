// Package bamboohrtest is a company at BambooHR that runs in this process: one real HTTP server with the part of the API
// that tells who works there.
//
// It is as awkward as the vendor: XML for whoever does not ask for JSON, fields that may not be seen are null here and
// not there at all elsewhere, days that are not set are all zeros, cursors go bad, too many calls are answered with 429
// or, as until September 2026, with 503, and what was wrong stands in a header. It knows nothing of the client it is
// there to test, and does not import testing, because the demo runs it too.
package bamboohrtest

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"registrar/integrations/rest/resttest"
)

// Options set up a company. The zero value is one on a free port of this machine that shares everything.
type Options struct {
	Name string // "": "Institute"
	Key  string // "": "bamboo-key"
	Addr string // to listen on; "": "127.0.0.1:0"

	PerMinute int  // calls, refused keys included; 0: 1,000
	Legacy    bool // too many calls are answered with 503
	OAuthOnly bool // the list of employees takes no key
	Unshared  bool // there is no directory
	Nameless  bool // the key's user may not see the company's name

	Now func() time.Time // nil: time.Now
}

// Server is one company.
type Server struct {
	resttest.Server

	options Options

	mu        sync.Mutex
	employees []*Employee
	hidden    map[string]bool // fields, of everybody
	window    time.Time       // the minute that is counted
	used      int
}

// New starts a company. Like httptest.NewServer it panics where it cannot listen.
func New(o Options) *Server {
	o.Name, o.Key, o.PerMinute = cmp.Or(o.Name, "Institute"), cmp.Or(o.Key, "bamboo-key"), cmp.Or(o.PerMinute, 1000)
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{options: o, hidden: map[string]bool{}}
	s.Start(o.Addr, s)
	return s
}

// Key is the API key.
func (s *Server) Key() string { return s.options.Key }

// answer is what is sent back: content as JSON or, where XML is asked for and there is some, as XML.
type answer struct {
	status  int
	header  map[string]string
	content any
	xml     string
}

func refuse(status int, message string) answer {
	return answer{status: status, header: map[string]string{"X-BambooHR-Error-Message": message}}
}

// ServeHTTP is the company: the API below either of its two addresses.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/api/v1/")
	if !ok {
		path, ok = strings.CutPrefix(r.URL.Path, "/api/gateway.php/institute/v1/")
	}
	route := ""
	var h func(*http.Request, string) answer
	if ok && r.Method == http.MethodGet {
		route, h = s.route(path)
	}
	_, _, key := r.BasicAuth()
	call := resttest.Call{Method: r.Method, Route: route, Path: r.URL.Path, Query: r.URL.RawQuery, Key: key}
	f := s.Fault(r.Method, route)
	if f != nil && !s.Linger(f, r) {
		s.Add(call)
		panic(http.ErrAbortHandler)
	}
	a := answer{status: http.StatusNotFound}
	if h != nil {
		a = s.admit(r, path, h)
	}
	if f != nil && f.Status != 0 {
		a = refuse(f.Status, "something went wrong")
		if f.Body != "" {
			a = answer{status: f.Status, content: raw(f.Body)}
		}
	}
	call.Status = a.status
	s.Add(call)
	write(w, r, a, f)
}

// admit lets a call through if the limit and its key allow. Calls with a wrong key count as well.
func (s *Server) admit(r *http.Request, path string, h func(*http.Request, string) answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	if now.Sub(s.window) >= time.Minute {
		s.window, s.used = now, 0
	}
	if s.used++; s.used > s.options.PerMinute {
		a := refuse(http.StatusTooManyRequests, "Too many requests")
		if s.options.Legacy {
			a.status = http.StatusServiceUnavailable
		}
		a.header["Retry-After"] = strconv.Itoa(int(s.window.Add(time.Minute).Sub(now).Seconds()))
		return a
	}
	if key, _, _ := r.BasicAuth(); key != s.options.Key {
		return answer{status: http.StatusUnauthorized}
	}
	return h(r, path)
}

// route says what a path below the version is for: its name as in Call, and who serves it.
func (s *Server) route(path string) (string, func(*http.Request, string) answer) {
	switch {
	case path == "employees":
		return "/employees", s.list
	case path == "employees/directory":
		return "/employees/directory", s.directory
	case path == "company_information":
		return "/company_information", s.company
	case strings.HasPrefix(path, "employees/") && strings.Count(path, "/") == 1:
		return "/employees/{id}", s.one
	}
	return "", nil
}

func (s *Server) company(*http.Request, string) answer {
	if s.options.Nameless {
		return refuse(http.StatusForbidden, "You do not have access to this resource")
	}
	return answer{status: http.StatusOK, content: map[string]any{"legalName": s.options.Name + " Inc.", "displayName": s.options.Name, "phone": nil}}
}
