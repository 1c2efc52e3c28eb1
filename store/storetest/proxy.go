package storetest

import (
	"bufio"
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Proxy stands between programs and a Redis, real or not, and does to their
// connections what networks and machines do: it cuts them, loses replies, keeps
// everything waiting, refuses. It understands what is sent, so that a test can
// choose the command that something happens to. It is gone after the test.
type Proxy struct {
	t    testing.TB
	addr string

	mu       sync.Mutex
	listener net.Listener // nil: refusing
	target   string
	hook     func(Command) Fate
	links    map[*link]struct{}
	nextConn int
	flow     chan struct{} // closed while everything flows
	lost     int
}

// Command is one command on its way to Redis, also where it is one of a
// pipeline.
type Command struct {
	Name string   // in capitals: "EVALSHA"
	Args []string // what follows the name
	Conn int      // its connection, numbered from 1
}

// Fate is what becomes of a command. The zero Fate passes it on.
type Fate struct {
	// Cut ends the connection before Redis hears of the command. What came
	// before it on this connection is done and answered.
	Cut bool
	// Lose has Redis do the command and ends the connection instead of passing
	// the reply on.
	Lose bool
	// After is called once Redis has done the command, before the reply goes on
	// or is lost. Replies on this connection wait meanwhile.
	After func()

	last bool // the proxy's own question, which ends the link
}

// NewProxy stands before the Redis of a URL like redis://host:port/0.
func NewProxy(t testing.TB, redisURL string) *Proxy {
	t.Helper()
	p := &Proxy{t: t, addr: "127.0.0.1:0", links: map[*link]struct{}{}, flow: make(chan struct{})}
	close(p.flow)
	p.target = p.hostOf(redisURL)
	p.Accept()
	t.Cleanup(func() {
		p.Hook(nil)
		p.Resume()
		p.Refuse()
	})
	return p
}

func (p *Proxy) hostOf(redisURL string) string {
	p.t.Helper()
	u, err := url.Parse(redisURL)
	if err != nil || u.Host == "" {
		p.t.Fatalf("a proxy before %q: not a URL like redis://host:port/0", redisURL)
	}
	return u.Host
}

// URL is where programs find the proxy. It stays the same.
func (p *Proxy) URL() string { return "redis://" + p.addr + "/0" }

// Hook has f asked about every command, from now on; nil passes all. It is
// called before the command goes on, from one goroutine per connection: as long
// as f does not return the command is held, and with it what follows on its
// connection.
func (p *Proxy) Hook(f func(Command) Fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hook = f
}

// LoseNext loses the reply of one command, after letting some pass. It takes the
// place of the hook.
func (p *Proxy) LoseNext(after int) {
	var mu sync.Mutex
	p.Hook(func(Command) Fate {
		mu.Lock()
		defer mu.Unlock()
		after--
		return Fate{Lose: after == -1}
	})
}

// Lost is how many replies were lost so far.
func (p *Proxy) Lost() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

// Pause stops everything in both directions, with no connection cut, as a Redis
// that does not get to run. What was sent meanwhile arrives when it goes on,
// also from those who have hung up.
func (p *Proxy) Pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flow:
		p.flow = make(chan struct{})
	default: // paused already
	}
}

// Resume lets everything go on after Pause.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flow:
	default:
		close(p.flow)
	}
}

// Refuse cuts all connections and refuses new ones, as where Redis was stopped.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
	for l := range p.links {
		l.close()
	}
}

// Accept takes connections again after Refuse.
func (p *Proxy) Accept() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		return
	}
	var err error
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if p.listener, err = net.Listen("tcp", p.addr); err == nil {
			break
		}
		if p.listener = nil; time.Now().After(deadline) {
			p.t.Errorf("a proxy before Redis cannot listen again: %v", err)
			return
		}
	}
	p.addr = p.listener.Addr().String()
	go p.accept(p.listener)
}

// Switch cuts all connections and sends new ones to another Redis, as a failover
// does.
func (p *Proxy) Switch(redisURL string) {
	p.t.Helper()
	target := p.hostOf(redisURL)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
	for l := range p.links {
		l.close()
	}
}

func (p *Proxy) accept(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return // refusing
		}
		go p.serve(client)
	}
}

func (p *Proxy) serve(client net.Conn) {
	p.mu.Lock()
	target, open := p.target, p.listener != nil
	p.nextConn++
	l := &link{proxy: p, number: p.nextConn, client: client, fates: make(chan Fate, 1<<10), gone: make(chan struct{})}
	if open {
		p.links[l] = struct{}{}
	}
	p.mu.Unlock()
	defer func() {
		l.close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.links, l)
	}()
	if !open {
		return
	}
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	l.server = server
	replies := make(chan struct{})
	go func() {
		defer close(replies)
		defer l.close()
		l.passReplies(bufio.NewReader(server))
	}()
	l.passCommands(bufio.NewReader(client), replies)
	l.close()
	server.Close()
	<-replies
}

// flowing waits while the proxy is paused; it reports false once the link is
// gone.
func (p *Proxy) flowing(gone <-chan struct{}) bool {
	p.mu.Lock()
	flow := p.flow
	p.mu.Unlock()
	select {
	case <-flow:
		return true
	case <-gone:
		return false
	}
}

func (p *Proxy) fate(c Command) Fate {
	p.mu.Lock()
	hook := p.hook
	p.mu.Unlock()
	if hook == nil {
		return Fate{}
	}
	return hook(c)
}

var errProtocol = errors.New("not the protocol of Redis")
