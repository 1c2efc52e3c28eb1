package storetest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Contents is everything in a Redis, real or not, by a URL like
// redis://host:port/0: every key with all that is in it, one key a line. It asks
// by itself, so that the store is not judged by its own code.
func Contents(t testing.TB, redisURL string) string {
	t.Helper()
	c := dial(t, redisURL)
	defer c.close()
	var all strings.Builder
	for _, key := range c.keys() {
		var values []string
		switch kind := c.do("TYPE", key)[0]; kind {
		case "string":
			values = c.do("GET", key)
		case "hash":
			values = c.do("HGETALL", key)
		case "set":
			values = c.do("SMEMBERS", key)
			slices.Sort(values)
		case "zset":
			values = c.do("ZRANGE", key, "0", "-1", "WITHSCORES")
		case "list":
			values = c.do("LRANGE", key, "0", "-1")
		case "stream":
			values = c.do("XRANGE", key, "-", "+")
		case "none": // its time has come meanwhile
			continue
		default:
			t.Errorf("%s is a %s: nobody looks into that", key, kind)
		}
		fmt.Fprintf(&all, "%s %s\n", key, strings.Join(values, " "))
	}
	return all.String()
}

// wire is a connection to Redis in its own protocol.
type wire struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

func dial(t testing.TB, redisURL string) wire {
	t.Helper()
	u, err := url.Parse(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	return wire{t: t, conn: conn, r: bufio.NewReader(conn)}
}

func (c wire) close() { _ = c.conn.Close() } // nothing is left to be said

// keys are all keys, sorted.
func (c wire) keys() []string {
	c.t.Helper()
	var all []string
	for cursor := "0"; ; {
		page := c.do("SCAN", cursor, "COUNT", "1000")
		cursor, all = page[0], append(all, page[1:]...)
		if cursor == "0" {
			slices.Sort(all)
			return slices.Compact(all)
		}
	}
}

// do sends a command and returns everything that comes back, lists flattened.
func (c wire) do(args ...string) []string {
	c.t.Helper()
	fmt.Fprintf(c.conn, "*%d\r\n", len(args))
	for _, a := range args {
		fmt.Fprintf(c.conn, "$%d\r\n%s\r\n", len(a), a)
	}
	return c.reply()
}

func (c wire) reply() []string {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	if err != nil {
		c.t.Fatalf("redis: %v", err)
	}
	line = strings.TrimRight(line, "\r\n")
	n, _ := strconv.Atoi(line[1:]) // not a number where it is not needed
	switch line[0] {
	case '*':
		var all []string
		for range n {
			all = append(all, c.reply()...)
		}
		return all
	case '$':
		if n < 0 {
			return []string{""}
		}
		text := make([]byte, n+2)
		if _, err := io.ReadFull(c.r, text); err != nil {
			c.t.Fatalf("redis: %v", err)
		}
		return []string{string(text[:n])}
	case '-':
		c.t.Fatalf("redis: %s", line[1:])
	}
	return []string{line[1:]}
}
