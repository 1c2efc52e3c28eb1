// Package mailtest is a mail server that runs in this process and keeps what it gets, for tests and for the demo's
// mailbox. It speaks real SMTP, with faults on request, and does not import testing.
package mailtest

import (
	"encoding/base64"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options set up a server; the zero value listens on a free port of this machine and wants no login.
type Options struct {
	Addr     string // "": "127.0.0.1:0"
	Username string // with Password: what AUTH PLAIN or LOGIN must give before mail is taken
	Password string
}

// Fault makes the next mails go wrong. Nothing set: all is well again.
type Fault struct {
	Refuse string        // reply to MAIL FROM: "451 try later", "550 no"
	Reject string        // reply to the text of the mail, which is then not kept
	Drop   bool          // keep the mail and break the connection instead of replying
	Lose   bool          // with Drop: do not keep it either
	Delay  time.Duration // before the reply to the text
}

// Server is a mail server.
type Server struct {
	options  Options
	listener net.Listener
	closing  chan struct{}
	close    func()
	done     sync.WaitGroup

	mu       sync.Mutex
	fault    Fault
	around   func(m Message, keep, reply func())
	mails    []Message
	conns    map[net.Conn]bool
	watchers map[chan struct{}]bool
}

// New starts a server. Like httptest.NewServer it panics where it cannot listen.
func New(o Options) *Server {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		panic("mailtest: " + err.Error())
	}
	s := &Server{
		options: o, listener: listener, closing: make(chan struct{}),
		conns: map[net.Conn]bool{}, watchers: map[chan struct{}]bool{},
	}
	s.close = sync.OnceFunc(s.hangUp)
	s.done.Go(s.accept)
	return s
}

// URL is the value for SMTP_URL.
func (s *Server) URL() string {
	login := ""
	if s.options.Username != "" {
		login = s.options.Username + ":" + s.options.Password + "@"
	}
	return "smtp://" + login + s.listener.Addr().String()
}

// Close ends the server and its connections. What it got stays readable.
func (s *Server) Close() {
	s.close()
	s.done.Wait()
}

func (s *Server) hangUp() {
	close(s.closing)
	s.listener.Close()
	s.mu.Lock()
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
}

// Fail sets what goes wrong from now on.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Around has f decide about every mail from now on, once its text has come: keep keeps it, reply says that it was taken.
// Without a reply the connection breaks. It is for what no [Fault] describes, such as a sender that dies between what it
// sent and the reply. nil ends that.
func (s *Server) Around(f func(m Message, keep, reply func())) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.around = f
}

// Messages returns the mails so far, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Subscribe returns a channel that gets a value after new mail, several of which may count as one, and a function that
// ends it.
func (s *Server) Subscribe() (<-chan struct{}, func()) {
	arrived := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[arrived] = true
	return arrived, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, arrived)
	}
}

func (s *Server) current() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

func (s *Server) surrounding() func(m Message, keep, reply func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.around
}

func (s *Server) keep(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	for watcher := range s.watchers {
		select {
		case watcher <- struct{}{}:
		default:
		}
	}
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.admit(conn) {
			conn.Close()
			return
		}
		s.done.Go(func() {
			(&session{Server: s, text: textproto.NewConn(conn)}).talk()
			conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		})
	}
}

// admit takes a connection in, unless the server is closing.
func (s *Server) admit(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closing:
		return false
	default:
		s.conns[conn] = true
		return true
	}
}

// session is one connection.
type session struct {
	*Server
	text     *textproto.Conn
	loggedIn bool
	from     string
	to       []string
}

// talk answers commands until the other side has had enough.
func (c *session) talk() {
	c.say("220 mailtest ready")
	for {
		line, err := c.text.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			c.say("250-mailtest", "250-8BITMIME", "250 AUTH PLAIN LOGIN")
		case "HELO", "NOOP":
			c.say("250 ok")
		case "AUTH":
			c.login(rest)
		case "MAIL":
			c.sender(rest)
		case "RCPT":
			if c.from == "" {
				c.say("503 MAIL first")
				break
			}
			c.to = append(c.to, address(rest))
			c.say("250 ok")
		case "DATA":
			if !c.data() {
				return
			}
		case "RSET":
			c.from, c.to = "", nil
			c.say("250 ok")
		case "QUIT":
			c.say("221 bye")
			return
		default:
			c.say("500 what?")
		}
	}
}

func (c *session) say(lines ...string) {
	for _, line := range lines {
		c.text.PrintfLine("%s", line)
	}
}

func (c *session) login(how string) {
	mechanism, initial, _ := strings.Cut(how, " ")
	var name, password string
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		if initial == "" {
			initial = c.ask("334 ")
		}
		if parts := strings.Split(decode(initial), "\x00"); len(parts) == 3 {
			name, password = parts[1], parts[2]
		}
	case "LOGIN":
		name = decode(c.ask("334 VXNlcm5hbWU6"))
		password = decode(c.ask("334 UGFzc3dvcmQ6"))
	}
	if c.loggedIn = name == c.options.Username && password == c.options.Password; c.loggedIn {
		c.say("235 welcome")
		return
	}
	c.say("535 wrong user name or password")
}

func (c *session) ask(prompt string) string {
	c.say(prompt)
	line, _ := c.text.ReadLine() // a broken connection shows at the next command
	return line
}

func decode(text string) string {
	plain, _ := base64.StdEncoding.DecodeString(text)
	return string(plain)
}

func (c *session) sender(rest string) {
	switch refuse := c.current().Refuse; {
	case c.options.Username != "" && !c.loggedIn:
		c.say("530 login first")
	case refuse != "":
		c.say(refuse)
	default:
		c.from, c.to = address(rest), nil
		c.say("250 ok")
	}
}

// data takes the text of a mail and reports whether the connection goes on.
func (c *session) data() bool {
	if len(c.to) == 0 {
		c.say("503 RCPT first")
		return true
	}
	c.say("354 go on")
	raw, err := io.ReadAll(c.text.DotReader())
	if err != nil {
		return false
	}
	fault := c.current()
	if fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-c.closing:
			return false
		}
	}
	if fault.Reject != "" {
		c.say(fault.Reject)
		return true
	}
	if around := c.surrounding(); around != nil {
		m, replied := parse(c.from, c.to, raw), false
		around(m, func() { c.keep(m) }, func() {
			c.say("250 taken")
			replied = true
		})
		return replied
	}
	if !fault.Lose {
		c.keep(parse(c.from, c.to, raw))
	}
	if fault.Drop {
		return false
	}
	c.say("250 taken")
	return true
}

// address is what stands between < and > in FROM:<…> and TO:<…>.
func address(rest string) string {
	_, rest, _ = strings.Cut(rest, "<")
	inner, _, _ := strings.Cut(rest, ">")
	return inner
}
