package bot

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestSilence: a socket whose other side answers pings lives, however little
// else comes; one that has gone without a word is found out.
func TestSilence(t *testing.T) {
	for _, answers := range []bool{true, false} {
		ended := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer ws.Close()
			if answers {
				_, _, _ = ws.ReadMessage() // reading is what answers pings
				return
			}
			<-ended
		}))
		c, err := dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"))
		if err != nil {
			t.Fatal(err)
		}
		// Long enough that a busy machine does not look like a silent one.
		c.quiet, c.every = 2*time.Second, 50*time.Millisecond
		patience := 20 * c.quiet
		if answers {
			patience = 2 * c.quiet
		}
		go func() { _ = c.read(func() {}, func(frame) {}) }()
		select {
		case <-c.closed:
			if answers {
				t.Error("a socket that answers pings was given up")
			}
		case <-time.After(patience):
			if !answers {
				t.Error("a silent socket was kept")
			}
		}
		close(ended)
		c.stop()
		server.Close()
	}
}
