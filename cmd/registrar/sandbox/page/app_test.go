package page

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/gorilla/websocket"

	"registrar/bot/slacktest"
)

// An app is the least that speaks Socket Mode and the Web API, so that the page is tested
// with the fakes and without the bot.
type app struct {
	t     testing.TB
	slack *slacktest.Server
	// on answers an envelope with what rides in its ack; nil is a plain ack. It runs on
	// the reading goroutine; ok false leaves the envelope unanswered.
	on func(kind string, payload envelope) (ack any, ok bool)
}

// An envelope is the part of Slack's payloads that these tests read.
type envelope struct {
	Type, Command, Text string
	TriggerID           string `json:"trigger_id"`
	User                struct{ ID string }
	View                struct {
		ID    string
		State struct {
			Values map[string]map[string]map[string]any
		}
	}
	Actions []map[string]any
	Event   struct{ Type, User string }
	Message struct{ Text string }
}

// start connects the app and waits for Slack's hello.
func (a *app) start() {
	a.t.Helper()
	var open struct{ URL string }
	a.call("apps.connections.open", slacktest.AppToken, nil, &open)
	socket, response, err := websocket.DefaultDialer.Dial(open.URL, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	_ = response.Body.Close()
	if _, _, err := socket.ReadMessage(); err != nil { // hello
		a.t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { a.serve(socket) })
	a.t.Cleanup(func() {
		_ = socket.Close()
		running.Wait()
	})
}

func (a *app) serve(socket *websocket.Conn) {
	for {
		var frame struct {
			ID      string `json:"envelope_id"`
			Type    string
			Payload envelope
		}
		if err := socket.ReadJSON(&frame); err != nil {
			return // closed
		}
		if frame.ID == "" {
			continue
		}
		ack, ok := a.on(frame.Type, frame.Payload)
		if !ok {
			continue
		}
		reply := map[string]any{"envelope_id": frame.ID}
		if ack != nil {
			reply["payload"] = ack
		}
		if err := socket.WriteJSON(reply); err != nil {
			return
		}
	}
}

// call calls a method of the Web API and reads its answer into out, which may be nil.
func (a *app) call(method, token string, args, out any) {
	a.t.Helper()
	body, err := json.Marshal(args)
	if err != nil {
		a.t.Error(err)
		return
	}
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.slack.APIURL()+method, bytes.NewReader(body))
	if err != nil {
		a.t.Error(err)
		return
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Error(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Error(err)
		return
	}
	if !bytes.Contains(raw, []byte(`"ok":true`)) {
		a.t.Errorf("%s: %s", method, raw)
		return
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			a.t.Error(err)
		}
	}
}
