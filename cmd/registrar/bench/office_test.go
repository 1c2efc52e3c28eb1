package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// office is a world with one portal behind a meter, a real Redis, and one
// process that serves.
type office struct {
	*registrartest.World
	portal  *meter
	redis   *storetest.Redis
	replica *registrartest.Replica
	limit   time.Duration // for anything
}

// newOffice starts an office; the settings are variables and their values.
func newOffice(t *testing.T, m *meter, settings ...string) *office {
	t.Helper()
	program := registrartest.Build(t)
	o := &office{World: registrartest.NewWorld(t, program), portal: m, redis: storetest.RealRedis(t), limit: time.Duration(size(30, 2)) * time.Minute}
	m.before(o.LearnUpon)
	o.Env["REDIS_URL"] = o.redis.URL()
	o.Env["LEARNUPON_PORTALS"] = ""
	o.Env["LEARNUPON_RATE_PER_MINUTE"] = strconv.Itoa(m.perMinute)
	delete(o.Env, "REGISTRAR_ALLOW_WEAK_REDIS")
	for pair := range slices.Chunk(settings, 2) {
		o.Env[pair[0]] = pair[1]
	}
	o.replica = o.Start(program)
	return o
}

// until waits until something holds in Slack.
func (o *office) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), o.limit)
	defer cancel()
	if err := o.Slack.Wait(ctx, holds); err != nil {
		card, _ := o.Card()
		log := o.replica.Log()
		t.Fatalf("%s: %v; the newest card is %q\n%s", what, err, card.Text, log[max(0, len(log)-2000):])
	}
}

// shown counts the cards in the approvals channel with a text.
func (o *office) shown(text string) int {
	n := 0
	for _, m := range o.Slack.Messages(registrartest.Approvals) {
		if m.Text == text {
			n++
		}
	}
	return n
}

// memory ends the process and returns the most it ever held, in bytes.
func (o *office) memory(t *testing.T) int64 {
	t.Helper()
	o.replica.Stop()
	return peak(t, o.replica.State().SysUsage())
}

// peak is what a process that has ended held at most, in bytes.
func peak(t *testing.T, usage any) int64 {
	t.Helper()
	u, ok := usage.(*syscall.Rusage)
	if !ok {
		t.Fatalf("no usage of the process: %T", usage)
	}
	return u.Maxrss << 10 // Linux counts in kibibytes
}

// redisCounts is what a Redis says of itself.
type redisCounts struct {
	input    int64 // bytes sent to it
	commands int64
	memory   int64 // bytes of what it holds
}

func (c redisCounts) minus(before redisCounts) redisCounts {
	return redisCounts{c.input - before.input, c.commands - before.commands, c.memory - before.memory}
}

func (o *office) redisCounts(t *testing.T) redisCounts {
	t.Helper()
	at, err := url.Parse(o.redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", at.Host, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprint(conn, "INFO everything\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	head, err := in.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.Trim(head, "$\r\n"))
	if err != nil {
		t.Fatalf("INFO: %q", head)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(in, body); err != nil {
		t.Fatal(err)
	}
	said := map[string]int64{}
	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			said[name] = n
		}
	}
	return redisCounts{input: said["total_net_input_bytes"], commands: said["total_commands_processed"], memory: said["used_memory"]}
}

func kilobytes(n int64) string { return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10)) }
