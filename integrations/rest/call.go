package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"
)

// Response is a vendor's answer with a status of 2xx that was not a refusal.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes the call. A read is tried up to three times where trying again may help; anything else is sent at most
// once. The error, if any, is always an [*Error].
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	if r.writes() {
		res, err := c.once(ctx, r)
		if err != nil {
			return nil, err
		}
		return res, nil
	}
	// The error is kept here because failsafe gives back the context's own once that has ended.
	var last *Error
	res, err := failsafe.With(retries(ctx)).WithContext(ctx).Get(func() (*Response, error) {
		var res *Response
		if res, last = c.once(ctx, r); last != nil {
			return nil, last
		}
		return res, nil
	})
	switch {
	case err == nil:
		return res, nil
	case last == nil:
		return nil, c.fail(r, err)
	default:
		return nil, last
	}
}

// JSON makes the call and decodes the answer into out. An answer that is not the expected JSON is an error, and for a
// write an unsure one.
func (c *Client) JSON(ctx context.Context, r Request, out any) (*Response, error) {
	res, err := c.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(res.Body, out); err != nil {
		return nil, c.Unclear(r, res, errBody)
	}
	return res, nil
}

// Unclear is the error for an answer of 2xx that does not show what was asked for: a body that makes no sense, or a
// write that the record, read back, does not show. For a write it is unsure.
func (c *Client) Unclear(r Request, res *Response, cause error) *Error {
	e := c.fail(r, cause)
	e.Sent = true
	e.Status, e.RequestID = http.StatusOK, ""
	if res != nil {
		e.Status, e.RequestID = res.Status, res.Header.Get("X-Request-Id")
	}
	return e
}

// NotFound is the error for a search that worked and whose result, checked again, did not hold what was looked for.
func (c *Client) NotFound(r Request) *Error {
	e := c.fail(r, nil)
	e.Status = http.StatusNotFound
	return e
}

// once asks everything that may refuse the call, then sends it.
func (c *Client) once(ctx context.Context, r Request) (*Response, *Error) {
	if r.writes() && IsReadOnly(ctx) {
		return nil, c.fail(r, ErrReadOnly)
	}
	req, err := r.build(ctx, c.root)
	if err != nil {
		return nil, c.Invalid(r, err.Error())
	}
	if wait := c.breaker.RemainingDelay(); wait > 0 {
		return nil, c.fail(r, ErrCircuitOpen).after(wait)
	}
	if err := ctx.Err(); err != nil {
		return nil, c.fail(r, err)
	}
	if c.Budget != nil {
		if err := c.Budget(r.asking(ctx), c.Key); err != nil {
			return nil, c.overBudget(r, err)
		}
	}
	if r.writes() && Allowed(ctx) != nil {
		return nil, c.fail(r, ErrNotHeld)
	}
	if !c.breaker.TryAcquirePermit() {
		return nil, c.fail(r, ErrCircuitOpen).after(probeWait)
	}
	res, failed := c.send(r, req)
	c.record(failed)
	return res, failed
}

// record tells the breaker how the host did. A caller who went away says nothing about it, except that the one call a
// half-open breaker lets through has to count as something.
func (c *Client) record(err *Error) {
	switch {
	case err == nil, err.Status > 0 && err.Status < 500 && !errors.Is(err, context.DeadlineExceeded):
		c.breaker.RecordSuccess()
	case errors.Is(err, context.Canceled) && !c.breaker.IsHalfOpen():
	default:
		c.breaker.RecordFailure()
	}
}

// send puts the request on the wire, once.
func (c *Client) send(r Request, req *http.Request) (*Response, *Error) {
	var wire departure
	ctx, cancel := context.WithTimeout(wire.watch(req.Context()), c.Timeout)
	defer cancel()
	req = req.WithContext(ctx)
	if c.Authorize != nil {
		c.Authorize(req)
	}

	start := time.Now()
	answer, err := c.HTTP.Do(req)
	if err != nil {
		c.observe(ctx, r, 0, start)
		e := c.fail(r, err)
		e.Sent = wire.left() || errors.Is(err, errRedirect)
		return nil, e
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, c.MaxBody+1))
	c.observe(ctx, r, answer.StatusCode, start)
	if c.Answered != nil {
		c.Answered(answer.Header)
	}
	res := &Response{Status: answer.StatusCode, Header: answer.Header, Body: body}
	if refused := c.refused(r, res, start); refused != nil {
		return nil, refused
	}
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, c.Unclear(r, res, context.DeadlineExceeded)
	case err != nil:
		return nil, c.Unclear(r, res, errCut)
	case int64(len(body)) > c.MaxBody:
		return nil, c.Unclear(r, res, errTooLarge)
	}
	return res, nil
}

// refused returns the error the answer stands for, if it does.
func (c *Client) refused(r Request, res *Response, now time.Time) *Error {
	var why Refusal
	said := false
	if c.Refused != nil {
		why, said = c.Refused(res.Status, res.Header, res.Body)
	}
	if !said && res.Status >= 200 && res.Status < 300 {
		return nil
	}
	e := c.fail(r, nil)
	e.Sent, e.Status, e.RequestID = true, res.Status, res.Header.Get("X-Request-Id")
	if why.Status != 0 {
		e.Status = why.Status
	}
	e.Code, e.Message, e.public = redact(why.Code), redact(why.Message), why.Public
	if why.Later > 0 {
		e.later = true
		return e.after(why.Later)
	}
	return e.after(retryAfter(res.Header.Get("Retry-After"), now))
}

func (c *Client) observe(ctx context.Context, r Request, status int, start time.Time) {
	if c.Observe.Sent != nil {
		c.Observe.Sent(ctx, Sent{System: c.System, Method: r.method(), Route: r.Route, Status: status, Took: time.Since(start)})
	}
}

// departure watches whether a request left: a server cannot act on one whose header was never written.
type departure struct{ asked, wrote atomic.Bool }

func (d *departure) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { d.asked.Store(true) },
		WroteHeaders: func() { d.wrote.Store(true) },
	})
}

// left is true as well where the transport tells nothing, because then nothing is known.
func (d *departure) left() bool { return d.wrote.Load() || !d.asked.Load() }
