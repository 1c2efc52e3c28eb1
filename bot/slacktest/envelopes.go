package slacktest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// What a person sees when the app does not answer.
var (
	// ErrTimeout: the app did not acknowledge within 3 seconds ("operation_timeout").
	ErrTimeout = errors.New("slacktest: operation_timeout: the app did not acknowledge in time")
	// ErrNoSocket: no Socket Mode connection was open ("dispatch_failed").
	ErrNoSocket = errors.New("slacktest: dispatch_failed: the app has no open socket")
)

// A Reply is the app's acknowledgement as the person's client gets it.
type Reply struct {
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload,omitempty"` // what rode in the ack, if anything
	Latency    time.Duration   `json:"latency"`           // from the envelope's last frame written to the ack's frame read
}

// An Ack is one acknowledgement as it came over a socket.
type Ack struct {
	Payload json.RawMessage `json:"payload,omitempty"`
	Bytes   int             `json:"bytes"` // size of the whole frame's payload
	Latency time.Duration   `json:"latency"`
	Late    bool            `json:"late"`   // after the deadline: the person has seen an error by then
	Socket  int             `json:"socket"` // number of the connection, counted from 1 as they opened
}

// An Envelope is one Socket Mode message and what became of it.
type Envelope struct {
	ID        string          `json:"envelope_id"`
	Type      string          `json:"type"` // slash_commands, interactive, events_api
	Payload   json.RawMessage `json:"payload"`
	Delivered []int           `json:"delivered"` // the connections it was written to, in order
	Tokens    []string        `json:"-"`         // the app-level tokens those were opened with
	Acks      []Ack           `json:"acks"`
	Expired   bool            `json:"expired"` // unanswered when the deadline passed
}

type envelope struct {
	Envelope
	raw      map[string]any
	wroteAt  time.Time
	onAck    func(payload json.RawMessage) // runs under s.mu, once, for an ack in time
	settled  chan struct{}                 // closed by the first ack in time, or when the deadline passes
	deadline *time.Timer
}

// newEnvelope prepares one. The caller holds s.mu.
func (s *Server) newEnvelope(kind string, payload any, onAck func(json.RawMessage)) *envelope {
	id := rand.Text()
	raw := map[string]any{
		"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": kind != "events_api",
	}
	if kind == "events_api" {
		raw["retry_attempt"], raw["retry_reason"] = 0, ""
	}
	e := &envelope{
		Envelope: Envelope{ID: id, Type: kind, Payload: marshal(payload)},
		raw:      raw, onAck: onAck, settled: make(chan struct{}),
	}
	s.envelopes = append(s.envelopes, e)
	return e
}

// deliver writes the envelope to a socket and starts its deadline. The caller holds s.mu.
func (s *Server) deliver(e *envelope, c *socket) error {
	e.Delivered, e.Tokens = append(e.Delivered, c.number), append(e.Tokens, c.token)
	e.wroteAt = time.Now()
	if e.deadline == nil && !e.isSettled() {
		e.deadline = time.AfterFunc(s.cfg.ackDeadline, func() { s.expire(e) })
	}
	return c.send(marshal(e.raw))
}

func (s *Server) expire(e *envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !e.isSettled() {
		e.Expired = true
		close(e.settled)
		s.notify()
	}
}

func (e *envelope) isSettled() bool {
	select {
	case <-e.settled:
		return true
	default:
		return false
	}
}

// ask delivers a new envelope and waits for its ack: to a random socket, or to one opened with each
// of the app-level tokens of via.
func (s *Server) ask(ctx context.Context, via []string, kind string, payload any, onAck func(json.RawMessage)) (Reply, error) {
	s.mu.Lock()
	e := s.newEnvelope(kind, payload, onAck)
	to := s.route(via)
	if to == nil {
		e.Expired = true
		close(e.settled)
		s.notify()
		s.mu.Unlock()
		return Reply{EnvelopeID: e.ID}, ErrNoSocket
	}
	var broken []*socket
	for _, c := range to {
		if s.deliver(e, c) != nil {
			broken = append(broken, c)
		}
	}
	s.repeatDelivery(e, to[0])
	s.notify()
	s.mu.Unlock()
	for _, c := range broken {
		// The frame went into a socket that was gone: the person waits out the deadline.
		_ = c.ws.Close()
	}
	return s.await(ctx, e)
}

// route is where an envelope goes, nil where one of those is not to be had. The caller holds s.mu.
func (s *Server) route(via []string) []*socket {
	if len(via) == 0 {
		via = []string{""}
	}
	var to []*socket
	for _, token := range via {
		c := s.pick(token)
		if c == nil {
			return nil
		}
		to = append(to, c)
	}
	return to
}

func (s *Server) await(ctx context.Context, e *envelope) (Reply, error) {
	select {
	case <-e.settled:
		s.mu.Lock()
		defer s.mu.Unlock()
		if e.Expired {
			return Reply{EnvelopeID: e.ID}, ErrTimeout
		}
		return Reply{EnvelopeID: e.ID, Payload: e.Acks[0].Payload, Latency: e.Acks[0].Latency}, nil
	case <-ctx.Done():
		return Reply{EnvelopeID: e.ID}, ctx.Err()
	case <-s.done:
		return Reply{EnvelopeID: e.ID}, ErrNoSocket
	}
}

// takeAck records what a client sent over its socket and lets the first timely ack take effect.
func (s *Server) takeAck(c *socket, data []byte) {
	var in struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	if err := json.Unmarshal(data, &in); err != nil {
		s.violation("a message over the socket that is not JSON: %v", err)
		return
	}
	i := slices.IndexFunc(s.envelopes, func(e *envelope) bool { return e.ID == in.EnvelopeID })
	if i < 0 {
		s.violation("an ack for the unknown envelope %q", in.EnvelopeID)
		return
	}
	e := s.envelopes[i]
	if string(in.Payload) == "null" {
		in.Payload = nil
	}
	latency := time.Since(e.wroteAt)
	late := latency > s.cfg.ackDeadline
	e.Acks = append(e.Acks, Ack{Payload: in.Payload, Bytes: len(data), Latency: latency, Late: late, Socket: c.number})
	if len(e.Acks) > len(e.Delivered) {
		s.violation("the envelope %s was acknowledged more often than delivered", e.ID)
	}
	if late || e.isSettled() {
		return
	}
	e.deadline.Stop()
	if e.onAck != nil {
		e.onAck(in.Payload)
	}
	close(e.settled)
}

// Envelopes returns every envelope so far, oldest first, with its deliveries and acks.
func (s *Server) Envelopes() []Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Envelope, len(s.envelopes))
	for i, e := range s.envelopes {
		out[i] = e.Envelope
		out[i].Delivered, out[i].Tokens, out[i].Acks = slices.Clone(e.Delivered), slices.Clone(e.Tokens), slices.Clone(e.Acks)
	}
	return out
}

// Unanswered returns the envelopes that had no ack when their deadline passed, those acknowledged
// later included.
func (s *Server) Unanswered() []Envelope {
	return slices.DeleteFunc(s.Envelopes(), func(e Envelope) bool { return !e.Expired })
}
