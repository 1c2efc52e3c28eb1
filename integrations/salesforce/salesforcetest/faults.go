package salesforcetest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Fault makes calls go wrong. What is left out stays as it would have been.
type Fault struct {
	Method string // "": any
	Route  string // a route as in Call; "": any
	Times  int    // how many calls; 0: all until Heal

	Delay      time.Duration // before anything happens
	Hang       bool          // never answer, until the caller or the server gives up
	Status     int           // answer with this instead
	Code       string        // with Status: Salesforce's error code; "": UNKNOWN_EXCEPTION
	Body       string        // with Status: this instead of an error body; "<…" is sent as HTML
	RetryAfter string        // a Retry-After header
	Apply      bool          // with Status or Cut: do what was asked all the same
	Cut        bool          // break the connection in the middle of the answer
}

// Call is a request the org saw.
type Call struct {
	Method string
	// Route is "/query", "/query/{cursor}", "/sobjects/Contact/{id}" and so on, "/services/oauth2/token", or "" where
	// there is no such route.
	Route  string
	Path   string
	Query  string // SOQL, if any
	Status int    // 0: no answer
}

// journal keeps what was called, and what is to go wrong.
type journal struct {
	mu     sync.Mutex
	calls  []Call
	faults []*Fault
	freed  chan struct{} // closed to let hanging calls go
}

// Fail arranges a fault. The first one that fits a call is used.
func (s *Server) Fail(f Fault) {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	s.calls.faults = append(s.calls.faults, &f)
}

// Heal ends all faults and lets hanging calls go.
func (s *Server) Heal() {
	s.calls.mu.Lock()
	s.calls.faults = nil
	s.calls.mu.Unlock()
	s.calls.release()
}

// Calls returns the calls so far, in the order in which they were answered.
func (s *Server) Calls() []Call {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return slices.Clone(s.calls.calls)
}

// Count returns how often a route was called.
func (s *Server) Count(method, route string) int {
	n := 0
	for _, c := range s.Calls() {
		if c.Method == method && c.Route == route {
			n++
		}
	}
	return n
}

// Writes returns the calls that could have changed something: all but GET, HEAD and asking for a token.
func (s *Server) Writes() []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool {
		return c.Method == http.MethodGet || c.Method == http.MethodHead || c.Route == TokenRoute
	})
}

// ResetCalls forgets the calls so far.
func (s *Server) ResetCalls() {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	s.calls.calls = nil
}

func (j *journal) add(c Call) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, c)
}

func (j *journal) fault(method, route string) *Fault {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, f := range j.faults {
		if f.Method != "" && f.Method != method || f.Route != "" && f.Route != route {
			continue
		}
		hit := *f
		if f.Times == 1 {
			j.faults = slices.Delete(j.faults, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return &hit
	}
	return nil
}

// freedom is closed when hanging calls are to be let go.
func (j *journal) freedom() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.freed == nil {
		j.freed = make(chan struct{})
	}
	return j.freed
}

func (j *journal) release() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.freed != nil {
		close(j.freed)
		j.freed = nil
	}
}

// misbehave serves a call the way the fault says.
func (s *Server) misbehave(f *Fault, w http.ResponseWriter, r *http.Request, next http.Handler) {
	if !s.linger(f, r) {
		panic(http.ErrAbortHandler)
	}
	if f.Status == 0 && !f.Cut {
		next.ServeHTTP(w, r)
		return
	}
	real := httptest.NewRecorder()
	if f.Apply || f.Status == 0 {
		next.ServeHTTP(real, r)
	}
	a := answer{status: f.Status, body: f.Body, header: http.Header{}}
	switch {
	case f.Status == 0:
		a = answer{status: real.Code, body: real.Body.String(), header: real.Header()}
	case f.Status < 300 && f.Body == "":
	case f.Body == "":
		a = refuse(f.Status, or(f.Code, "UNKNOWN_EXCEPTION"), "something went wrong")
		a.header = http.Header{}
	}
	if f.RetryAfter != "" {
		a.header.Set("Retry-After", f.RetryAfter)
	}
	if f.Cut {
		a.status, a.body = max(a.status, http.StatusOK), or(text(a.body), "{")
		if a.status == http.StatusNoContent {
			a.status = http.StatusOK
		}
		a.header.Set("Content-Length", strconv.Itoa(1<<16))
		reply(w, a)
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	reply(w, a)
}

// linger waits as long as the fault says, and reports whether to go on.
func (s *Server) linger(f *Fault, r *http.Request) bool {
	if f.Hang {
		select {
		case <-s.calls.freedom():
		case <-r.Context().Done():
		}
		return false
	}
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return false
		}
	}
	return true
}
