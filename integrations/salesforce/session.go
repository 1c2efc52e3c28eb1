package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"registrar/integrations/rest"
)

// refusedFor is how long a refused sign-in is remembered, so that a wrong secret does not look like an attack.
const refusedFor = 30 * time.Second

// session is a token and where it is good. Replies carry no life time: it lasts until a call says otherwise.
type session struct {
	token     string
	instance  *url.URL
	api       *rest.Client
	org, user ID
}

type refusedLogin struct {
	err   error
	until time.Time
}

// held is a value that is replaced as a whole.
type held[T any] struct{ p atomic.Pointer[T] }

func (h *held[T]) get() (value T) {
	if p := h.p.Load(); p != nil {
		value = *p
	}
	return value
}

func (h *held[T]) set(value T) { h.p.Store(&value) }

// turn is a lock that may be waited for no longer than a context lasts.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { <-t }

func (s *session) do(ctx context.Context, r rest.Request) (*rest.Response, error) {
	header := http.Header{"Authorization": {"Bearer " + s.token}}
	for name, values := range r.Header {
		header[name] = values
	}
	r.Header = header
	return s.api.Do(ctx, r)
}

const tokenRoute = "/services/oauth2/token"

// session returns the session to use, another one than the given. However many ask at once, one signs in.
func (c *Client) session(ctx context.Context, ended *session) (*session, error) {
	if s := c.current.get(); s != nil && s != ended {
		return s, nil
	}
	if err := c.signIn.take(ctx); err != nil {
		return nil, &waited{err}
	}
	defer c.signIn.give()
	if s := c.current.get(); s != nil && s != ended {
		return s, nil
	}
	if refusal := c.refusal.get(); refusal != nil && c.config.Now().Before(refusal.until) {
		return nil, refusal.err
	}
	s, err := c.authenticate(ctx)
	if rest.IsUnauthorized(err) {
		c.refusal.set(&refusedLogin{err: err, until: c.config.Now().Add(refusedFor)})
	}
	if err != nil {
		return nil, err
	}
	c.current.set(s)
	return s, nil
}

// authenticate asks for a token.
func (c *Client) authenticate(ctx context.Context) (*session, error) {
	r := rest.Request{Method: http.MethodPost, Route: tokenRoute, Reads: true}
	var err error
	if r.Form, err = c.grant(); err != nil {
		return nil, c.invalid(r, "the token request cannot be signed")
	}
	var reply struct {
		AccessToken string `json:"access_token"`
		InstanceURL string `json:"instance_url"`
		ID          string `json:"id"` // https://login…/id/<org>/<user>
	}
	res, err := c.login.JSON(ctx, r, &reply)
	if err != nil {
		return nil, err
	}
	instance, ok := c.pinned(reply.InstanceURL)
	if !ok || reply.AccessToken == "" {
		return nil, c.login.Unclear(r, res, errInstance)
	}
	s := &session{token: reply.AccessToken, instance: instance}
	if parts := strings.Split(reply.ID, "/"); len(parts) >= 2 {
		s.org, _ = ParseID(parts[len(parts)-2])
		s.user, _ = ParseID(parts[len(parts)-1])
	}
	if old := c.current.get(); old != nil && rest.SameOrigin(old.instance, instance) {
		s.api = old.api // with what it knows of the host's health
		return s, nil
	}
	if s.api, err = c.connect(instance); err != nil {
		return nil, c.login.Unclear(r, res, errInstance)
	}
	return s, nil
}

// pinned returns the address Salesforce wants to be called at, if it is one the token may be sent to: Salesforce's own,
// or the configured one.
func (c *Client) pinned(address string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, false
	}
	if rest.SameOrigin(u, c.root) {
		return u, true
	}
	host := strings.ToLower(u.Hostname())
	return u, c.root.Scheme == "https" && u.Scheme == "https" && u.Port() == "" && strings.HasSuffix(host, ".salesforce.com")
}

// loopback reports whether a URL stays on this machine, where a test's server may speak plain HTTP.
func loopback(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}

// refusedToken reads the refusal of a token request, an object where the rest of the API sends an array.
func refusedToken(status int, _ http.Header, body []byte) (rest.Refusal, bool) {
	var said struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" || status >= 500 || status == http.StatusTooManyRequests {
		return rest.Refusal{}, false
	}
	return rest.Refusal{
		Status: http.StatusUnauthorized, Code: said.Error, Message: said.Description,
		Public: "Salesforce does not let Registrar sign in; nothing was changed. Whoever runs Registrar has to look.",
	}, true
}
