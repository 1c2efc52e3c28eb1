package storetest

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
)

// link is one connection through a Proxy.
type link struct {
	proxy          *Proxy
	number         int
	client, server net.Conn

	fates chan Fate // of the commands that Redis has yet to answer
	once  sync.Once
	gone  chan struct{} // closed with the link
}

// close ends the link as far as its client sees.
func (l *link) close() {
	l.once.Do(func() {
		close(l.gone)
		l.client.Close()
	})
}

// passCommands passes on what the client sends, until either hangs up.
func (l *link) passCommands(r *bufio.Reader, replies <-chan struct{}) {
	subscribed := false
	for {
		raw, words, err := readCommand(r)
		if err != nil {
			return
		}
		// What was sent before the client hung up arrives all the same.
		if !l.proxy.flowing(nil) {
			return
		}
		c := Command{Name: strings.ToUpper(words[0]), Args: words[1:], Conn: l.number}
		fate := l.proxy.fate(c)
		l.proxy.flowing(nil)
		// Subscriptions are answered by what Redis pushes, at any time.
		subscribed = subscribed || strings.HasSuffix(c.Name, "SUBSCRIBE")
		switch {
		case fate.Cut:
			l.drain(replies)
			return
		case subscribed:
		default:
			l.fates <- fate
		}
		if _, err := l.server.Write(raw); err != nil {
			return
		}
		if subscribed && fate.Lose {
			return
		}
	}
}

// drain waits until all that was passed on is answered.
func (l *link) drain(replies <-chan struct{}) {
	l.fates <- Fate{last: true}
	if _, err := io.WriteString(l.server, "*1\r\n$4\r\nPING\r\n"); err != nil {
		return
	}
	<-replies
}

// passReplies passes on what Redis answers.
func (l *link) passReplies(r *bufio.Reader) {
	for {
		raw, err := readReply(r, nil)
		if err != nil || !l.proxy.flowing(l.gone) {
			return
		}
		if raw[0] != '>' {
			select {
			case fate := <-l.fates:
				if fate.last {
					return
				}
				if fate.After != nil {
					fate.After()
					if !l.proxy.flowing(l.gone) {
						return
					}
				}
				if fate.Lose {
					l.proxy.mu.Lock()
					l.proxy.lost++
					l.proxy.mu.Unlock()
					return
				}
			default: // what a subscriber hears
			}
		}
		if _, err := l.client.Write(raw); err != nil {
			return
		}
	}
}

// readCommand reads a command as clients send it, an array of strings.
func readCommand(r *bufio.Reader) (raw []byte, words []string, err error) {
	raw, err = r.ReadBytes('\n')
	if err != nil {
		return nil, nil, err
	}
	n, err := length(raw, '*')
	if err != nil || n < 1 {
		return nil, nil, errProtocol
	}
	for range n {
		start := len(raw)
		line, err := r.ReadBytes('\n')
		if err != nil {
			return nil, nil, err
		}
		size, err := length(line, '$')
		if err != nil || size < 0 {
			return nil, nil, errProtocol
		}
		raw = append(raw, line...)
		if raw, err = readBytes(r, raw, size+2); err != nil {
			return nil, nil, err
		}
		words = append(words, string(raw[start+len(line):len(raw)-2]))
	}
	return raw, words, nil
}

// readReply reads one reply of either version of the protocol, behind raw.
func readReply(r *bufio.Reader, raw []byte) ([]byte, error) {
	line, err := r.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	raw = append(raw, line...)
	kind := line[0]
	switch kind {
	case '+', '-', ':', '_', '#', ',', '(':
		return raw, nil
	}
	n, err := length(line, kind)
	if err != nil {
		return nil, err
	}
	switch kind {
	case '$', '=', '!':
		if n < 0 {
			return raw, nil
		}
		return readBytes(r, raw, n+2)
	case '%', '|':
		n *= 2
	case '*', '~', '>':
	default:
		return nil, errProtocol
	}
	if kind == '|' { // attributes stand before the reply they belong to
		n++
	}
	for range n {
		if raw, err = readReply(r, raw); err != nil {
			return nil, err
		}
	}
	return raw, nil
}

// length is the number that a line of this kind holds.
func length(line []byte, kind byte) (int, error) {
	if len(line) < 3 || line[0] != kind {
		return 0, errProtocol
	}
	return strconv.Atoi(strings.TrimRight(string(line[1:]), "\r\n"))
}

func readBytes(r *bufio.Reader, raw []byte, n int) ([]byte, error) {
	start := len(raw)
	raw = append(raw, make([]byte, n)...)
	_, err := io.ReadFull(r, raw[start:])
	return raw, err
}
