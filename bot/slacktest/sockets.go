package slacktest

import (
	"crypto/rand"
	"encoding/json"
	mrand "math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxSockets  = 10    // per app, documented
	maxAckBytes = 20480 // Slack closes with 1009 at this size; reported by client authors
)

// A socket is one open Socket Mode connection.
type socket struct {
	number  int
	token   string // the app-level token it was opened with
	ws      *websocket.Conn
	conn    *watchedConn
	writing sync.Mutex
	leaving bool // told to disconnect: gets nothing new, its acks still count
	opened  time.Time
}

func (c *socket) send(message []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return c.ws.WriteMessage(websocket.TextMessage, message)
}

// connectionsOpen is apps.connections.open: a URL good for one connection.
func connectionsOpen(s *Server, q *request) (reply, error) {
	ticket := rand.Text()
	s.tickets[ticket] = q.token
	return reply{"url": "ws://" + s.listener.Addr().String() + "/link/?ticket=" + ticket + "&app_id=" + AppID}, nil
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	token := s.tickets[ticket]
	if token != "" {
		s.tickets[ticket] = ""
	} else {
		s.violation("socket opened with a used or unknown ticket")
	}
	s.mu.Unlock()
	if token == "" {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	conn := watchedConnOf(r)
	conn.watch()
	// The ticket proves who connects; the Origin proves nothing, and slack-go sends Slack's own.
	upgrader := websocket.Upgrader{WriteBufferSize: 64 << 10, CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &socket{token: token, ws: ws, conn: conn, opened: time.Now()}
	if !s.admit(c) {
		_ = c.send(disconnectMessage("too_many_websockets"))
		_ = ws.Close()
		return
	}
	defer s.forget(c)
	s.read(c)
}

// admit counts the socket in and greets it, unless the app has its ten already.
func (s *Server) admit(c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		return false
	default:
	}
	if len(s.sockets) >= maxSockets {
		return false
	}
	s.accepted++
	c.number = s.accepted
	hello := marshal(map[string]any{
		"type":            "hello",
		"num_connections": len(s.sockets) + 1,
		"connection_info": map[string]any{"app_id": AppID},
		"debug_info": map[string]any{
			"host": "applink-sandbox", "started": c.opened.UTC().Format(time.RFC3339), "build_number": 1,
			"approximate_connection_time": int(s.cfg.connTime.Seconds()),
		},
	})
	if c.send(hello) != nil {
		return false
	}
	s.sockets = append(s.sockets, c)
	s.running.Go(func() { s.ping(c) })
	s.notify()
	return true
}

func (s *Server) forget(c *socket) {
	_ = c.ws.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(x *socket) bool { return x == c })
	s.notify()
}

func (s *Server) ping(c *socket) {
	tick := time.NewTicker(s.cfg.pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.writing.Lock()
			err := c.ws.WriteControl(websocket.PingMessage, []byte("Ping from sandbox"), time.Now().Add(time.Second))
			c.writing.Unlock()
			if err != nil {
				return
			}
		case <-s.done:
			return
		}
	}
}

// read takes acks off the socket until it closes.
func (s *Server) read(c *socket) {
	var fragmentsSeen int64
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		if n := c.conn.fragments.Load(); n > fragmentsSeen {
			fragmentsSeen = n
			s.mu.Lock()
			s.violation("an ack of %d bytes came in fragments, which Slack does not put together", len(data))
			s.mu.Unlock()
			continue
		}
		if len(data) >= maxAckBytes {
			s.mu.Lock()
			s.violation("an ack of %d bytes: the limit is %d", len(data), maxAckBytes-1)
			s.mu.Unlock()
			c.writing.Lock()
			_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(
				websocket.CloseMessageTooBig, "Max frame length of 20480 has been exceeded."), time.Now().Add(time.Second))
			c.writing.Unlock()
			return
		}
		s.takeAck(c, data)
	}
}

// pick chooses any one socket that still takes messages: Slack promises no pattern. With a token
// it is one opened with that. The caller holds s.mu.
func (s *Server) pick(token string) *socket {
	var open []*socket
	for _, c := range s.sockets {
		if !c.leaving && (token == "" || c.token == token) {
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return open[mrand.IntN(len(open))]
}

// Sockets is how many Socket Mode connections are open and still receive envelopes; with app-level
// tokens, of those opened with one of them.
func (s *Server) Sockets(appTokens ...string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.sockets {
		if !c.leaving && (len(appTokens) == 0 || slices.Contains(appTokens, c.token)) {
			n++
		}
	}
	return n
}

func disconnectMessage(reason string) []byte {
	return marshal(map[string]any{
		"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-sandbox"},
	})
}

// marshal encodes values made here, which cannot fail.
func marshal(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("slacktest: " + err.Error())
	}
	return b
}
