package slacktest

import (
	"errors"
	"net/http"
	"slices"
	"time"
)

// A Fault is what a Web API call answers instead of doing its work. Exactly one of the first
// four is used, in this order.
type Fault struct {
	Drop       bool   // the connection breaks before an answer comes
	RetryAfter int    // seconds: HTTP 429 with that header
	Status     int    // an HTTP status such as 503
	Error      string // ok false with this error
	After      bool   // do the work first and then fail: the answer was lost on its way
}

type fault struct {
	Fault
	method string
	times  int
}

// FailNext makes the next calls of a method fail. Faults of one method are used up in the order
// they were set.
func (s *Server) FailNext(method string, f Fault, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{Fault: f, method: method, times: times})
}

// takeFault uses up one fault of the method. The caller holds s.mu.
func (s *Server) takeFault(method string) *fault {
	for i, f := range s.faults {
		if f.method != method {
			continue
		}
		if f.times--; f.times <= 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return f
	}
	return nil
}

func (f *fault) refusal() error {
	switch {
	case f.Drop:
		return &refusal{code: "dropped", drop: true, status: http.StatusOK}
	case f.RetryAfter > 0:
		return &refusal{code: "ratelimited", retryAfter: f.RetryAfter, status: http.StatusTooManyRequests}
	case f.Status > 0:
		return &refusal{code: http.StatusText(f.Status), status: f.Status}
	}
	return &refusal{code: f.Error, status: http.StatusOK}
}

// ExpireTriggers makes every trigger_id handed out so far too old.
func (s *Server) ExpireTriggers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.triggers {
		t.until = time.Time{}
	}
}

// Redeliver sends an envelope again over any open socket, with the same envelope_id. attempt
// above 0 is sent as retry_attempt with the reason "timeout". Only the first timely ack of all
// deliveries takes effect.
func (s *Server) Redeliver(envelopeID string, attempt int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.envelopes, func(e *envelope) bool { return e.ID == envelopeID })
	if i < 0 {
		return errors.New("slacktest: no such envelope")
	}
	c := s.pick("")
	if c == nil {
		return ErrNoSocket
	}
	e := s.envelopes[i]
	if attempt > 0 {
		e.raw["retry_attempt"], e.raw["retry_reason"] = attempt, "timeout"
	}
	return s.deliver(e, c)
}

// RepeatNext makes the next envelopes go to two different sockets at once, or twice to the only
// one, as happens when Slack believes the first delivery lost.
func (s *Server) RepeatNext(envelopes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repeat = envelopes
}

// repeatDelivery sends e a second time if a test asked for that. The caller holds s.mu.
func (s *Server) repeatDelivery(e *envelope, first *socket) {
	if s.repeat == 0 {
		return
	}
	s.repeat--
	second := first
	for _, c := range s.sockets {
		if c != first && !c.leaving {
			second = c
		}
	}
	_ = s.deliver(e, second)
}

// Inject sends an envelope made by the test: any type, any payload. It does not wait for the ack;
// find it by the returned envelope_id in [Server.Envelopes].
func (s *Server) Inject(kind string, payload any) (envelopeID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.pick("")
	if c == nil {
		return "", ErrNoSocket
	}
	e := s.newEnvelope(kind, payload, nil)
	defer s.notify()
	return e.ID, s.deliver(e, c)
}

// SendDisconnect tells one open socket to go: reason is warning, refresh_requested, link_disabled
// or too_many_websockets. The payloads in behind are written right after it, as slash_commands
// envelopes on the same socket, and must be answered all the same. After a warning the socket may
// still be given envelopes until it closes; it is cut after the drain time.
func (s *Server) SendDisconnect(reason string, behind ...any) (envelopeIDs []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.pick("")
	if c == nil {
		return nil, ErrNoSocket
	}
	c.leaving = reason != "warning"
	if err := c.send(disconnectMessage(reason)); err != nil {
		return nil, err
	}
	for _, payload := range behind {
		e := s.newEnvelope("slash_commands", payload, nil)
		if err := s.deliver(e, c); err != nil {
			return envelopeIDs, err
		}
		envelopeIDs = append(envelopeIDs, e.ID)
	}
	time.AfterFunc(s.cfg.drainFor, func() { _ = c.ws.Close() })
	s.notify()
	return envelopeIDs, nil
}

// CutSockets drops every TCP connection of Socket Mode without a close frame.
func (s *Server) CutSockets() {
	for _, c := range s.openSockets() {
		_ = c.ws.NetConn().Close()
	}
}

func (s *Server) openSockets() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sockets)
}
