package resttest

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"time"
)

// Server is the HTTP server of a fake: real, on this machine.
type Server struct {
	URL     string // without a slash at the end
	Journal        // what was called, and what is to go wrong

	http *http.Server
}

// Start has a handler answer at an address; "": a free port of 127.0.0.1. Like
// httptest.NewServer it panics where it cannot listen.
func (s *Server) Start(addr string, h http.Handler) {
	listener, err := net.Listen("tcp", cmp.Or(addr, "127.0.0.1:0"))
	if err != nil {
		panic("resttest: " + err.Error())
	}
	s.URL = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
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
