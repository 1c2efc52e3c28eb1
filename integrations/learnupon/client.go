// Package learnupon is a typed client for the REST API of one LearnUpon portal, and for the few pages of its user
// interface that Registrar must point people to.
//
// It hides how the vendor's API really behaves, so that nobody else has to know: bodies wrapped in one capitalised
// key, list keys that follow no rule, filters that are silently ignored, answers of 200 that changed nothing, flags
// that come as 0 and 1. What it returns has been checked against what was asked.
//
// It knows neither runbooks nor Slack, and it never comes near the endpoint that rotates a portal's keys, which is a
// GET.
package learnupon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"registrar/integrations/rest"
)

const apiRoot = "/api/v1"

// Config describes a portal. Each portal, sub-portals too, has its own host and its own keys.
type Config struct {
	Name     string // what people call the portal, and what its call budget is counted under; "" for the only one
	URL      string // root of the API host, without /api/v1
	UIURL    string // root of the host people use in a browser; "": the same
	Username string
	Password string

	HTTP    *http.Client  // nil: the default
	Timeout time.Duration // for one try of one call; 0: 10 s
	Budget  rest.Budget   // nil: unlimited
	Observe rest.Observe  // the zero value: nobody
	// Learned hears how many calls the portal says are left, after each answer that says so. LearnUpon counts per
	// portal, by the minute and by the rolling week, and tells on success only (observed in 2026); -1: not told. A
	// call that it refuses for want of others says that none is left.
	Learned func(portal string, minuteLeft, weekLeft int)
}

// Client talks to one portal. It is safe for concurrent use.
type Client struct {
	name string
	api  *rest.Client
	ui   *rest.Client // without credentials
	home *url.URL     // root of the user interface
}

// New returns a client for a portal. Nothing is called yet.
func New(c Config) (*Client, error) {
	system := strings.TrimSpace("LearnUpon " + c.Name)
	if c.Username == "" || c.Password == "" {
		return nil, fmt.Errorf("%s: user name and password of the API keys are needed", system)
	}
	if c.UIURL == "" {
		c.UIURL = c.URL
	}
	api, err := rest.New(rest.Config{
		System: system, Key: c.Name, URL: strings.TrimSuffix(c.URL, "/") + apiRoot,
		HTTP: c.HTTP, Timeout: c.Timeout, Budget: c.Budget, Observe: c.Observe,
		Authorize: rest.Basic(c.Username, c.Password), Refused: c.refused, Answered: c.learn,
	})
	if err != nil {
		return nil, err
	}
	ui, err := rest.New(rest.Config{
		System: system, URL: c.UIURL, HTTP: c.HTTP, Timeout: c.Timeout, Observe: c.Observe, SameOrigin: true,
	})
	if err != nil {
		return nil, err
	}
	home, err := url.Parse(strings.TrimSuffix(c.UIURL, "/"))
	if err != nil {
		return nil, fmt.Errorf("%s: the URL of the user interface cannot be parsed", system)
	}
	return &Client{name: c.Name, api: api, ui: ui, home: home}, nil
}

// Name is the portal's name as configured.
func (c *Client) Name() string { return c.name }

// learn passes on what an answer says about the calls left.
func (c Config) learn(header http.Header) {
	left := func(window string) int {
		n, err := strconv.Atoi(header.Get("X-LU-Rate-Limit-Remaining-" + window))
		if err != nil {
			return -1
		}
		return n
	}
	minute, week := left("Minute"), left("Week")
	if c.Learned != nil && (minute >= 0 || week >= 0) {
		c.Learned(c.Name, minute, week)
	}
}

// refused is a refusal, of which everybody hears where it says that no call is left: such an answer names no number.
func (c Config) refused(status int, header http.Header, body []byte) (rest.Refusal, bool) {
	if status == http.StatusTooManyRequests && c.Learned != nil {
		if bytes.Contains(bytes.ToLower(body), []byte("week")) {
			c.Learned(c.Name, -1, 0)
		} else {
			c.Learned(c.Name, 0, -1)
		}
	}
	return refused(status, header, body)
}

// refused finds LearnUpon's refusals: any body with a message, whatever its status, and a second shape for JSON it
// could not read. Routes that do not exist answer with HTML.
func refused(status int, _ http.Header, body []byte) (rest.Refusal, bool) {
	var said struct {
		Message *string `json:"message"`
		Error   *string `json:"error"`
		Code    Int     `json:"response_code"`
	}
	if json.Unmarshal(body, &said) != nil {
		return rest.Refusal{}, false
	}
	switch {
	case said.Message != nil:
		return rest.Refusal{Status: claimed(status, int(said.Code)), Message: *said.Message}, true
	case said.Error != nil:
		return rest.Refusal{Status: claimed(status, int(said.Code)), Message: *said.Error}, true
	default:
		return rest.Refusal{}, false
	}
}

// claimed is the status a body claims for itself, where the one on the wire says success.
func claimed(wire, body int) int {
	if wire < 300 && body >= 400 && body < 600 {
		return body
	}
	return wire
}

// refusedWith reports whether err is the portal's refusal with one of these words in its message, in any case.
func refusedWith(err error, words ...string) bool {
	message := strings.ToLower(rest.Message(err))
	for _, w := range words {
		if strings.Contains(message, w) {
			return true
		}
	}
	return false
}
