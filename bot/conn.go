package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// writeBuffer keeps an acknowledgement in one frame: gorilla splits what is
	// larger than its buffer, and Slack does not put the pieces together.
	writeBuffer = 32 << 10
	// readLimit is far above Slack's largest payload, a view of 250 KB.
	readLimit = 4 << 20
	// quietLimit is how long a socket may be silent: Slack pings more often, and
	// answers our own pings, which come every pingEvery.
	quietLimit   = 30 * time.Second
	pingEvery    = 10 * time.Second
	writeTimeout = 5 * time.Second
	dialTimeout  = 10 * time.Second
	// lingerLimit ends a socket Slack told us to leave but never closed; its
	// warning comes about 10 s ahead.
	lingerLimit = 30 * time.Second
	// finishLimit is how long a stopping socket waits for acks under way.
	finishLimit = 3 * time.Second
)

// A frame is one message of Socket Mode.
type frame struct {
	Type       string          `json:"type"`
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
	Reason     string          `json:"reason"`
	Retry      int             `json:"retry_attempt"`
}

// A conn is one WebSocket to Slack. It stays readable after Slack asked to
// leave it, so that nothing already on the wire is lost.
type conn struct {
	ws      *websocket.Conn
	ready   chan struct{} // closed at hello
	leaving chan struct{} // closed when Slack says to go; reason is set before
	closed  chan struct{} // closed when reading has ended
	reason  string
	quiet   time.Duration // how long the other side may be silent
	every   time.Duration // how often it is asked for a sign of life
	writing sync.Mutex

	mu       sync.Mutex
	open     int  // envelopes not acknowledged yet
	stopping bool // close when open is 0
}

// dial opens the WebSocket. The address holds a ticket and must not be shown.
func dial(ctx context.Context, address string) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTimeout, WriteBufferSize: writeBuffer}
	ws, resp, err := d.DialContext(ctx, address, nil)
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("dial: %w", unwrapURL(err))
	}
	ws.SetReadLimit(readLimit)
	return &conn{ws: ws, ready: make(chan struct{}), leaving: make(chan struct{}), closed: make(chan struct{}), quiet: quietLimit, every: pingEvery}, nil
}

// read hands every envelope to handle until the socket closes, and calls
// greeted at hello; both must return at once. It answers pings and ends a
// socket that has fallen silent.
func (c *conn) read(greeted func(), handle func(frame)) error {
	defer close(c.closed)
	defer func() { _ = c.ws.Close() }()
	alive := func() { _ = c.ws.SetReadDeadline(time.Now().Add(c.quiet)) }
	c.ws.SetPingHandler(func(data string) error {
		alive()
		err := c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTimeout))
		if errors.Is(err, websocket.ErrCloseSent) {
			return nil
		}
		return err
	})
	c.ws.SetPongHandler(func(string) error { alive(); return nil })
	go c.ping()
	alive()
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return err
		}
		alive()
		var f frame
		if err := json.Unmarshal(data, &f); err != nil {
			return fmt.Errorf("frame of %d bytes: %w", len(data), err)
		}
		switch {
		case f.Type == "hello":
			greeted()
			c.once(c.ready)
		case f.Type == "disconnect":
			c.reason = f.Reason
			c.once(c.leaving)
		case f.EnvelopeID != "":
			c.begin()
			handle(f)
		}
	}
}

// ping asks the other side for a sign of life until the socket closes.
func (c *conn) ping() {
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-c.closed:
			return
		}
		if c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout)) != nil {
			return // reading will find out why
		}
	}
}

// once closes a channel that Slack may give reason to close twice. Only read
// calls it.
func (c *conn) once(ch chan struct{}) {
	select {
	case <-ch:
	default:
		close(ch)
	}
}

// write sends one acknowledgement.
func (c *conn) write(data []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, data)
}

func (c *conn) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
}

// end says that an envelope has been acknowledged, or cannot be.
func (c *conn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	if c.stopping && c.open == 0 {
		c.hangUp()
	}
}

// stop closes the socket once what was received is acknowledged.
func (c *conn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopping {
		return
	}
	c.stopping = true
	if c.open == 0 {
		c.hangUp()
		return
	}
	time.AfterFunc(finishLimit, c.hangUp)
}

func (c *conn) hangUp() {
	_ = c.ws.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	_ = c.ws.Close()
}

// unwrapURL drops the address that *url.Error would print.
func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("%s: %w", u.Op, u.Err)
	}
	return err
}
