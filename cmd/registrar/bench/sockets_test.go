package bench

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"registrar/store/storetest"
)

const (
	commandEvery = 5 * time.Millisecond // 200 a second
	// behind is how many envelopes are on the wire behind a disconnect.
	behind = 5
	// drain is how long a socket that was warned goes on; Slack's are said to be
	// given about 10 s.
	drain = 300 * time.Millisecond
	// ackDeadline is when Slack tells the person that nobody answered.
	ackDeadline = 3 * time.Second
)

// patient is how late an ack may be before the test fails: what CI asserts must
// not depend on how fast its machine is.
func patient() time.Duration {
	if *full {
		return ackDeadline
	}
	return time.Minute
}

// refreshes is a stream of commands over sockets that are replaced again and
// again, as Slack replaces them: nothing may go unanswered.
func refreshes(t *testing.T) []row {
	redis := storetest.RealRedis(t)
	ours, bare := newWire(t), newWire(t)
	inWire(t, ours, redis.URL())
	bareInWire(t, bare, redis.URL())
	cycles := size(20, 4)
	var we, they lossReport
	var both sync.WaitGroup
	both.Go(func() { we = ours.refreshed(t, cycles, 2, patient()) })
	both.Go(func() { they = bare.refreshed(t, cycles, 1, ackDeadline) })
	both.Wait()
	if we.lost() > 0 || we.noForm > 0 {
		t.Errorf("ours, through %d cycles: %+v", cycles, we)
	}
	if they.sent == 0 {
		t.Errorf("the bare bot got nothing: %+v", they)
	}
	name := fmt.Sprintf("%d socket refreshes at %d commands/s: ", cycles, time.Second/commandEvery)
	return []row{
		{name: name + "unanswered", ours: fmt.Sprintf("%d of %d", we.unanswered, we.sent), other: fmt.Sprintf("%d of %d (bare slack-go)", they.unanswered, they.sent),
			aim: "0", held: judged(we.unanswered == 0)},
		{name: name + "no socket open", ours: fmt.Sprint(we.nobody), other: fmt.Sprint(they.nobody), aim: "0", held: judged(we.nobody == 0)},
		{name: name + "fewest sockets open", ours: fmt.Sprint(we.fewest), other: fmt.Sprint(they.fewest), aim: "≥ 1", held: judged(we.fewest >= 1)},
	}
}

// lossReport is what became of the commands of a stream.
type lossReport struct {
	sent       int // written to a socket
	unanswered int // of those, not acknowledged in time
	noForm     int // of those, without a form
	nobody     int // not written, because no socket was open
	fewest     int // sockets that took commands at the worst moment
}

func (r lossReport) lost() int { return r.unanswered + r.nobody }

// refreshed sends commands at a steady pace while one socket after the other is
// replaced, each time once so many are open. What is answered later than deadline
// counts as lost.
func (w *wire) refreshed(t *testing.T, cycles, sockets int, deadline time.Duration) lossReport {
	s := &stream{wire: w, report: lossReport{fewest: sockets}}
	stop := make(chan struct{})
	var streaming sync.WaitGroup
	streaming.Go(func() { s.run(stop) })
	for n := range cycles {
		if !w.reached(sockets) {
			t.Errorf("after %d refreshes %d sockets are open, not %d", n, len(w.open()), sockets)
			break
		}
		time.Sleep(drain) // of quiet, as between the refreshes in real life
		s.refresh(n)
	}
	w.reached(sockets)
	close(stop)
	streaming.Wait()
	return s.settle(deadline)
}

// stream is commands at a steady pace, and what was written of them.
type stream struct {
	wire *wire

	mu     sync.Mutex
	sent   []sending
	report lossReport
}

type sending struct {
	*command
	over *link
}

func (s *stream) run(stop <-chan struct{}) {
	tick := time.NewTicker(commandEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-stop:
			return
		}
		open := len(s.wire.open())
		s.mu.Lock()
		s.report.fewest = min(s.report.fewest, open)
		s.mu.Unlock()
		s.send(nil)
	}
}

// send writes a command to a socket, or to any where that is nil, as Slack
// would: to another where one turns out to be gone.
func (s *stream) send(over *link) {
	c := s.wire.command()
	for {
		l, write := over, over.write
		if l == nil {
			if l = s.wire.any(); l == nil {
				break
			}
			write = l.writeIfOpen
		}
		s.wire.mu.Lock()
		c.wrote = time.Now()
		s.wire.mu.Unlock()
		if write(c.envelope) == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.sent = append(s.sent, sending{c, l})
			return
		}
		if over != nil {
			break
		}
		s.wire.leave(l)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.nobody++
}

// refresh replaces sockets in the nth of the ways in which Slack does.
func (s *stream) refresh(n int) {
	open := s.wire.open()
	one := open[0]
	switch n % 4 {
	case 0: // a warning; commands go on until the socket closes
		one.disconnect("warning")
		time.Sleep(drain)
		s.wire.leave(one)
		one.halfClose()
	case 1: // no warning; more is on the wire behind the message, and then the end
		s.wire.leave(one)
		one.disconnect("refresh_requested")
		s.behind(one)
		one.halfClose()
	case 2: // a warning, more behind it, and then the connection is torn down
		s.wire.leave(one)
		one.disconnect("warning")
		s.behind(one)
		s.answered(one)
		_ = one.ws.Close()
	case 3: // all sockets at once
		for _, l := range open {
			l.disconnect("warning")
		}
		time.Sleep(drain)
		for _, l := range open {
			s.wire.leave(l)
			l.halfClose()
		}
	}
}

func (s *stream) behind(l *link) {
	for range behind {
		s.send(l)
	}
}

// answered waits until all that was written to a socket has been acknowledged,
// or a second: what a torn connection still carries nobody can save.
func (s *stream) answered(l *link) {
	limit := time.After(time.Second)
	s.mu.Lock()
	sent := slices.Clone(s.sent)
	s.mu.Unlock()
	for _, c := range sent {
		if c.over != l {
			continue
		}
		select {
		case <-c.done:
		case <-limit:
			return
		}
	}
}

// settle waits for what is still under way, and counts.
func (s *stream) settle(deadline time.Duration) lossReport {
	r := s.report
	r.sent = len(s.sent)
	for _, c := range s.sent {
		select {
		case <-c.done:
		case <-time.After(deadline - time.Since(c.wrote)):
		}
		s.wire.mu.Lock()
		if c.acks == 0 || c.acked.Sub(c.wrote) > deadline {
			r.unanswered++
		}
		if c.opened.IsZero() {
			r.noForm++
		}
		s.wire.mu.Unlock()
	}
	return r
}

// disconnect tells a socket to go. It may be gone already.
func (l *link) disconnect(reason string) {
	_ = l.write(fmt.Appendf(nil, `{"type":"disconnect","reason":%q,"debug_info":{"host":"wire"}}`, reason))
}

// halfClose ends a connection without a close frame, as Slack's edge does, and
// still takes what comes back.
func (l *link) halfClose() {
	if tcp, ok := l.ws.NetConn().(*net.TCPConn); ok {
		_ = tcp.CloseWrite() // it may be gone
	}
}

// leave keeps new commands from a socket. What is being written to it has been
// written after that.
func (w *wire) leave(l *link) {
	l.writing.Lock()
	defer l.writing.Unlock()
	w.note(func() { l.leaving = true })
}

// writeIfOpen writes a frame to a socket that has not been told to go.
func (l *link) writeIfOpen(frame []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.leaving {
		return net.ErrClosed
	}
	return l.writeFrame(frame)
}
