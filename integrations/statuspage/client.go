// Package statuspage reads the public page on which LearnUpon says how it is doing. The page is one of Atlassian
// Statuspage, whose public API (v2) needs no credentials and only reads.
//
// It knows neither LearnUpon's API nor what its outages mean for a run: it tells what the page says, or that the page
// says nothing that makes sense.
package statuspage

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"registrar/integrations/rest"
)

const (
	summaryRoute = "/api/v2/summary.json"

	// defaultTimeout is short: whoever asks for the status waits for the answer, and a page that hangs says enough.
	defaultTimeout = 2 * time.Second
	// maxBody is ample: a summary has a few kilobytes.
	maxBody = 1 << 20
)

// Config says where the page is.
type Config struct {
	URL     string        // the page's root
	HTTP    *http.Client  // nil: the default
	Timeout time.Duration // for one try; 0: 2 s
	Observe rest.Observe  // the zero value: nobody
}

// Client reads one page. It is safe for concurrent use.
type Client struct{ api *rest.Client }

// New returns a client. Nothing is called yet.
func New(c Config) (*Client, error) {
	api, err := rest.New(rest.Config{
		System: "LearnUpon's status page", URL: strings.TrimSuffix(c.URL, "/"), HTTP: c.HTTP,
		Timeout: cmp.Or(c.Timeout, defaultTimeout), MaxBody: maxBody, Observe: c.Observe,
	})
	if err != nil {
		return nil, err
	}
	return &Client{api}, nil
}

// errShape is an answer of JSON that is not a summary, such as that of a page of another maker.
var errShape = errors.New("the answer is not the summary of a status page")

// Summary is the page at a glance: what is wrong now and what is planned. The error, if any, is a [*rest.Error].
func (c *Client) Summary(ctx context.Context) (Summary, error) {
	var s Summary
	r := rest.Request{Route: summaryRoute}
	res, err := c.api.JSON(ctx, r, &s)
	if err != nil {
		return Summary{}, err
	}
	if s.Page.Name == "" || s.Status.Indicator == "" {
		return Summary{}, c.api.Unclear(r, res, errShape)
	}
	return s, nil
}
