// Package statuspagetest is a status page that runs in this process: one real HTTP server with the public API of
// Atlassian Statuspage, as far as it tells how a service is doing.
//
// Like the vendor it blends the components into one indicator, leaves resolved incidents out of the summary, sends null
// where there is nothing to say, and answers what it does not know with a page of HTML. It knows nothing of the client
// it is there to test, and does not import testing, because the demo runs it too.
package statuspagetest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"registrar/integrations/rest/resttest"
)

// Options set up a page. The zero value is one on a free port of this machine.
type Options struct {
	Name string           // "": "LearnUpon"
	Addr string           // to listen on; "": "127.0.0.1:0"
	Now  func() time.Time // nil: time.Now
}

// Fault makes calls go wrong.
type Fault = resttest.Fault

// Server is one page.
type Server struct {
	resttest.Server

	options Options

	mu   sync.Mutex
	page page
}

// New starts a page. Like httptest.NewServer it panics where it cannot listen.
func New(o Options) *Server {
	o.Name = cmp.Or(o.Name, "LearnUpon")
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{options: o}
	s.Start(o.Addr, s)
	return s
}

// ServeHTTP is the page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body := s.answer(r)
	route := r.URL.Path
	if status != http.StatusOK {
		route = ""
	}
	f := s.Fault(r.Method, route)
	if f != nil {
		if !s.Linger(f, r) {
			s.Add(resttest.Call{Method: r.Method, Route: route, Path: r.URL.Path})
			panic(http.ErrAbortHandler)
		}
		if f.Status != 0 {
			status, body = f.Status, f.Body
		}
	}
	s.Add(resttest.Call{Method: r.Method, Route: route, Path: r.URL.Path, Status: status})
	write(w, status, body, f)
}

func write(w http.ResponseWriter, status int, body string, f *Fault) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if body != "" && body[0] == '<' {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	if f != nil && f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	if f == nil || !f.Cut {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // whoever asked may have gone
		return
	}
	w.Header().Set("Content-Length", "65536")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

const noSuchPage = "<!DOCTYPE html><html><head><title>Page not found</title></head><body><h1>404</h1></body></html>"

// answer is what the page has to say, or the HTML for whatever else is asked.
func (s *Server) answer(r *http.Request) (int, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var content map[string]any
	switch {
	case r.Method != http.MethodGet:
	case r.URL.Path == "/api/v2/summary.json":
		content = s.summary()
	case r.URL.Path == "/api/v2/status.json":
		content = map[string]any{"page": s.about(), "status": s.page.blend()}
	}
	if content == nil {
		return http.StatusNotFound, noSuchPage
	}
	body, err := json.Marshal(content)
	if err != nil {
		panic("statuspagetest: " + err.Error())
	}
	return http.StatusOK, string(body)
}
