package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// wire is the least of Slack that a bot can work with, so that it is the bot
// that is measured: apps.connections.open, sockets with hello and pings,
// /lookup commands, and a Web API that agrees to everything. What a bot must
// not send is for slacktest to find.
type wire struct {
	url     string // of the Web API
	web     http.Server
	closing chan struct{}

	mu       sync.Mutex
	full     bool          // new sockets are told that there are too many
	silent   bool          // new sockets get a hello and then nothing, not even pongs
	changed  chan struct{} // closed and replaced when a socket comes or goes
	links    []*link
	accepted int            // sockets ever opened
	calls    map[string]int // of the Web API, by method
	sent     int            // commands ever made
	commands map[string]*command
}

// link is one open socket.
type link struct {
	number  int
	ws      *websocket.Conn
	writing sync.Mutex
	leaving bool // it gets nothing new; changed under writing and the wire's mutex
}

// command is one /lookup, or the form it opened sent in, and what became of it. Its times are read once done is
// closed, or under the wire's mutex.
type command struct {
	envelope []byte
	wrote    time.Time
	acked    time.Time // of the first ack
	acks     int
	opened   time.Time     // of the first views.open; of a form sent in, from the start
	done     chan struct{} // closed when it was acknowledged and its form opened
}

// person, support and lookup are who asks for what: the first is in the second.
const (
	person  = "U0SAM"
	support = "S0SUPPORT"
	lookup  = "/lookup"
)

func newWire(t testing.TB) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := listener.Addr().String()
	w := &wire{url: "http://" + host + "/api/", closing: make(chan struct{}), changed: make(chan struct{}), commands: map[string]*command{}, calls: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/apps.connections.open", func(out http.ResponseWriter, _ *http.Request) {
		answer(out, `{"ok":true,"url":"ws://%s/link/?ticket=t"}`, host)
	})
	mux.HandleFunc("/api/usergroups.users.list", func(out http.ResponseWriter, _ *http.Request) {
		answer(out, `{"ok":true,"users":["U0MAX",%q]}`, person)
	})
	mux.HandleFunc("/api/users.info", func(out http.ResponseWriter, _ *http.Request) {
		answer(out, `{"ok":true,"user":{"id":%q,"name":"sam","profile":{"real_name":"Sam","email":"sam@northwind.example"}}}`, person)
	})
	mux.HandleFunc("/api/views.open", w.viewsOpen)
	mux.HandleFunc("/api/{method}", func(out http.ResponseWriter, _ *http.Request) {
		answer(out, `{"ok":true,"channel":"C1","ts":"1.000001","url":"https://northwind.slack.example/","user_id":"UBOT"}`)
	})
	mux.HandleFunc("/link/", w.serveLink)
	w.web.Handler = http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		w.mu.Lock()
		w.calls[path.Base(in.URL.Path)]++
		w.mu.Unlock()
		mux.ServeHTTP(out, in)
	})
	w.web.IdleTimeout = 5 * time.Second // Slack does not keep idle connections for ever either
	go func() { _ = w.web.Serve(listener) }()
	t.Cleanup(func() {
		close(w.closing)
		_ = w.web.Close()
		for _, l := range w.open() {
			_ = l.ws.Close()
		}
	})
	return w
}

func answer(out http.ResponseWriter, format string, args ...any) {
	out.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(out, format, args...) // who has hung up needs no answer
}

// viewsOpen gives the view back with an id, as Slack does.
func (w *wire) viewsOpen(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return
	}
	_, rest, _ := bytes.Cut(body, []byte(`"trigger_id":"`))
	trigger, rest, _ := bytes.Cut(rest, []byte(`"`))
	_, view, _ := bytes.Cut(rest, []byte(`"view":{`))
	w.mu.Lock()
	if c := w.commands[string(trigger)]; c != nil && c.opened.IsZero() {
		c.opened = time.Now()
		c.settle()
	}
	w.mu.Unlock()
	out.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(out, `{"ok":true,"view":{"id":"V1","hash":"1.a",%s`, view)
}

// settle says when both have happened. The caller holds w.mu.
func (c *command) settle() {
	if !c.acked.IsZero() && !c.opened.IsZero() {
		close(c.done)
	}
}

func (w *wire) serveLink(out http.ResponseWriter, in *http.Request) {
	upgrader := websocket.Upgrader{WriteBufferSize: 64 << 10, CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(out, in, nil)
	if err != nil {
		return
	}
	l := &link{ws: ws}
	w.mu.Lock()
	full, silent := w.full, w.silent
	if !full {
		w.accepted++
		l.number = w.accepted
	}
	w.mu.Unlock()
	if full {
		_ = l.write([]byte(`{"type":"disconnect","reason":"too_many_websockets"}`))
		_ = ws.Close()
		return
	}
	if l.write([]byte(`{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"},"debug_info":{"host":"wire"}}`)) != nil {
		return
	}
	w.note(func() { w.links = append(w.links, l) })
	defer w.note(func() { w.links = slices.DeleteFunc(w.links, func(x *link) bool { return x == l }) })
	defer ws.Close()
	if silent {
		ws.SetPingHandler(func(string) error { return nil })
	} else {
		go w.ping(l)
	}
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return
		}
		w.takeAck(data)
	}
}

