package store_test

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// proxy stands between a store and its Redis, and can lose a reply: Redis has
// done the command, and the connection dies before it says so.
type proxy struct {
	listener net.Listener
	target   string
	pass     atomic.Int32 // how many replies to let through before
	lose     atomic.Int32 // how many replies to lose
	lost     atomic.Int32
}

func newProxy(t *testing.T, url string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p := &proxy{listener: l, target: strings.TrimSuffix(strings.TrimPrefix(url, "redis://"), "/0")}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
	return p
}

func (p *proxy) url() string { return "redis://" + p.listener.Addr().String() }

// loseNext loses one reply, after letting some through.
func (p *proxy) loseNext(after int32) {
	p.pass.Store(after)
	p.lose.Store(1)
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer server.Close()
		_, _ = io.Copy(server, client) // ends when either side does
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		if p.lose.Load() > 0 && p.pass.Add(-1) < 0 {
			p.lose.Add(-1)
			p.lost.Add(1)
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}
