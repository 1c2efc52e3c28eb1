package bot

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/runbook"
	"registrar/bot/slacktest"
)

// overtaken is a way to Slack on which a request that says something is held
// until onward is closed. One that its caller gives up meanwhile arrives all the
// same, once late is closed.
type overtaken struct {
	says    string
	held    chan string   // hears that it is on its way
	onward  chan struct{} // it may arrive in time
	late    chan struct{} // it may arrive although it was given up
	gaveUp  chan struct{} // closed when it was given up
	arrived chan struct{} // closed when it then has arrived
}

func (o *overtaken) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !strings.Contains(string(body), o.says) {
		return http.DefaultTransport.RoundTrip(r)
	}
	o.held <- "held"
	select {
	case <-o.onward:
		return http.DefaultTransport.RoundTrip(r)
	case <-r.Context().Done():
	}
	again := r.Clone(context.Background())
	again.Body = io.NopCloser(bytes.NewReader(body))
	go func() {
		defer close(o.arrived)
		<-o.late
		if res, err := http.DefaultTransport.RoundTrip(again); err == nil {
			_ = res.Body.Close()
		}
	}()
	close(o.gaveUp)
	return nil, r.Context().Err()
}

// What is given up on its way to Slack may arrive all the same. A plan that such
// a text were drawn over would never be seen.
func TestNoProgressIsDrawnOverThePlan(t *testing.T) {
	w := newWorld(t)
	o := &overtaken{says: "reading the last page", held: make(chan string, 1), onward: make(chan struct{}), late: make(chan struct{}), gaveUp: make(chan struct{}), arrived: make(chan struct{})}
	w.start(w.bot(func(c *Config) {
		c.API = slack.New(slacktest.BotToken, slack.OptionAppLevelToken(slacktest.AppToken), slack.OptionAPIURL(w.slack.APIURL()),
			slack.OptionHTTPClient(&http.Client{Transport: o}))
	}))
	w.hooks.onPlan(func(ctx context.Context) error {
		runbook.Progress(ctx, o.says)
		<-o.held
		return nil
	})
	w.script("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email", "U1 submits")
	select {
	case <-o.gaveUp:
		w.script("U1 modal: untidy")
		close(o.late)
		<-o.arrived
	case <-time.After(time.Second): // as a rule much longer than giving up takes
		close(o.onward)
	}
	w.script("U1 modal: untidy", "U1 submits", "card: Tidy: a@x.edu")
	w.clean()
}
