package rest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Why a call failed without an answer of the vendor that says so. They are found with errors.Is.
var (
	ErrReadOnly    = errors.New("refused: only reads are allowed while planning")
	ErrCircuitOpen = errors.New("not sent: the host failed several times in a row and is left alone for a while")
	ErrBudget      = errors.New("not sent: the call budget is used up")
	ErrNotHeld     = errors.New("not sent: it is not certain that this process may go on with the run")
	ErrNotApplied  = errors.New("the record, read back, does not show the change")

	errBody     = errors.New("the answer is not the expected JSON")
	errCut      = errors.New("the answer broke off")
	errTooLarge = errors.New("the answer is too large")
	errInvalid  = errors.New("not sent")
)

// busyWait is how long to leave a vendor alone that refused for lack of calls and named no time: its windows are
// minutes.
const busyWait = 15 * time.Second

// Error is how every call fails. Neither it nor anything it wraps holds a query string, a link, an address or a
// credential.
type Error struct {
	System    string // "LearnUpon"
	Method    string
	Route     string // the template
	Write     bool   // the call was meant to change something
	Sent      bool   // the request may have reached the vendor
	Status    int    // the vendor's answer; 0: none came
	Code      string // the vendor's own error code
	Message   string // the vendor's words, for logs: redacted, and cut to 200 characters
	RequestID string // the vendor's X-Request-Id
	Err       error  // the cause where no answer says it, redacted

	wait   time.Duration
	later  bool   // the refusal itself says that the same call may work after wait
	public string // the refusal's own sentence
}

func (c *Client) fail(r Request, cause error) *Error {
	return &Error{System: c.System, Method: r.method(), Route: r.Route, Write: r.writes(), Err: plain(cause)}
}

// Invalid is the error for a request that is wrong before it is sent. The reason is shown to people.
func (c *Client) Invalid(r Request, reason string) *Error {
	e := c.fail(r, errInvalid)
	e.Message = reason
	return e
}

func (c *Client) overBudget(r Request, cause error) *Error {
	e := c.fail(r, ErrBudget).after(busyWait)
	if spent, ok := errors.AsType[interface {
		error
		Weekly() bool
	}](cause); ok && spent.Weekly() {
		e.public = "The calls " + c.System + " allows per week are used up, or so nearly that the rest is kept for what people wait for; nothing was changed. It can go on when " + c.System + " allows more."
	}
	if later, ok := errors.AsType[interface {
		error
		RetryLater() (time.Duration, bool)
	}](cause); ok {
		if wait, ok := later.RetryLater(); ok {
			return e.after(wait)
		}
	}
	return e
}

func (e *Error) after(wait time.Duration) *Error {
	e.wait = wait
	return e
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s", e.System, e.Method, e.Route)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": %d", e.Status)
	}
	for _, said := range []string{e.Code, e.Message} {
		if said != "" {
			b.WriteString(": " + said)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", redact(e.RequestID))
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Unsure reports whether this was a write that may or may not have taken effect. An answer of 4xx is a definite no;
// a time-out, a reset, an answer of 5xx or one that cannot be read is not.
func (e *Error) Unsure() bool { return e.Write && e.Sent && !e.refused() }

// refused: the vendor took a look and declined. 408 only says that it lost patience.
func (e *Error) refused() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout
}

// redirected: the address is not where the vendor wants to be called, and will not be a minute later.
func (e *Error) redirected() bool { return e.Status >= 300 && e.Status < 400 }

// RetryLater reports whether nothing was changed and the same call may work after the returned time.
func (e *Error) RetryLater() (time.Duration, bool) {
	switch {
	case e.Unsure(), errors.Is(e.Err, ErrReadOnly), errors.Is(e.Err, errTooLarge), errors.Is(e.Err, errInvalid):
		return 0, false
	case e.later:
		return e.wait, true
	case e.Status == http.StatusTooManyRequests && e.wait == 0:
		return busyWait, true
	case e.Status == http.StatusTooManyRequests:
		return e.wait, true
	case e.refused(), e.redirected():
		return 0, false
	default:
		return e.wait, true
	}
}

// Public is one sentence that may be shown to anybody.
func (e *Error) Public() string {
	switch {
	case errors.Is(e.Err, ErrReadOnly):
		return "This would have changed something in " + e.System + " while only planning, so it was refused."
	case errors.Is(e.Err, ErrBudget) && e.public != "":
		return e.public
	case errors.Is(e.Err, ErrBudget):
		return "The calls " + e.System + " allows per minute are used up; nothing was changed. Try again in a minute."
	case errors.Is(e.Err, ErrNotHeld):
		return "Registrar was held up for so long that it cannot be certain whether another process goes on with this; nothing was changed."
	case errors.Is(e.Err, errInvalid):
		return "The request to " + e.System + " was wrong (" + e.Message + "), so it was not sent; nothing was changed."
	case errors.Is(e.Err, ErrNotApplied):
		return e.System + " said yes, but its record does not show the change. Please look at the record."
	case e.Unsure():
		return e.System + " gave no clear answer, so the change may or may not have been made. Please look at the record."
	case e.public != "":
		return e.public
	case e.Status == http.StatusUnauthorized:
		return e.System + " does not accept our credentials; nothing was changed. Whoever runs Registrar has to look."
	case e.Status == http.StatusForbidden:
		return e.System + " does not allow us to do this; nothing was changed."
	case e.Status == http.StatusNotFound:
		return e.System + " has no such record."
	case e.Status == http.StatusTooManyRequests:
		return e.System + " asks us to slow down; nothing was changed. Try again in a minute."
	case e.refused():
		return e.System + " refused the request; nothing was changed."
	default:
		return e.System + " cannot be reached or does not work right now; nothing was changed. Try again later."
	}
}

// IsNotFound reports whether err says that the vendor has no such record.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsUnauthorized reports whether err says that the credentials were not accepted.
func IsUnauthorized(err error) bool { return hasStatus(err, http.StatusUnauthorized) }

// Message is what the vendor said, redacted, if err is a refusal; otherwise "".
func Message(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return ""
}

func hasStatus(err error, status int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == status
}
