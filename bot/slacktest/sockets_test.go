package slacktest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"registrar/bot/slacktest"
)

// A line is a bare Socket Mode connection the test reads and answers by hand.
type line struct {
	t  *testing.T
	ws *websocket.Conn
}

type frame struct {
	Type       string          `json:"type"`
	Reason     string          `json:"reason"`
	EnvelopeID string          `json:"envelope_id"`
	Attempt    int             `json:"retry_attempt"`
	Payload    json.RawMessage `json:"payload"`
	Num        int             `json:"num_connections"`
}

// connect opens a socket; its first frame has not been read yet.
func connect(t *testing.T, srv *slacktest.Server, writeBuffer int) *line {
	t.Helper()
	_, url, err := client(srv).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dialer := websocket.Dialer{WriteBufferSize: writeBuffer}
	ws, _, err := dialer.DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return &line{t, ws}
}

func (l *line) read() frame {
	l.t.Helper()
	var f frame
	_ = l.ws.SetReadDeadline(time.Now().Add(15 * time.Second))
	if err := l.ws.ReadJSON(&f); err != nil {
		l.t.Fatalf("reading the socket: %v", err)
	}
	return f
}

func (l *line) ack(id string, payload any) {
	l.t.Helper()
	if err := l.ws.WriteJSON(map[string]any{"envelope_id": id, "payload": payload}); err != nil {
		l.t.Fatal(err)
	}
}

// open is connect past its hello.
func open(t *testing.T, srv *slacktest.Server) *line {
	t.Helper()
	l := connect(t, srv, 64<<10)
	if f := l.read(); f.Type != "hello" || f.Num == 0 {
		t.Fatalf("first frame = %+v", f)
	}
	return l
}

// answer acks everything on the line until it closes.
func (l *line) answer() {
	go func() {
		for {
			var f frame
			if l.ws.ReadJSON(&f) != nil {
				return
			}
			if f.EnvelopeID != "" {
				_ = l.ws.WriteJSON(map[string]string{"envelope_id": f.EnvelopeID})
			}
		}
	}()
}

func TestATicketOpensOneSocket(t *testing.T) {
	srv := workspace(t)
	_, url, err := client(srv).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{http.StatusSwitchingProtocols, http.StatusForbidden} {
		ws, resp, _ := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
		if resp == nil || resp.StatusCode != want {
			t.Errorf("dial %d: %v, want status %d", i, resp, want)
		}
		if ws != nil {
			_ = ws.Close()
		}
	}
	if len(srv.Violations()) != 1 {
		t.Errorf("violations = %q", srv.Violations())
	}
}

func TestTheEleventhSocketIsTurnedAway(t *testing.T) {
	srv := workspace(t)
	for range 10 {
		open(t, srv)
	}
	if f := connect(t, srv, 4096).read(); f.Type != "disconnect" || f.Reason != "too_many_websockets" {
		t.Errorf("frame = %+v", f)
	}
	if n := srv.Sockets(); n != 10 {
		t.Errorf("sockets = %d", n)
	}
}

func TestEnvelopesGoToAnySocket(t *testing.T) {
	srv := workspace(t)
	const sockets, commands = 4, 200
	for range sockets {
		open(t, srv).answer()
	}
	for range commands {
		if _, err := srv.Person("U1").Command(t.Context(), "C1", "/x"); err != nil {
			t.Fatal(err)
		}
	}
	got := map[int]int{}
	for _, e := range srv.Envelopes() {
		if len(e.Delivered) != 1 || len(e.Acks) != 1 {
			t.Fatalf("delivered to %v with acks %v", e.Delivered, e.Acks)
		}
		got[e.Delivered[0]]++
	}
	// Each count is binomial with mean 50 and deviation 6: 20 is five deviations away.
	for n := 1; n <= sockets; n++ {
		if got[n] < 20 {
			t.Errorf("socket %d got %d of %d envelopes: %v", n, got[n], commands, got)
		}
	}
	clean(t, srv)
}

func TestAnAckTooLateOrMissing(t *testing.T) {
	srv := workspace(t, slacktest.WithAckDeadline(50*time.Millisecond))
	if _, err := srv.Person("U1").Command(t.Context(), "C1", "/x"); !errors.Is(err, slacktest.ErrNoSocket) {
		t.Errorf("without a socket: %v", err)
	}
	l := open(t, srv)
	if _, err := srv.Person("U1").Command(t.Context(), "C1", "/x"); !errors.Is(err, slacktest.ErrTimeout) {
		t.Fatalf("unanswered: %v", err)
	}
	f := l.read()
	l.ack(f.EnvelopeID, map[string]string{"text": "too late"})
	wait(t, srv, func() bool { return len(srv.Envelopes()[1].Acks) == 1 })
	if e := srv.Unanswered(); len(e) != 2 || !e[1].Acks[0].Late {
		t.Errorf("unanswered = %+v", e)
	}
	if got := srv.Ephemerals("U1"); len(got) != 0 {
		t.Errorf("a late ack took effect: %+v", got)
	}
}

