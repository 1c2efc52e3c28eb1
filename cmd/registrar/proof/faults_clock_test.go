package proof

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
)

// clockFile is the variable that names the file in which a process built by
// buildWithClock finds by how many seconds its clock is wrong.
const clockFile = "CLOCK_FILE"

// wrongClock adds to what the system's clock says what the file says, within
// 10 ms of its change. Time that passes is measured as ever, as where an
// administrator sets the clock. Now is called where no file can be read.
const wrongClock = `package time

import (
	"sync/atomic"
	"syscall"
)

var wrongBy atomic.Int64

func init() {
	if file, ok := syscall.Getenv("` + clockFile + `"); ok {
		go followWrong(file)
	}
}

func followWrong(file string) {
	for ; ; Sleep(10 * Millisecond) {
		fd, err := open(file)
		if err != nil {
			continue
		}
		var text [32]byte
		n, _ := read(fd, text[:])
		closefd(fd)
		if by, err := atoi(string(text[:max(n, 0)])); err == nil {
			wrongBy.Store(int64(by))
		}
	}
}
`

// buildWithClock builds the program with a clock that tests can set.
func buildWithClock(t *testing.T) registrartest.Program {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(out)), "src", "time")
	now, err := os.ReadFile(filepath.Join(source, "time.go"))
	if err != nil {
		t.Fatal(err)
	}
	const reads = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if !strings.Contains(string(now), reads) {
		t.Fatal("this Go reads the clock in another way; the test must be told how")
	}
	folder := t.TempDir()
	files := map[string]string{
		"time.go":  strings.Replace(string(now), reads, reads+"\tsec += wrongBy.Load()\n", 1),
		"wrong.go": wrongClock,
	}
	replace := map[string]string{}
	for name, text := range files {
		replace[filepath.Join(source, name)] = filepath.Join(folder, name)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	return registrartest.Build(t, "-overlay", file)
}

func clockFaults() []faultCase {
	clock := func(fault, during string, e faultErrand, play func(*faultWorld)) faultCase {
		return faultCase{of: "clock", fault: fault, during: during, errand: e, clock: true, play: play}
	}
	var all []faultCase
	for _, jump := range []time.Duration{2 * time.Hour, -2 * time.Hour} {
		name := "goes 2 h forward"
		if jump < 0 {
			name = "goes 2 h back"
		}
		all = append(all,
			clock(name, "the plan on the screen", deactivateErrand(), jumpsBeforeRequest(jump)),
			clock(name, "a request waits", deactivateErrand(), jumpsBeforeApprove(jump)),
			clock(name, "create-group, a write", groupErrand(), jumpsDuringWrite(jump)),
			clock(name, "opt-out, a person is waited for", optOutErrand(), jumpsBeforeDone(jump)))
	}
	return append(all,
		clock("goes 30 s back", "deactivate, a step is put off", deactivateErrand(), jumpsWhilePutOff(-30*time.Second)),
		clock("goes 2 h forward", "deactivate, a step is put off", deactivateErrand(), jumpsWhilePutOff(2*time.Hour)),
		clock("of a second replica is 5 min ahead", "create-group", groupErrand(), withReplica(5*time.Minute)),
		clock("of a second replica is 5 min behind", "create-group", groupErrand(), withReplica(-5*time.Minute)))
}

// setClock has the program's clock be wrong by so much, and waits until it has
// seen that.
func (w *faultWorld) setClock(by time.Duration) {
	w.t.Helper()
	writeClock(w.t, w.Env[clockFile], by)
	time.Sleep(100 * time.Millisecond) // it looks every 10 ms
}

func writeClock(t testing.TB, file string, by time.Duration) {
	t.Helper()
	if err := os.WriteFile(file+".new", fmt.Append(nil, int(by.Seconds())), 0o600); err != nil {
		t.Error(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Error(err)
	}
}

func jumpsBeforeRequest(by time.Duration) func(*faultWorld) {
	return func(w *faultWorld) {
		w.beforePlanIsSent = func() { w.setClock(by) }
		if !w.plan() {
			w.closeModal()
			w.request()
		}
		w.approve()
		w.finish()
	}
}

func jumpsBeforeApprove(by time.Duration) func(*faultWorld) {
	return func(w *faultWorld) {
		w.request()
		w.setClock(by)
		w.approve()
		w.finish()
		w.note(w.cardText())
	}
}

func jumpsDuringWrite(by time.Duration) func(*faultWorld) {
	return func(w *faultWorld) {
		w.request()
		w.wire.goWrong(writesTo("LearnUpon"), 1, 1, meanwhile(func() { w.setClock(by) }))
		w.approve()
		w.finish()
		w.note(w.cardText())
	}
}

func jumpsBeforeDone(by time.Duration) func(*faultWorld) {
	return func(w *faultWorld) {
		w.request()
		w.wait("the card asks a person", func() bool { status, _ := w.status(); return status == "waiting-on-person" })
		w.setClock(by)
		w.finish()
		w.note(w.cardText())
	}
}

func jumpsWhilePutOff(by time.Duration) func(*faultWorld) {
	return func(w *faultWorld) {
		w.request()
		w.wire.goWrong(writesTo("LearnUpon"), 0, 1, says(429, kindJSON, `{}`, "Retry-After", "5"))
		w.approve()
		w.wait("the card says that it waits", func() bool { status, _ := w.status(); return status == "waiting-on-system" })
		w.setClock(by)
		w.finish()
		w.note(w.cardText())
	}
}

// withReplica has a second replica with another clock, and every envelope go to
// both.
func withReplica(by time.Duration) func(*faultWorld) {
	return func(w *faultWorld) {
		file := filepath.Join(w.t.TempDir(), "clock")
		writeClock(w.t, file, by)
		other := w.Start(w.program, map[string]string{clockFile: file})
		w.Slack.RepeatNext(1000)
		w.request()
		w.approve()
		w.finish()
		w.Slack.RepeatNext(0)
		w.note(w.cardText())
		other.Stop()
	}
}
