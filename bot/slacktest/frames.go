package slacktest

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"sync/atomic"
)

// Slack does not put a fragmented text message together again, so an ack whose frame was split
// by a small write buffer is lost. gorilla's reader hides fragments; these types look at the
// frame headers underneath it.

type connKey struct{}

func rememberConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

func watchedConnOf(r *http.Request) *watchedConn {
	c, _ := r.Context().Value(connKey{}).(*watchedConn)
	return c
}

type watchedListener struct{ net.Listener }

func (l watchedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &watchedConn{Conn: c}, nil
}

// A watchedConn counts fragmented data frames once watch has been called.
type watchedConn struct {
	net.Conn
	watching  atomic.Bool
	fragments atomic.Int64
	header    []byte // of the frame being read, until complete
	skip      uint64 // payload bytes still to pass
}

// watch starts reading frame headers; the next byte received must be the first of a frame.
func (c *watchedConn) watch() { c.watching.Store(true) }

func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.watching.Load() {
		c.follow(p[:n])
	}
	return n, err
}

// follow walks the frames in b [RFC 6455 section 5.2].
func (c *watchedConn) follow(b []byte) {
	for len(b) > 0 {
		if c.skip > 0 {
			n := min(c.skip, uint64(len(b)))
			c.skip -= n
			b = b[n:]
			continue
		}
		c.header = append(c.header, b[0])
		b = b[1:]
		size, complete := payloadSize(c.header)
		if !complete {
			continue
		}
		const final, opcode = 0x80, 0x0f
		if c.header[0]&final == 0 && c.header[0]&opcode <= 2 {
			c.fragments.Add(1)
		}
		c.header, c.skip = c.header[:0], size
	}
}

// payloadSize reads a frame header, mask included, once all of it is there.
func payloadSize(h []byte) (size uint64, complete bool) {
	if len(h) < 2 {
		return 0, false
	}
	want := 2
	if h[1]&0x80 != 0 {
		want += 4
	}
	switch length := h[1] & 0x7f; length {
	case 126:
		if want += 2; len(h) < want {
			return 0, false
		}
		return uint64(binary.BigEndian.Uint16(h[2:])), true
	case 127:
		if want += 8; len(h) < want {
			return 0, false
		}
		return binary.BigEndian.Uint64(h[2:]), true
	default:
		return uint64(length), len(h) >= want
	}
}
