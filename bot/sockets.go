package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

const (
	// helloTimeout is how long Slack may take to greet a new socket.
	helloTimeout = 10 * time.Second
	minPause     = 500 * time.Millisecond
	maxPause     = 2 * time.Minute
	// slowPause is for what only a person or another process can change: Socket
	// Mode switched off, or too many sockets open.
	slowPause = time.Minute
	// settled is how long a socket must have lived for the next failure to count
	// as the first.
	settled = 10 * time.Second
)

// errSlow marks failures that must not be retried quickly.
var errSlow = errors.New("not at the moment")

// sockets keeps connections to Slack open. A connection Slack wants closed is
// replaced before it closes, and read until it does.
type sockets struct {
	api     *slack.Client
	hold    func(ctx context.Context, do func(context.Context) error) error // one place among the app's sockets
	log     *slog.Logger
	metrics Metrics
	receive func(*conn, frame)
	spawn   func(func()) bool // runs a goroutine that is waited for at the end
	pause   func(context.Context, time.Duration) error

	mu sync.Mutex
	// all are the connections still read; true for those greeted and not told
	// to leave, any of which may carry an ack.
	all map[*conn]bool
}

// keep holds one place among the app's sockets and keeps a connection in it. It
// returns nil when ctx ends, or the error that no retry will mend.
func (s *sockets) keep(ctx context.Context) error {
	for {
		err := s.hold(ctx, s.connected)
		if fatal := (*fatalError)(nil); errors.As(err, &fatal) {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		s.log.InfoContext(ctx, "no socket slot at the moment", "error", err)
		if s.pause(ctx, jitter(slowPause/4)) != nil {
			return nil
		}
	}
}

// connected keeps one connection open after another, until ctx ends.
func (s *sockets) connected(ctx context.Context) error {
	failures := 0
	for {
		c, err := s.open(ctx)
		if err == nil {
			opened := time.Now()
			err = s.stay(ctx, c)
			if time.Since(opened) >= settled || err == nil {
				failures = 0
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			s.metrics.reconnected("refresh")
			continue // make before break: the old socket is still being read
		}
		if fatal := fatal(err); fatal != nil {
			return fatal
		}
		s.metrics.reconnected("failure")
		failures++
		d := wait(err, failures)
		s.log.WarnContext(ctx, "connection to Slack lost", "error", err, "again_in", d)
		if err := s.pause(ctx, d); err != nil {
			return err
		}
	}
}

// open asks for an address, connects and waits to be greeted.
func (s *sockets) open(ctx context.Context) (*conn, error) {
	_, address, err := s.api.StartSocketModeContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("apps.connections.open: %w", unwrapURL(err))
	}
	c, err := dial(ctx, address)
	if err != nil {
		return nil, err
	}
	if !s.spawn(func() {
		defer s.forget(c)
		s.enlist(c, false)
		err := c.read(func() { s.enlist(c, true) }, func(f frame) { s.spawn(func() { s.receive(c, f) }) })
		s.log.DebugContext(ctx, "socket closed", "error", err)
	}) {
		c.stop()
		return nil, errors.New("ended")
	}
	greeted := time.NewTimer(helloTimeout)
	defer greeted.Stop()
	select {
	case <-c.ready:
		return c, nil
	case <-c.leaving:
		err = fmt.Errorf("disconnect before hello: %s: %w", c.reason, errSlow)
	case <-c.closed:
		err = errors.New("closed before hello")
	case <-greeted.C:
		err = errors.New("no hello")
	case <-ctx.Done():
		err = ctx.Err()
	}
	c.stop()
	return nil, err
}

// stay waits until the connection needs a successor. It returns nil where Slack
// asked for one in time.
func (s *sockets) stay(ctx context.Context, c *conn) error {
	select {
	case <-c.leaving:
	case <-c.closed:
	case <-ctx.Done():
		c.stop()
		return ctx.Err()
	}
	select {
	case <-c.leaving: // what Slack said counts, also where it closed at once
	default:
		return errors.New("closed by the other side")
	}
	s.enlist(c, false)
	time.AfterFunc(lingerLimit, c.stop)
	switch c.reason {
	case "link_disabled", "too_many_websockets":
		return fmt.Errorf("disconnect: %s: %w", c.reason, errSlow)
	}
	return nil
}

// ack sends an acknowledgement over the socket its envelope came by, or over
// another where that one is gone.
func (s *sockets) ack(c *conn, data []byte) error {
	err := c.write(data)
	if err == nil {
		return nil
	}
	s.mu.Lock()
	others := maps.Clone(s.all)
	s.mu.Unlock()
	for other, live := range others {
		if live && other != c && other.write(data) == nil {
			return nil
		}
	}
	return err
}

// ready reports whether a greeted socket is open.
func (s *sockets) ready() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, live := range s.all {
		if live {
			return true
		}
	}
	return false
}

func (s *sockets) enlist(c *conn, live bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[c] = live
}

func (s *sockets) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
}

// stop ends every connection, once what it received is acknowledged.
func (s *sockets) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.all {
		c.stop()
	}
}

// fatalError is what no retry mends.
type fatalError struct {
	code string
	hint string
}

func (e *fatalError) Error() string {
	return fmt.Sprintf("Slack refuses the app-level token (%s): %s", e.code, e.hint)
}

// fatal tells a person what to mend, or returns nil where trying again may help.
func fatal(err error) *fatalError {
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) {
		return nil
	}
	hints := map[string]string{
		"invalid_auth":           "check SLACK_APP_TOKEN; it begins with xapp-",
		"not_authed":             "set SLACK_APP_TOKEN",
		"account_inactive":       "the app was uninstalled or its owner deactivated; install it again",
		"token_revoked":          "the token was revoked; make a new SLACK_APP_TOKEN",
		"token_expired":          "the token has expired; make a new SLACK_APP_TOKEN",
		"not_allowed_token_type": "SLACK_APP_TOKEN needs an app-level token, which begins with xapp-",
		"missing_scope":          "the app-level token needs the scope connections:write",
	}
	if hint, ok := hints[refused.Err]; ok {
		return &fatalError{refused.Err, hint}
	}
	return nil
}

// wait is how long to pause after the nth failure in a row.
func wait(err error, n int) time.Duration {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	switch {
	case errors.As(err, &limited):
		return limited.RetryAfter + jitter(minPause)
	case errors.Is(err, errSlow), errors.As(err, &status) && status.Code == http.StatusNotFound:
		return jitter(slowPause)
	}
	return jitter(min(minPause<<min(n-1, 10), maxPause))
}

// jitter is between half of d and d, so that replicas do not come all at once.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
