package resttest

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Server is the HTTP server of a fake: real, on this machine.
type Server struct {
	URL     string // without a slash at the end
	Journal        // what was called, and what is to go wrong

	http   *http.Server
	around atomic.Pointer[func(http.ResponseWriter, *http.Request, http.Handler)]
}

// Around has f answer every call from now on, with the fake behind it as next:
// for what no [Fault] describes, such as a caller that dies between what it
// asked for and the answer. nil ends that.
func (s *Server) Around(f func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	if f == nil {
		s.around.Store(nil)
		return
	}
	s.around.Store(&f)
}

// Start has a handler answer at an address; "": a free port of 127.0.0.1. Like
// httptest.NewServer it panics where it cannot listen.
func (s *Server) Start(addr string, h http.Handler) {
	listener, err := net.Listen("tcp", cmp.Or(addr, "127.0.0.1:0"))
	if err != nil {
		panic("resttest: " + err.Error())
	}
	s.URL = "http://" + listener.Addr().String()
	surrounded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := s.around.Load(); f != nil {
			(*f)(w, r, h)
			return
		}
		h.ServeHTTP(w, r)
	})
	s.http = &http.Server{Handler: surrounded, ReadHeaderTimeout: 10 * time.Second}
	go s.http.Serve(listener)
}

// Close ends the server and every connection to it.
func (s *Server) Close() {
	s.Release()
	s.http.Close()
}

// Shutdown closes the server once the calls under way are done, or ctx is.
func (s *Server) Shutdown(ctx context.Context) error {
	s.Release()
	return s.http.Shutdown(ctx)
}

// Answer is an answer under way, for the journal: it remembers its status.
type Answer struct {
	http.ResponseWriter
	Status int // 0: none was sent
}

// WriteHeader sends the status.
func (a *Answer) WriteHeader(status int) {
	a.Status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap gives what else the answer can do to http.ResponseController.
func (a *Answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
