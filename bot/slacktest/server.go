package slacktest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A Server is one workspace with one app installed. All methods may be called from any goroutine.
type Server struct {
	cfg      config
	listener net.Listener
	web      *http.Server
	methods  map[string]method
	done     chan struct{}
	running  sync.WaitGroup

	mu         sync.Mutex
	changed    chan struct{} // closed and replaced on every change
	serial     int
	users      []*User
	channels   []*channel
	groups     []*UserGroup
	people     map[string]*personState
	sockets    []*socket
	tickets    map[string]string // the app-level token each was asked for with; "": used
	envelopes  []*envelope
	triggers   map[string]*trigger
	views      map[string]*view
	urls       map[string]*responseURL
	files      []*file
	calls      []Call
	faults     []*fault
	limits     map[string]*bucket
	violations []string
	accepted   int // sockets ever opened
	repeat     int // envelopes still to be delivered twice
}

// New starts a server. It panics when it cannot listen, which on the loopback interface means
// the machine is out of ports.
func New(opts ...Option) *Server {
	cfg := defaults()
	for _, opt := range opts {
		opt(&cfg)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("slacktest: %v", err))
	}
	s := &Server{
		cfg:      cfg,
		listener: l,
		methods:  webMethods(),
		done:     make(chan struct{}),
		changed:  make(chan struct{}),
		people:   map[string]*personState{},
		tickets:  map[string]string{},
		triggers: map[string]*trigger{},
		views:    map[string]*view{},
		urls:     map[string]*responseURL{},
		limits:   map[string]*bucket{},
	}
	s.AddUser(User{ID: BotUser, Name: cfg.botName, RealName: cfg.botName, IsBot: true})
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveMethod)
	mux.HandleFunc("GET /link/", s.serveSocket)
	mux.HandleFunc("POST /response/{secret}", s.serveResponseURL)
	mux.HandleFunc("POST /upload/{secret}", s.serveUpload)
	mux.HandleFunc("GET /files/{id}/{name}", s.serveFile)
	s.web = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ConnContext: rememberConn}
	s.running.Go(func() { _ = s.web.Serve(watchedListener{l}) })
	return s
}

// Close cuts every socket and stops the server.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.done:
		s.mu.Unlock()
		return
	default:
		close(s.done)
	}
	open := slices.Clone(s.sockets)
	s.mu.Unlock()
	for _, c := range open {
		_ = c.ws.Close()
	}
	_ = s.web.Close()
	s.running.Wait()
}

// APIURL is the base of the Web API, with the trailing slash slack-go wants.
func (s *Server) APIURL() string { return s.url("/api/") }

func (s *Server) url(path string) string { return "http://" + s.listener.Addr().String() + path }

// Changes returns a channel that is closed at the next change of anything in the workspace.
// Take the channel first and look at the state after, or a change is missed.
func (s *Server) Changes() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Subscribe calls fn after changes, from one goroutine; changes that come while fn runs are
// reported once. It stops when ctx ends or the server closes.
func (s *Server) Subscribe(ctx context.Context, fn func()) {
	next := s.Changes()
	s.running.Go(func() {
		for {
			select {
			case <-next:
				next = s.Changes()
				fn()
			case <-ctx.Done():
				return
			case <-s.done:
				return
			}
		}
	})
}

// Wait returns nil once cond is true, asking again after every change, or the context's error.
// cond is called without any lock held.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	for {
		next := s.Changes()
		if cond() {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Violations lists what an app must never do, in the order it happened. Refusals that are part
// of normal life (ratelimited, expired_trigger_id, hash_conflict, not_in_channel, message_not_found)
// are in [Server.Calls] only.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// notify wakes everyone who waits for a change. The caller holds s.mu.
func (s *Server) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// violation records a breach. The caller holds s.mu.
func (s *Server) violation(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
	s.notify()
}

// newID makes an id that no test can have guessed in its sources. The caller holds s.mu.
func (s *Server) newID(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%04d%.6s", prefix, s.serial, rand.Text())
}
