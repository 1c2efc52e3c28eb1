package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

const (
	// defaultTimeout is long because a slow answer is better than none: nobody waits for a vendor before an
	// acknowledgement, and a write that is given up has an unknown outcome.
	defaultTimeout = 30 * time.Second
	defaultMaxBody = 16 << 20

	// A host that failed breakAfter times in a row is left alone for breakFor, then tried with one call.
	breakAfter = 5
	breakFor   = 15 * time.Second
)

// Budget is asked before each call, with the key of the portal or organisation whose limit the call counts against.
// A refusal is an error; where it has a RetryLater method, that says when to come back. An error of any other kind
// refuses too: a budget that cannot be read is not a budget that is free. See [IsBackground].
type Budget func(ctx context.Context, key string) error

// Sent is a call that was sent, as metrics and traces may show it.
type Sent struct {
	System string
	Method string
	Route  string // always a template ("/users/{id}"), never a path
	Status int    // 0: no answer came
	Took   time.Duration
}

// Observe hears how a vendor does. Each may be nil, and is called while the caller waits.
type Observe struct {
	// Sent hears of every call that was sent, with the context it was made under.
	Sent func(context.Context, Sent)
	// Circuit hears that a host is left alone because it failed several times in a row, and that it works again.
	Circuit func(system string, open bool)
}

// Refusal is a vendor's own account of why it said no.
type Refusal struct {
	Status  int    // the status the body claims; 0: the one on the wire
	Code    string // the vendor's error code, if it has such
	Message string // the vendor's words; they are redacted before they go into an Error
	Public  string // one sentence that may be shown to anybody, where the status alone would say too little; "": it says enough

	// Later is how long to wait where the vendor changed nothing and would take the same call later, although the status
	// does not say so. 0: the status and a Retry-After header decide.
	Later time.Duration
}

// Config describes one vendor, or one portal of it.
type Config struct {
	System string // as people and metrics know it: "LearnUpon"
	Key    string // what the budget is counted under: the portal's name
	URL    string // the root below which all routes lie; scheme http or https, no query

	HTTP    *http.Client  // its transport is used; its cookies and redirects are not. nil: http.DefaultClient
	Timeout time.Duration // for one try of a call; 0: 30 s. What a person waits for overall is the context's business
	MaxBody int64         // bytes of an answer; 0: 16 MiB

	Authorize func(*http.Request) // puts the credentials on; nil: none
	// Refused reads a vendor's refusal out of any answer, also one with status 200; nil: the status alone decides.
	Refused func(status int, header http.Header, body []byte) (Refusal, bool)

	// SameOrigin follows redirects that stay on the scheme, host and port of URL. Without it none is followed.
	SameOrigin bool

	Budget   Budget            // nil: unlimited
	Answered func(http.Header) // hears the header of every answer, for the limits a vendor reports; nil: nobody
	Observe  Observe           // the zero value: nobody
}

// Client makes calls to one host. It is safe for concurrent use.
type Client struct {
	Config
	root    *url.URL
	breaker circuitbreaker.CircuitBreaker[*Response]
}

// New returns a client, or an error that names the setting that is wrong without repeating it: it may hold a secret.
func New(c Config) (*Client, error) {
	root, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: the URL cannot be parsed", c.System)
	case root.Scheme != "http" && root.Scheme != "https", root.Host == "":
		return nil, fmt.Errorf("%s: the URL must start with https:// and name a host", c.System)
	case root.User != nil, root.RawQuery != "", root.Fragment != "":
		return nil, fmt.Errorf("%s: the URL must hold neither credentials nor a query", c.System)
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.MaxBody <= 0 {
		c.MaxBody = defaultMaxBody
	}
	c.HTTP = withoutMemory(c.HTTP, root, c.SameOrigin)
	return &Client{Config: c, root: root, breaker: c.circuit()}, nil
}

// circuit leaves a host alone that failed several times in a row. A host that is tried again and fails again was not
// working in between, so that is told to nobody.
func (c Config) circuit() circuitbreaker.CircuitBreaker[*Response] {
	b := circuitbreaker.NewBuilder[*Response]().WithFailureThreshold(breakAfter).WithSuccessThreshold(1).WithDelay(breakFor)
	if tell := c.Observe.Circuit; tell != nil {
		b = b.OnOpen(func(e circuitbreaker.StateChangedEvent) {
			if e.OldState == circuitbreaker.ClosedState {
				tell(c.System, true)
			}
		}).OnClose(func(circuitbreaker.StateChangedEvent) { tell(c.System, false) })
	}
	return b.Build()
}

// errRedirect stops a redirect that would leave the origin. Its text must not name the target.
var errRedirect = errors.New("redirected to another host")

const maxRedirects = 5

// withoutMemory is the given client without cookies, and with redirects off, because a redirected write would be sent
// twice and a redirect to another host could carry the credentials there.
func withoutMemory(given *http.Client, root *url.URL, sameOrigin bool) *http.Client {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if given != nil {
		client.Transport = given.Transport
	}
	if sameOrigin {
		client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
			if !SameOrigin(root, next.URL) || len(via) > maxRedirects {
				return errRedirect
			}
			return nil
		}
	}
	return client
}

// SameOrigin reports whether two URLs share scheme, host and port, a default port being the same as none.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && a.Hostname() != "" && equalHost(a, b) && port(a) == port(b)
}

// Basic returns an authorization with a user name and a password.
func Basic(username, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(username, password) }
}
