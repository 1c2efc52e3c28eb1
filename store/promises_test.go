package store_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"registrar/bot/engine"
	"registrar/store/storetest"
)

// promisesFor bounds the test below: cases behind it pass unseen.
const promisesFor = 8 * time.Second

// TestPromisesOnTwoReplicas has people press and two replicas work at the same
// time, on one Redis, while processes die, leases are lost and time passes, and
// checks promises 1 to 4 on every state that is stored, at every write to the
// vendor and in the audit trail.
func TestPromisesOnTwoReplicas(t *testing.T) {
	url := someRedis(t)
	raw := rawClient(t, url)
	w := newReplicas(t, url)
	began, ends := time.Now(), map[engine.Status]int{}
	for range 3 {
		rapid.Check(t, func(rt *rapid.T) {
			if time.Since(began) > promisesFor {
				return
			}
			if err := raw.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			w.restart(rt)
			id := w.request(rt)
			w.headStart(rt, id)
			for range rapid.IntRange(1, 12).Draw(rt, "rounds") {
				w.round(rt, id)
			}
			ends[w.check(rt, id)]++
			w.clock.pass(100 * time.Hour) // more than any request can be extended to
			w.do(id, move{kind: "force", who: alt, life: 1000})
			w.check(rt, id)
		})
	}
	t.Logf("how the runs ended: %v", ends)
}

// someRedis is a real Redis, or where there is none, and this is not CI, a
// small one in this process.
func someRedis(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil && os.Getenv("CI") != "true" {
		return "redis://" + miniredis.RunT(t).Addr()
	}
	return storetest.RealRedis(t, "--appendfsync", "no").URL() // what a crash loses is another test's
}

func rawClient(t *testing.T, url string) *redis.Client {
	t.Helper()
	opt, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opt)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// A move is one thing that somebody or some process does during a round.
type move struct {
	kind  string
	who   engine.Person
	mark  engine.Mark
	on    int // which replica
	life  int // how many writes the process has left
	lands bool
	theft int // which write under the lease finds it stolen
	nap   time.Duration
}

func (m move) String() string {
	return fmt.Sprintf("%s %s %s on %d life %d %t theft %d %s", m.kind, m.who.ID, m.mark, m.on, m.life, m.lands, m.theft, m.nap)
}

// kinds has what helps a run along more often than what ends it.
var kinds = strings.Fields("visit visit visit visit visit visit approve approve approve approve approve open open open answer answer answer " +
	"happened happened extend time time force force reject cancel stop")

func drawMove(rt *rapid.T) move {
	m := move{
		kind: rapid.SampledFrom(kinds).Draw(rt, "kind"), on: rapid.IntRange(0, 1).Draw(rt, "replica"),
		who: rapid.SampledFrom([]engine.Person{sam, twin, gil, ana, ana, alt, ada, ada}).Draw(rt, "who"), life: 1000,
	}
	m.mark = engine.Mark(fmt.Sprint(m.kind, m.who.ID, rapid.IntRange(0, 1).Draw(rt, "press")))
	switch rapid.IntRange(0, 5).Draw(rt, "fate") {
	case 0:
		m.life, m.lands = rapid.IntRange(1, 8).Draw(rt, "life"), rapid.Bool().Draw(rt, "lands")
	case 1:
		m.theft = rapid.IntRange(1, 6).Draw(rt, "theft")
	}
	if m.kind == "time" {
		m.nap = rapid.SampledFrom([]time.Duration{2 * time.Minute, 11 * time.Minute, 7 * time.Hour, 25 * time.Hour}).Draw(rt, "nap")
	}
	return m
}

// round has up to six moves made at the same moment. Each is also made a second
// time where it was delivered twice.
func (w *replicas) round(rt *rapid.T, id string) {
	var moves []move
	for range rapid.IntRange(1, 6).Draw(rt, "moves") {
		m := drawMove(rt)
		moves = append(moves, m)
		if m.mark != "" && rapid.IntRange(0, 3).Draw(rt, "twice") == 0 {
			again := m
			again.on = 1 - m.on
			moves = append(moves, again)
		}
	}
	var all sync.WaitGroup
	start := make(chan struct{})
	for _, m := range moves {
		all.Go(func() {
			<-start
			w.do(id, m)
		})
	}
	close(start)
	all.Wait()
	w.buryTheDead(rt)
	w.check(rt, id)
}

// headStart brings some runs to a later stage, which chance alone seldom does.
func (w *replicas) headStart(rt *rapid.T, id string) {
	stage := rapid.IntRange(0, 2).Draw(rt, "head start")
	steady := func(kind string, who engine.Person) {
		w.do(id, move{kind: kind, who: who, mark: engine.Mark("first " + kind + who.ID), life: 1000})
	}
	if stage > 0 {
		for _, who := range []engine.Person{ana, ada} {
			steady("open", who)
			steady("approve", who)
		}
		w.clock.pass(w.delay)
	}
	if stage > 1 {
		w.vendor.replies["photo"], w.vendor.replies["coat"] = nil, nil
		steady("visit", sam)
		steady("answer", ada)
	}
}

// do makes one move. What comes of it is not looked at here: promises are
// about what is stored and what is written.
func (w *replicas) do(id string, m move) {
	p := newProcess(w, m)
	e := w.engine(p, m.on)
	ctx, cancel := testContext()
	defer cancel()
	now, err := w.stores[m.on].Run(ctx, id)
	if err != nil {
		w.fail("load: %v", err)
		return
	}
	press := engine.Press{Run: id, Hash: now.Hash, By: m.who, Mark: m.mark, Reason: "why", Review: now.Review()}
	switch m.kind {
	case "visit":
		_ = e.Visit(ctx, id)
	case "approve":
		_, _ = e.Approve(ctx, press)
	case "open":
		_, _ = e.Open(ctx, press)
	case "reject":
		_, _ = e.Reject(ctx, press)
	case "cancel":
		_, _ = e.Cancel(ctx, press)
	case "extend":
		_, _ = e.Extend(ctx, press)
	case "stop":
		_, _ = e.Stop(ctx, press)
	case "answer":
		_, _ = e.Answer(ctx, press, "key", map[string]string{"number": "1"})
	case "happened":
		// People tell the truth: they look at the vendor after they saw the card.
		if i := now.Current(); i >= 0 {
			_, _ = e.Resolve(ctx, press, now.Steps[i].ID, w.vendor.times(now.Steps[i].ID) > 0)
		}
	case "time":
		w.clock.pass(m.nap)
	case "force":
		w.force(ctx, now, m)
	}
}
