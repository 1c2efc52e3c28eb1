package proof

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/store/storetest"
)

// command sees what a process sends to Redis.
func (s *stage) command(p *process, c storetest.Command) storetest.Fate {
	if s.doom(p) {
		return storetest.Fate{Cut: true}
	}
	kind, what := journal, s.saves(c)
	if what == "" {
		kind, what = note, s.notes(p, c)
	}
	if what == "" {
		return storetest.Fate{}
	}
	switch s.happens(p, kind, what) {
	case before:
		s.kill(p)
		return storetest.Fate{Cut: true}
	case applied:
		return storetest.Fate{Lose: true, After: func() { s.kill(p) }}
	}
	return storetest.Fate{}
}

var auditKind = regexp.MustCompile(`"((?:run|step)\.[a-z-]+)"`)

// saves says what a script that saves a run writes into the audit trail; "" for
// everything else. One that is repeated because Redis did not know the script
// yet, or because the trail has grown, counts once.
func (s *stage) saves(c storetest.Command) (what string) {
	if c.Name != "EVALSHA" && c.Name != "EVAL" || len(c.Args) < 3 {
		return ""
	}
	n, err := strconv.Atoi(c.Args[1])
	if err != nil || len(c.Args) <= 2+n {
		return ""
	}
	keys, args := c.Args[2:2+n], c.Args[2+n:]
	if !slices.Contains(keys, "{registrar}:audit:log") || !slices.Contains(keys, "{registrar}:runs:wake") {
		return ""
	}
	sha := c.Args[0]
	if c.Name == "EVAL" {
		sum := sha1.Sum([]byte(sha))
		sha = hex.EncodeToString(sum[:])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	loaded := c.Name == "EVAL" || s.known[sha]
	s.known[sha] = true
	if !loaded || s.known[args[0]] {
		return ""
	}
	s.known[args[0]] = true
	what = "saved"
	if m := auditKind.FindStringSubmatch(strings.Join(args, "\n")); m != nil {
		what = m[1]
	}
	return what
}

// notes says what is remembered by a command, or by a transaction when it ends;
// "" where nothing is.
func (s *stage) notes(p *process, c storetest.Command) (what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	conn := fmt.Sprintf("%p/%d", p, c.Conn)
	switch c.Name {
	case "MULTI":
		s.open[conn] = ""
	case "EXEC":
		what = s.open[conn]
		delete(s.open, conn)
	case "SET", "ZADD", "SADD", "DEL":
		for _, of := range []string{"mail", "link", "secret"} {
			if strings.HasPrefix(c.Args[0], "{registrar}:"+of+":") {
				what = of + " noted"
			}
		}
		if _, open := s.open[conn]; open && what != "" {
			s.open[conn] = what
			return ""
		}
	}
	return what
}

// onItsWay is how long a request of a dead process may take to get to a vendor
// on this machine.
const onItsWay = 300 * time.Millisecond

// named finds the name a process gives itself, as whose it takes leases.
var named = regexp.MustCompile(`"replica":"([^"]+)"`)

// expire lets the leases of the killed process run out at once instead of within
// half a minute, which would outlast the requests that it left behind, as this
// has to. Those of others stay.
func (s *stage) expire() {
	time.Sleep(onItsWay)
	for left := 1; left > 0; time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		left = s.underWay
		s.mu.Unlock()
	}
	const script = `for _, k in ipairs(redis.call('KEYS', ARGV[1])) do
	local owner = redis.call('HGET', k, 'owner')
	if owner and string.sub(owner, 1, #ARGV[2]) == ARGV[2] then redis.call('PEXPIRE', k, 1) end
end
return 1`
	s.mu.Lock()
	owner := named.FindStringSubmatch(s.dead.Log())
	s.mu.Unlock()
	if owner == nil {
		s.t.Fatal("the dead process did not say who it is")
	}
	u, err := url.Parse(s.redis)
	if err != nil {
		s.t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	words := []string{"EVAL", script, "0", "{registrar}:lease:*", owner[1] + "/"}
	fmt.Fprintf(conn, "*%d\r\n", len(words))
	for _, w := range words {
		fmt.Fprintf(conn, "$%d\r\n%s\r\n", len(w), w)
	}
	reply := make([]byte, 16)
	if n, err := conn.Read(reply); err != nil || reply[0] != ':' {
		s.t.Fatalf("leases do not run out: %q, %v", reply[:n], err)
	}
}
