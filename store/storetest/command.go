package storetest

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// Do sends the server one command and returns its reply as it came over the
// wire: for what tests do to a Redis behind a program's back, such as CONFIG SET
// or REPLICAOF. A reply that is an error ends the test.
func (r *Redis) Do(words ...string) string {
	r.t.Helper()
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", r.port), 10*time.Second)
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "*%d\r\n", len(words))
	for _, w := range words {
		fmt.Fprintf(conn, "$%d\r\n%s\r\n", len(w), w)
	}
	reply, err := readReply(bufio.NewReader(conn), nil)
	if err != nil || strings.HasPrefix(string(reply), "-") {
		r.t.Fatalf("%s: %q, %v", words[0], reply, err)
	}
	return string(reply)
}

// Standby starts a redis-server that copies this one, and waits until it has all
// of it.
func (r *Redis) Standby() *Redis {
	r.t.Helper()
	s := RealRedis(r.t, "--replicaof", fmt.Sprintf("127.0.0.1 %d", r.port))
	for deadline := time.Now().Add(time.Minute); !strings.Contains(s.Do("INFO", "replication"), "master_link_status:up"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatal("the standby does not get in touch")
		}
	}
	return s
}

// Promote makes a standby a primary of its own, with what it has been sent so
// far; before that it waits until this is all that from has.
func (r *Redis) Promote(from *Redis) {
	r.t.Helper()
	wrote := offset(from.Do("INFO", "replication"), "master_repl_offset")
	for deadline := time.Now().Add(time.Minute); offset(r.Do("INFO", "replication"), "slave_repl_offset") < wrote; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Error("the standby does not catch up")
			return
		}
	}
	r.Do("REPLICAOF", "NO", "ONE")
}

// offset is a number in what INFO answers.
func offset(info, name string) int64 {
	_, rest, _ := strings.Cut(info, "\n"+name+":")
	line, _, _ := strings.Cut(rest, "\r")
	n, _ := strconv.ParseInt(line, 10, 64) // 0 where it is not there
	return n
}