// note changes what sockets there are and wakes who waits for that.
func (w *wire) note(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	close(w.changed)
	w.changed = make(chan struct{})
}

// ping does what Slack does every few seconds.
func (w *wire) ping(l *link) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-w.closing:
			return
		}
		if l.ws.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second)) != nil {
			return
		}
	}
}

func (w *wire) takeAck(data []byte) {
	now := time.Now()
	var ack struct {
		EnvelopeID string `json:"envelope_id"`
	}
	if json.Unmarshal(data, &ack) != nil {
		return // no ack, so none is counted
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.commands[ack.EnvelopeID]
	if c == nil {
		return
	}
	c.acks++
	if c.acks == 1 {
		c.acked = now
		c.settle()
	}
}

func (l *link) write(frame []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.writeFrame(frame)
}

// writeFrame writes a frame. The caller holds l.writing.
func (l *link) writeFrame(frame []byte) error {
	if err := l.ws.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	return l.ws.WriteMessage(websocket.TextMessage, frame)
}

// open lists the sockets that take envelopes.
func (w *wire) open() []*link {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []*link
	for _, l := range w.links {
		if !l.leaving {
			out = append(out, l)
		}
	}
	return out
}

// any is one of the open sockets, nil where there is none: Slack promises no
// pattern.
func (w *wire) any() *link {
	open := w.open()
	if len(open) == 0 {
		return nil
	}
	return open[rand.N(len(open))]
}

// await waits until n sockets are open, a minute at most.
func (w *wire) await(t testing.TB, n int) {
	t.Helper()
	if !w.reached(n) {
		t.Fatalf("%d sockets are open, not %d", len(w.open()), n)
	}
}

// reached reports whether n sockets are open within a minute.
func (w *wire) reached(n int) bool {
	limit := time.After(time.Minute)
	for {
		w.mu.Lock()
		changed := w.changed
		w.mu.Unlock()
		if len(w.open()) >= n {
			return true
		}
		select {
		case <-changed:
		case <-limit:
			return false
		}
	}
}

// command makes a /lookup.
func (w *wire) command() *command {
	c := &command{done: make(chan struct{})}
	w.mu.Lock()
	w.sent++
	id := fmt.Sprintf("%08d", w.sent)
	w.commands["E"+id], w.commands["T"+id] = c, c
	w.mu.Unlock()
	c.envelope = fmt.Appendf(nil, `{"envelope_id":"E%s","type":"slash_commands","accepts_response_payload":true,"payload":{`+
		`"token":"wire","team_id":"T1","team_domain":"northwind","channel_id":"C1","channel_name":"support","user_id":%q,"user_name":"sam",`+
		`"command":%q,"text":"learner%s@x.edu","api_app_id":"A1","is_enterprise_install":"false",`+
		`"response_url":"http://127.0.0.1:1/response/%s","trigger_id":"T%s"}}`, id, person, lookup, id, id, id)
	return c
}

// called is how often a method of the Web API was called.
func (w *wire) called(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[method]
}

// submission makes the form of /lookup, sent in with an address nobody has.
func (w *wire) submission(draft string) *command {
	c := &command{done: make(chan struct{}), opened: time.Now()}
	w.mu.Lock()
	w.sent++
	id := fmt.Sprintf("%08d", w.sent)
	w.commands["E"+id] = c
	w.mu.Unlock()
	c.envelope = fmt.Appendf(nil, `{"envelope_id":"E%s","type":"interactive","accepts_response_payload":true,"payload":{`+
		`"type":"view_submission","token":"wire","api_app_id":"A1","trigger_id":"T%s","team":{"id":"T1"},"user":{"id":%q,"team_id":"T1"},`+
		`"view":{"id":"V%s","type":"modal","hash":"1.%s","callback_id":"form","private_metadata":"{\"a\":\"lookup\",\"d\":\"%s\"}",`+
		`"state":{"values":{"email":{"value":{"type":"plain_text_input","value":"learner%s@x.edu"}}}}}}}`, id, id, person, id, id, draft, id)
	return c
}

// forget ends the books, so that a long measurement need not keep them.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.commands)
}

// send writes the command to a socket. Its time counts from before.
func (w *wire) send(c *command, l *link) error {
	w.mu.Lock()
	c.wrote = time.Now()
	w.mu.Unlock()
	return l.write(c.envelope)
}
