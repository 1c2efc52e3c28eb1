package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Request is one call to a vendor.
type Request struct {
	Method string // "": GET
	// Route is a template below the client's URL, with a {name} for each of Args in turn: "/users/{id}". It is what
	// logs, metrics and errors call the request.
	Route string
	Args  []string
	Query url.Values
	Body  any // sent as JSON; nil: no body and, as LearnUpon insists, no Content-Type
	// Form is sent instead of Body, as HTML forms are.
	Form url.Values

	Header http.Header

	// Link is requested instead of Route and Query, which then only name it. It must lie on the client's origin.
	Link *url.URL
	// Changes says that a GET changes something, as opening a confirmation link does: it is then treated as a write.
	Changes bool
	// Reads says that a request of another method changes nothing, as asking for a token does: it is then treated as a
	// read.
	Reads bool
}

func (r Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// writes reports whether the request may change something, so that it must not be sent while planning, nor twice.
func (r Request) writes() bool {
	return r.Changes || !r.Reads && r.method() != http.MethodGet && r.method() != http.MethodHead
}

// address puts the arguments, escaped, into the route.
func (r Request) address(root *url.URL) (*url.URL, error) {
	if r.Link != nil {
		if !SameOrigin(root, r.Link) || r.Link.User != nil {
			return nil, fmt.Errorf("the link is not on the portal's own address")
		}
		return r.Link, nil
	}
	path, args := strings.TrimSuffix(root.EscapedPath(), "/"), r.Args
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.Route, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			if len(args) == 0 {
				return nil, fmt.Errorf("no value for %s", segment)
			}
			if segment, args = args[0], args[1:]; segment == "" || segment == "." || segment == ".." {
				return nil, fmt.Errorf("a value that cannot stand in an address")
			}
		}
		path += "/" + url.PathEscape(segment)
	}
	u := *root
	u.Path, u.RawPath = "", ""
	full, err := u.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("a value that cannot stand in an address")
	}
	full.RawQuery = r.Query.Encode()
	return full, nil
}

// build makes the HTTP request, without credentials.
func (r Request) build(ctx context.Context, root *url.URL) (*http.Request, error) {
	address, err := r.address(root)
	if err != nil {
		return nil, err
	}
	body, kind, err := r.content()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.method(), address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("a request that cannot be made")
	}
	if body == nil {
		req.Body, req.GetBody = nil, nil
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	req.Header.Set("User-Agent", "registrar")
	return req, nil
}

// content is the body and its type, nil and "" where there is none.
func (r Request) content() (body []byte, kind string, err error) {
	switch {
	case r.Form != nil:
		return []byte(r.Form.Encode()), "application/x-www-form-urlencoded", nil
	case r.Body == nil:
		return nil, "", nil
	}
	if body, err = json.Marshal(r.Body); err != nil {
		return nil, "", fmt.Errorf("the body cannot be written as JSON")
	}
	return body, "application/json", nil
}

func equalHost(a, b *url.URL) bool { return strings.EqualFold(a.Hostname(), b.Hostname()) }

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	default:
		return "443"
	}
}
