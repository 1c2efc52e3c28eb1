package proof

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// outage is a way in which Redis is of no use for a while.
type outage struct {
	name       string
	begin, end func(*faultWorld)
	told       string // what people are told
	cheap      bool
}

func outages() []outage {
	const sure, unsure = "cannot be used right now, so nothing was done", "not certain that this was stored"
	return []outage{
		{"stopped", func(w *faultWorld) { w.redis.Refuse() }, func(w *faultWorld) { w.redis.Accept() }, sure, true},
		{"paused for 5 s", func(w *faultWorld) { w.redis.Pause() }, func(w *faultWorld) { w.redis.Resume() }, unsure, false},
		{"out of memory", func(w *faultWorld) { w.server.Load().Do("CONFIG", "SET", "maxmemory", "1") },
			func(w *faultWorld) { w.server.Load().Do("CONFIG", "SET", "maxmemory", "0") }, sure, true},
		{"a read-only replica", func(w *faultWorld) { w.server.Load().Do("REPLICAOF", "127.0.0.1", "1") },
			func(w *faultWorld) { w.server.Load().Do("REPLICAOF", "NO", "ONE") }, sure, false},
	}
}

func redisFaults() []faultCase {
	var all []faultCase
	for _, o := range outages() {
		all = append(all,
			faultCase{of: "Redis", fault: o.name, during: "a command", cheap: o.cheap, errand: deactivateErrand(), play: o.duringCommand},
			faultCase{of: "Redis", fault: o.name, during: "Request approval", cheap: o.cheap, errand: deactivateErrand(), play: o.duringRequest},
			faultCase{of: "Redis", fault: o.name, during: "Approve", cheap: o.cheap, errand: deactivateErrand(), play: o.duringApprove},
			faultCase{of: "Redis", fault: o.name, during: "create-group, a write", errand: groupErrand(), play: o.duringApply})
	}
	all = append(all,
		faultCase{of: "Redis", fault: "each reply to a save lost once", during: "create-group, from Approve on", cheap: true, errand: groupErrand(), play: losesEach},
		faultCase{of: "Redis", fault: "reply to the save lost", during: "Request approval", cheap: true, errand: deactivateErrand(), play: loses("submit", 0, 1)},
		faultCase{of: "Redis", fault: "replies to the save and its repetitions lost", during: "Request approval", errand: deactivateErrand(), play: loses("submit", 0, 4)},
		faultCase{of: "Redis", fault: "reply to the save lost", during: "Approve", cheap: true, errand: deactivateErrand(), play: loses("save", 0, 1)})
	for i, what := range []string{"Approve", "the start", "step started", "step done", "the end"} {
		all = append(all, faultCase{of: "Redis", fault: "replies to the save and its repetitions lost", during: "deactivate, " + what, errand: deactivateErrand(), play: loses("save", i, 4)})
	}
	return append(all, failovers()...)
}

// command types the errand's command and does not look what comes of it.
func (w *faultWorld) command() {
	w.t.Helper()
	ctx, done := w.within()
	defer done()
	if _, err := w.Slack.Person(registrartest.Sam).Command(ctx, registrartest.Approvals, w.errand.command); err != nil {
		w.t.Fatal(err)
	}
}

func (w *faultWorld) cardText() string {
	card, _ := w.Card()
	return card.Text
}

func (o outage) duringCommand(w *faultWorld) {
	o.begin(w)
	w.command()
	w.sees(registrartest.Sam, o.told)
	o.end(w)
	w.request()
	w.approve()
	w.finish()
}

func (o outage) duringRequest(w *faultWorld) {
	w.beforePlanIsSent = func() { o.begin(w) }
	if w.plan() {
		w.t.Error("the request was taken")
	}
	if !strings.Contains(w.saw, o.told) {
		w.t.Errorf("Sam is told %q", w.saw)
	}
	o.end(w)
	w.closeModal()
	w.asked()
	w.approve()
	w.finish()
}

// asked has the errand asked for again where the request was not taken after
// all. Who is told to look again in a minute does so.
func (w *faultWorld) asked() {
	w.t.Helper()
	taken := func() bool { _, there := w.Card(); return there }
	if strings.Contains(w.saw, "look again in a minute") && w.settles(time.Minute, taken) {
		w.requests++
		return
	}
	w.request()
}

// settles waits a while for what may or may not come.
func (w *faultWorld) settles(long time.Duration, cond func() bool) bool {
	for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if cond() {
			return true
		}
	}
	return false
}

func (o outage) duringApprove(w *faultWorld) {
	w.request()
	o.begin(w)
	w.approve()
	w.sees(registrartest.Ana, o.told)
	o.end(w)
	// What was on its way into a Redis that stood still counts once it goes on.
	if !w.settles(5*time.Second, func() bool { status, _ := w.status(); return status != "awaiting-approval" }) {
		w.approve()
	}
	w.finish()
}

func (o outage) duringApply(w *faultWorld) {
	w.request()
	w.wire.goWrong(writesTo("LearnUpon"), 1, 1, meanwhile(func() {
		o.begin(w)
		time.AfterFunc(5*time.Second, func() { o.end(w) })
	}))
	w.approve()
	w.finish()
	w.note(w.cardText())
}

// hook decides about what is sent to Redis, one command at a time.
func (w *faultWorld) hook(f func(storetest.Command) storetest.Fate) {
	var mu sync.Mutex
	w.redis.Hook(func(c storetest.Command) storetest.Fate {
		mu.Lock()
		defer mu.Unlock()
		return f(c)
	})
}

// loses loses n replies to one write by a script, after letting others pass.
func loses(script string, skip, n int) func(*faultWorld) {
	return func(w *faultWorld) {
		var lost atomic.Int32
		lose := func() {
			var seen []string
			w.hook(func(c storetest.Command) storetest.Fate {
				if w.scripts.Of(c) != script {
					return storetest.Fate{}
				}
				if !slices.Contains(seen, writeID(c)) {
					seen = append(seen, writeID(c))
				}
				if slices.Index(seen, writeID(c)) != skip || int(lost.Load()) == n {
					return storetest.Fate{}
				}
				lost.Add(1)
				return storetest.Fate{Lose: true}
			})
		}
		if script == "submit" {
			w.beforePlanIsSent = lose
			if !w.plan() {
				w.closeModal()
				w.asked()
			}
		} else {
			w.request()
			lose()
		}
		w.approve()
		if n > 1 && skip == 0 && script == "save" {
			w.sees(registrartest.Ana, "not certain that this was stored")
		}
		w.finish()
		w.note(w.cardText())
		if int(lost.Load()) != n {
			w.t.Errorf("%d of %d replies lost", lost.Load(), n)
		}
	}
}

// losesEach loses the first reply to every save of the run.
func losesEach(w *faultWorld) {
	w.request()
	seen := map[string]bool{}
	w.hook(func(c storetest.Command) storetest.Fate {
		if w.scripts.Of(c) != "save" || seen[writeID(c)] {
			return storetest.Fate{}
		}
		seen[writeID(c)] = true
		return storetest.Fate{Lose: true}
	})
	w.approve()
	w.finish()
	w.redis.Hook(nil)
	w.note(fmt.Sprintf("%s (%d replies lost)", w.cardText(), w.redis.Lost()))
}

// writeID tells a write of the store from others, however often it is sent.
func writeID(c storetest.Command) string {
	for _, a := range c.Args {
		if strings.Count(a, "-") == 4 && len(a) == 36 {
			return a
		}
	}
	return strings.Join(c.Args, " ")
}
