package learnupontest

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"registrar/integrations/rest/resttest"
)

const apiRoot = "/api/v1"

// ServeHTTP is the portal: the API under /api/v1, the user interface everywhere else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux, prefix := s.ui, "ui:"
	isAPI := strings.HasPrefix(r.URL.Path, apiRoot+"/")
	if isAPI {
		mux, prefix = s.api, ""
	}
	_, pattern := mux.Handler(r)
	_, route, _ := strings.Cut(pattern, " ")
	if route = strings.TrimPrefix(route, apiRoot); route != "" {
		route = prefix + route
	}
	seen := &resttest.Answer{ResponseWriter: w}
	defer func() {
		s.Add(Call{
			Method: r.Method, Route: route, Path: r.URL.Path, Status: seen.Status, Key: r.Header.Get("Authorization") != "",
		})
	}()
	next := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case pattern == "":
			reply(w, noRoute())
		case isAPI:
			s.admit(w, r, mux)
		default:
			mux.ServeHTTP(w, r)
		}
	}))
	if f := s.Journal.Fault(r.Method, route); f != nil {
		s.misbehave(f, seen, r, next)
		return
	}
	next.ServeHTTP(seen, r)
}

// admit lets a call to the API through if its keys and the limits allow.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, next http.Handler) {
	username, password, _ := r.BasicAuth()
	if !same(username, s.Username()) || !same(password, s.Password()) {
		reply(w, refuse(http.StatusUnauthorized, "not authorized"))
		return
	}
	minute, week, refused := s.limits.take(s.options.Now())
	if refused != "" {
		reply(w, answer{status: http.StatusTooManyRequests, body: refused})
		return
	}
	next.ServeHTTP(&counted{ResponseWriter: w, minute: minute, week: week}, r)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
