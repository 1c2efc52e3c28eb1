package learnupontest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"

	"registrar/integrations/rest/resttest"
)

// Fault makes calls go wrong.
type Fault = resttest.Fault

// Call is a request the portal saw. Its route is "/users/{id}" of the API, "ui:/users/{id}" of the user interface, or "" where there is no such
// route.
type Call = resttest.Call

// Writes returns the calls that could have changed something: all but GET and HEAD, and opened confirmation links.
func (s *Server) Writes() []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool {
		return (c.Method == http.MethodGet || c.Method == http.MethodHead) && c.Route != ConfirmationRoute
	})
}

// misbehave serves a call the way the fault says.
func (s *Server) misbehave(f *Fault, w http.ResponseWriter, r *http.Request, next http.Handler) {
	if !s.Linger(f, r) {
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
	case f.Body == "":
		a = refuse(f.Status, "something went wrong")
		a.header = http.Header{}
	case f.Body[0] == '<':
		a.html = true
	}
	if f.RetryAfter != "" {
		a.header.Set("Retry-After", f.RetryAfter)
	}
	if f.Cut {
		a.header.Set("Content-Length", strconv.Itoa(1<<16))
		reply(w, a)
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	reply(w, a)
}
