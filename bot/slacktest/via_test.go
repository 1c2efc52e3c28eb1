package slacktest_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

// A process may open its sockets with an app-level token of its own, and a test
// chooses which process gets what a person does.
func TestATestChoosesTheProcess(t *testing.T) {
	srv := workspace(t)
	tokens := []string{slacktest.AppToken + "-a", slacktest.AppToken + "-b"}
	for _, token := range tokens {
		api := slack.New(slacktest.BotToken, slack.OptionAppLevelToken(token), slack.OptionAPIURL(srv.APIURL()))
		_, url, err := api.StartSocketModeContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ws.Close() })
		l := &line{t, ws}
		l.read()
		l.answer()
	}
	sam := srv.Person("U1")
	for _, c := range []struct {
		via  []string
		want []int
	}{{tokens[:1], []int{1}}, {tokens[1:], []int{2}}, {tokens[1:], []int{2}}, {tokens, []int{1, 2}}} {
		r, err := sam.Via(c.via...).Command(t.Context(), "C1", "/lookup")
		if err != nil {
			t.Fatal(err)
		}
		wait(t, srv, func() bool {
			all := srv.Envelopes()
			return len(all[len(all)-1].Acks) == len(c.want)
		})
		all := srv.Envelopes()
		if e := all[len(all)-1]; e.ID != r.EnvelopeID || !slices.Equal(e.Delivered, c.want) || !slices.Equal(e.Tokens, c.via) {
			t.Errorf("via %q it went to %v, want %v", c.via, e.Delivered, c.want)
		}
	}
	if n := srv.Sockets(tokens[0]); n != 1 || srv.Sockets() != 2 {
		t.Errorf("%d sockets of one token and %d of all; want 1 and 2", n, srv.Sockets())
	}
	if _, err := sam.Via(slacktest.AppToken+"-c").Command(t.Context(), "C1", "/lookup"); !errors.Is(err, slacktest.ErrNoSocket) {
		t.Errorf("a process without a socket: %v", err)
	}
	clean(t, srv)
}
