package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// Forms asked for at once need as many connections; those asked for next must
// not begin with a handshake each.
func TestConnectionsToSlackAreKept(t *testing.T) {
	const atOnce = 20
	var opened atomic.Int32
	var arrived sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Done()
		arrived.Wait()
		_, _ = w.Write([]byte(`{"ok":true}`))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	api := newSlack(SlackConfig{APIURL: server.URL + "/api/", BotToken: "xoxb-x", AppToken: "xapp-x"})
	for range 3 {
		arrived.Add(atOnce)
		var calls sync.WaitGroup
		for range atOnce {
			calls.Go(func() {
				if _, err := api.AuthTestContext(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
	}
	// A connection may be a moment late to be used again.
	if n := opened.Load(); n > 2*atOnce {
		t.Errorf("three times %d calls at once opened %d connections", atOnce, n)
	}
}
