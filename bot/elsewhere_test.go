package bot

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

// TestAnAnswerGoesNowhereElse: what one person is told goes to the address Slack
// gave for it. Where that sends on to another, nothing is sent there, and the
// error does not show the address, which is a secret of the conversation.
func TestAnAnswerGoesNowhereElse(t *testing.T) {
	called := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.URL.Path }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		front := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/x", status))
		defer front.Close()
		w := newWorld(t)
		b := w.bot()
		err := b.respond(t.Context(), front.URL+"/response/secret", &slack.WebhookMessage{Text: "for one person"})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%d: %v", status, err)
		}
	}
	if len(called) > 0 {
		t.Errorf("%d answers went on to another host", len(called))
	}
}
