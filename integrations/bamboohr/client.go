// Package bamboohr is a typed client for the part of BambooHR's REST API that tells who works at the company.
//
// It hides how the vendor's API really behaves, so that nobody else has to know: no endpoint finds a person by address,
// fields the key's user may not see are null or not there at all, a date that is not set may be all zeros, why something
// was refused stands in a header. It only reads: every method works under [rest.ReadOnly].
//
// It knows neither runbooks nor what somebody's leaving means in LearnUpon.
package bamboohr

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"registrar/integrations/rest"
)

const (
	apiRoot = "/api/v1"
	// anyPassword goes with the key, which is the user name; BambooHR looks at that alone.
	anyPassword = "x"
)

// Config describes a company.
type Config struct {
	// URL is the company's root, https://company.bamboohr.com. The older gateway, https://api.bamboohr.com with
	// /api/gateway.php/company, works as well (observed in 2026).
	URL string
	// APIKey acts as the user it belongs to and sees what that user may see.
	APIKey string

	HTTP    *http.Client  // nil: the default
	Timeout time.Duration // for one try of one call; 0: 10 s
	Observe rest.Observe  // the zero value: nobody
}

// Client talks to one company. It is safe for concurrent use.
type Client struct {
	api  *rest.Client
	home *url.URL
}

// New returns a client for a company. Nothing is called yet.
func New(c Config) (*Client, error) {
	if c.APIKey == "" {
		return nil, errors.New("BambooHR: an API key is needed")
	}
	root := strings.TrimSuffix(c.URL, "/")
	api := root + apiRoot
	if strings.Contains(root, "/gateway.php/") {
		api = root + "/v1"
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	client, err := rest.New(rest.Config{
		System: "BambooHR", URL: api, HTTP: c.HTTP, Timeout: c.Timeout, Observe: c.Observe,
		Authorize: rest.Basic(c.APIKey, anyPassword), Refused: refused,
	})
	if err != nil {
		return nil, err
	}
	home, err := url.Parse(root)
	if err != nil {
		return nil, errors.New("BambooHR: the URL cannot be parsed")
	}
	return &Client{client, home}, nil
}

// Page is the address of an employee's record, for people.
func (c *Client) Page(id ID) string {
	if company, gateway := strings.CutPrefix(c.home.Path, "/api/gateway.php/"); gateway {
		return "https://" + company + ".bamboohr.com/employees/employee.php?id=" + url.QueryEscape(string(id))
	}
	return c.home.String() + "/employees/employee.php?id=" + url.QueryEscape(string(id))
}

// refused finds out why. The words are in a header, of either name; some calls send them as JSON. Until September 2026
// too many calls were answered with 503, since then with 429, both with Retry-After: that header alone says how long to
// wait, whatever the status.
func refused(status int, header http.Header, body []byte) (rest.Refusal, bool) {
	if status < 300 {
		return rest.Refusal{}, false
	}
	why := rest.Refusal{Message: header.Get("X-BambooHR-Error-Message")}
	if why.Message == "" {
		why.Message = header.Get("X-BambooHR-Message")
	}
	var said struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) && json.Unmarshal(body, &said) == nil && said.Error.Code != "" {
		why.Code, why.Message = said.Error.Code, said.Error.Message
	}
	return why, true
}

// refusedWith reports whether err is a refusal of one of these statuses.
func refusedWith(err error, statuses ...int) bool {
	failed, ok := errors.AsType[*rest.Error](err)
	if !ok {
		return false
	}
	for _, s := range statuses {
		if failed.Status == s {
			return true
		}
	}
	return false
}
