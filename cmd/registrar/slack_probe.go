package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// slackProbe asks Slack the few things that are checked before and beside the
// bot's work. It is no second client: it also reads the headers, which tell a
// token's scopes.
type slackProbe struct {
	url   string
	token Secret
}

// slackRefusal is Slack's own code for why it said no, such as invalid_auth.
type slackRefusal string

func (r slackRefusal) Error() string { return "Slack answers " + string(r) }

// deadToken reports whether the code means that the token will not work again.
func (r slackRefusal) deadToken() bool {
	switch r {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type":
		return true
	}
	return false
}

const (
	probeTimeout = 5 * time.Second
	probeLimit   = 1 << 20
)

// call makes one call and reads the answer into out, unless that is nil. The
// error is a [slackRefusal] where Slack said no.
func (p slackProbe) call(ctx context.Context, method string, args url.Values, out any) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+method, strings.NewReader(args.Encode()))
	if err != nil {
		return nil, errors.New("the address of Slack cannot be used")
	}
	req.Header.Set("Authorization", "Bearer "+string(p.token))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := (&http.Client{CheckRedirect: stay}).Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return nil, fmt.Errorf("no connection to Slack: %w", wrapped.Err)
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, probeLimit))
	if err != nil {
		return nil, fmt.Errorf("the answer of Slack broke off: %w", err)
	}
	var said struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, fmt.Errorf("an answer of Slack (%d) without JSON", resp.StatusCode)
	}
	if !said.OK {
		return nil, slackRefusal(said.Error)
	}
	if out == nil {
		return resp.Header, nil
	}
	return resp.Header, json.Unmarshal(body, out)
}
