// Package salesforce is a typed client for the REST API of one Salesforce org: the people, their accounts, and the few
// fields by which LearnUpon's managed package ties them to a portal.
//
// It hides what nobody else should have to know: sessions that end without notice, SOQL and its escaping, custom fields
// whose API names differ from org to org and which are therefore found by label, ids in two lengths, contacts that were
// merged away, limits that are told as a missing permission. What it returns has been checked against what was asked,
// and every write is read back.
//
// It knows neither runbooks nor Slack, nor what the records are used for.
package salesforce

import (
	"cmp"
	"context"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"registrar/integrations/rest"
)

const (
	system = "Salesforce"

	// BudgetKey is what the calls of this client are counted under.
	BudgetKey = "salesforce"

	// defaultVersion is supported until 2028 at least: Salesforce keeps each version for three years or more.
	defaultVersion = "v67.0"
)

// Config describes an org and how to sign in: with a client secret, or with a user name and a private key.
type Config struct {
	URL          string // the org's My Domain: https://acme.my.salesforce.com
	ClientID     string
	ClientSecret string // OAuth client credentials

	Username   string // OAuth JWT bearer: who to be
	PrivateKey []byte // and the RSA key in PEM that the app knows the certificate of
	Audience   string // "": Salesforce's sign-in host for production or sandboxes, as the URL tells

	APIVersion string // "v67.0"; "": that
	// Fields are API names to use instead of what the labels say: object → label → API name.
	Fields map[string]map[string]string

	HTTP    *http.Client  // nil: the default
	Timeout time.Duration // for one try of one call; 0: 10 s
	Budget  rest.Budget   // nil: unlimited. Signing in is not counted: Salesforce does not count it either
	Observe rest.Observe  // the zero value: nobody
	// Learned hears how many of the org's calls of the last 24 hours are used, after each answer that says so.
	Learned func(used, allowed int)
	Now     func() time.Time // nil: time.Now
}

// Client talks to one org. It is safe for concurrent use.
type Client struct {
	config Config
	root   *url.URL
	key    *rsa.PrivateKey // nil: client credentials
	login  *rest.Client
	usage  usage

	signIn   turn // held by whoever signs in
	current  held[*session]
	refusal  held[*refusedLogin]
	schemas  schemas
	override map[Field]name
}

var versions = regexp.MustCompile(`^v\d{2,3}\.0$`)

// New returns a client for an org. Nothing is called yet. The error names the setting that is wrong without repeating
// it.
func New(c Config) (*Client, error) {
	c.APIVersion = cmp.Or(c.APIVersion, defaultVersion)
	if c.Now == nil {
		c.Now = time.Now
	}
	root, err := url.Parse(strings.TrimSuffix(strings.TrimSpace(c.URL), "/"))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: the URL cannot be parsed", system)
	case root.Path != "":
		return nil, fmt.Errorf("%s: the URL must end after the host", system)
	case root.Scheme != "https" && !loopback(root):
		return nil, fmt.Errorf("%s: the URL must start with https://", system)
	case !versions.MatchString(c.APIVersion):
		return nil, fmt.Errorf("%s: the API version must look like %s", system, defaultVersion)
	case c.ClientID == "":
		return nil, fmt.Errorf("%s: the client id is needed", system)
	}
	client := &Client{config: c, root: root, signIn: newTurn()}
	client.schemas.turn = newTurn()
	switch {
	case (c.ClientSecret == "") == (c.Username == "" && len(c.PrivateKey) == 0), (c.Username == "") != (len(c.PrivateKey) == 0):
		return nil, fmt.Errorf("%s: either a client secret or a user name with a private key is needed", system)
	case c.Username != "":
		if client.key, err = parseKey(c.PrivateKey); err != nil {
			return nil, fmt.Errorf("%s: the private key %w", system, err)
		}
	}
	if client.override, err = overrides(c.Fields); err != nil {
		return nil, err
	}
	client.login, err = rest.New(rest.Config{
		System: system, Key: BudgetKey, URL: root.String(), HTTP: c.HTTP, Timeout: c.Timeout, Observe: c.Observe,
		Refused: refusedToken,
	})
	if err != nil {
		return nil, err
	}
	return client, nil
}

// connect returns a client for the API at an instance.
func (c *Client) connect(instance *url.URL) (*rest.Client, error) {
	return rest.New(rest.Config{
		System: system, Key: BudgetKey, URL: instance.String() + c.apiRoot(), HTTP: c.config.HTTP,
		Timeout: c.config.Timeout, Budget: c.config.Budget, Observe: c.config.Observe,
		Refused: refused, Answered: c.learn,
	})
}

func (c *Client) apiRoot() string { return "/services/data/" + c.config.APIVersion }

// do makes a call to the API. Where the session has ended it signs in again, once, and repeats the call: Salesforce
// looked at the session first, so nothing was done.
func (c *Client) do(ctx context.Context, r rest.Request) (*rest.Response, *rest.Client, error) {
	s, err := c.session(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	res, err := s.do(ctx, r)
	if !sessionEnded(err) {
		return res, s.api, err
	}
	if s, err = c.session(ctx, s); err != nil {
		return nil, nil, err
	}
	res, err = s.do(ctx, r)
	return res, s.api, err
}

// invalid is the error for a call that is wrong before it is sent.
func (c *Client) invalid(r rest.Request, reason string) error { return c.login.Invalid(r, reason) }

func get(route string, query url.Values, args ...string) rest.Request {
	return rest.Request{Method: http.MethodGet, Route: route, Query: query, Args: args}
}