func TestAckSize(t *testing.T) {
	for _, tc := range []struct {
		name string
		size int // of the whole frame
		ok   bool
	}{{"largest", 20479, true}, {"too large", 20480, false}} {
		t.Run(tc.name, func(t *testing.T) {
			srv := workspace(t, slacktest.WithAckDeadline(time.Second))
			l := open(t, srv)
			id, err := srv.Inject("slash_commands", map[string]string{"command": "/x"})
			if err != nil {
				t.Fatal(err)
			}
			l.read()
			head := `{"envelope_id":"` + id + `","payload":{"text":"`
			body := head + strings.Repeat("a", tc.size-len(head)-len(`"}}`)) + `"}}`
			if err := l.ws.WriteMessage(websocket.TextMessage, []byte(body)); err != nil {
				t.Fatal(err)
			}
			if tc.ok {
				wait(t, srv, func() bool { return len(srv.Envelopes()[0].Acks) == 1 })
				if got := srv.Envelopes()[0].Acks[0].Bytes; got != tc.size {
					t.Errorf("recorded %d bytes", got)
				}
				clean(t, srv)
				return
			}
			var gone *websocket.CloseError
			if _, _, err := l.ws.ReadMessage(); !errors.As(err, &gone) || gone.Code != websocket.CloseMessageTooBig {
				t.Errorf("close = %v", err)
			}
			if e := srv.Envelopes()[0]; len(e.Acks) != 0 || len(srv.Violations()) != 1 {
				t.Errorf("acks = %v, violations = %q", e.Acks, srv.Violations())
			}
		})
	}
}

// Slack does not reassemble messages, and a write buffer smaller than the ack splits it.
func TestAFragmentedAckIsLost(t *testing.T) {
	srv := workspace(t)
	l := connect(t, srv, 4096)
	l.read()
	id, err := srv.Inject("slash_commands", map[string]string{"command": "/x"})
	if err != nil {
		t.Fatal(err)
	}
	l.read()
	l.ack(id, map[string]string{"text": strings.Repeat("a", 9000)})
	wait(t, srv, func() bool { return len(srv.Violations()) == 1 })
	l.ack(id, nil) // the same socket still works
	wait(t, srv, func() bool { return len(srv.Envelopes()[0].Acks) == 1 })
}

func TestAcksNobodyAskedFor(t *testing.T) {
	srv := workspace(t)
	l := open(t, srv)
	l.ack("nothing", nil)
	id, err := srv.Inject("interactive", map[string]string{"type": "shortcut"})
	if err != nil {
		t.Fatal(err)
	}
	l.read()
	l.ack(id, nil)
	l.ack(id, nil)
	wait(t, srv, func() bool { return len(srv.Violations()) == 2 })
}

func TestDisconnect(t *testing.T) {
	srv := workspace(t, slacktest.WithDrain(100*time.Millisecond))
	l := open(t, srv)
	payload, err := srv.Person("U1").CommandPayload("C1", "/x")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := srv.SendDisconnect("refresh_requested", payload, payload)
	if err != nil {
		t.Fatal(err)
	}
	if f := l.read(); f.Type != "disconnect" || f.Reason != "refresh_requested" {
		t.Fatalf("frame = %+v", f)
	}
	if srv.Sockets() != 0 {
		t.Error("a socket that was told to go still counts")
	}
	for _, id := range ids {
		f := l.read()
		if f.EnvelopeID != id {
			t.Errorf("envelope %q, want %q", f.EnvelopeID, id)
		}
		l.ack(f.EnvelopeID, nil)
	}
	wait(t, srv, func() bool { e := srv.Envelopes(); return len(e[0].Acks) == 1 && len(e[1].Acks) == 1 })
	if _, _, err := l.ws.ReadMessage(); err == nil {
		t.Error("the socket outlived its drain time")
	}
	clean(t, srv)
}

func TestRedelivery(t *testing.T) {
	srv := workspace(t)
	l := open(t, srv)
	srv.RepeatNext(1)
	done := make(chan error, 1)
	go func() {
		_, err := srv.Person("U1").Command(t.Context(), "C1", "/x")
		done <- err
	}()
	first, second := l.read(), l.read()
	if first.EnvelopeID != second.EnvelopeID {
		t.Fatalf("two ids: %+v, %+v", first, second)
	}
	l.ack(first.EnvelopeID, map[string]string{"text": "once"})
	l.ack(first.EnvelopeID, map[string]string{"text": "twice"})
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := srv.Redeliver(first.EnvelopeID, 2); err != nil {
		t.Fatal(err)
	}
	if f := l.read(); f.EnvelopeID != first.EnvelopeID || f.Attempt != 2 {
		t.Errorf("redelivered %+v", f)
	}
	l.ack(first.EnvelopeID, map[string]string{"text": "thrice"})
	wait(t, srv, func() bool { return len(srv.Envelopes()[0].Acks) == 3 })
	if e := srv.Ephemerals("U1"); len(e) != 1 || e[0].Text != "once" {
		t.Errorf("ephemerals = %+v", e)
	}
	clean(t, srv)
}

func TestCutSockets(t *testing.T) {
	srv := workspace(t)
	l := open(t, srv)
	srv.CutSockets()
	var polite *websocket.CloseError
	if _, _, err := l.ws.ReadMessage(); err == nil || errors.As(err, &polite) && polite.Code != websocket.CloseAbnormalClosure {
		t.Errorf("the cut came with a close frame: %v", err)
	}
	wait(t, srv, func() bool { return srv.Sockets() == 0 })
}

func TestPings(t *testing.T) {
	srv := workspace(t, slacktest.WithPingInterval(10*time.Millisecond))
	l := open(t, srv)
	pinged := make(chan string, 1)
	l.ws.SetPingHandler(func(data string) error {
		select {
		case pinged <- data:
		default:
		}
		return nil
	})
	l.answer()
	select {
	case <-pinged:
	case <-time.After(5 * time.Second):
		t.Error("no ping came")
	}
}
