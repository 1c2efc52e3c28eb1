package bench

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// leaks is what a process and its Redis hold after many commands beside what
// they held before: goroutines, file descriptors, and keys that never expire
// must be as many, and memory must not grow with the commands.
func leaks(t *testing.T) []row {
	commands, reads := size(10_000, 500), size(20, 5)
	redis := storetest.RealRedis(t)
	w := newWire(t)
	env := wireEnv(t, w, redis.URL())
	r := registrar(t).Start(t, env)
	w.await(t, 2)
	// What is kept for later use is there after these: connections to Redis,
	// caches, the heap's size.
	w.through(t, size(2000, 200))
	w.lookUps(t, 1)
	before := settled(t, r, redis.URL())
	w.through(t, commands)
	w.lookUps(t, reads)
	// One left by each fifth command would show in the short form too.
	margin := size(0, commands/5)
	after := back(t, r, redis.URL(), before, margin)
	if after.goroutines > before.goroutines+margin || after.files > before.files+margin {
		t.Errorf("after %d commands %d goroutines, before %d; %d files, before %d", commands, after.goroutines, before.goroutines, after.files, before.files)
	}
	if len(after.unknown) > 0 || !maps.Equal(before.lasting, after.lasting) {
		t.Errorf("keys without a time to live: %v, before %v; of no known family: %v", after.lasting, before.lasting, after.unknown)
	}
	entries, _, _ := registrar(t).Run(t, env, "audit", "verify")
	if want := fmt.Sprintf("holds: %d entries", reads+1); !strings.Contains(entries, want) {
		t.Errorf("audit verify says %q, not %q", entries, want)
	}
	name := fmt.Sprintf("left after %d commands and %d look-ups: ", commands, reads)
	count := func(what string, a, b, margin int) row {
		return row{name: name + what, ours: fmt.Sprint(b), other: fmt.Sprintf("%d (before)", a), aim: fmt.Sprintf("≤ %d more", margin), held: judged(b <= a+margin)}
	}
	return []row{
		count("goroutines", before.goroutines, after.goroutines, margin),
		count("file descriptors", before.files, after.files, margin),
		count("keys that never expire", total(before.lasting), total(after.lasting)+len(after.unknown), 0),
		{name: name + "audit entries, kept for ever", ours: fmt.Sprint(reads), other: "1 for each look-up", held: noAim},
		{name: name + "resident memory", ours: megabytes(after.resident), other: megabytes(before.resident) + " (before)"},
	}
}

// holding is what a process and its Redis hold.
type holding struct {
	goroutines, files int
	resident          int64
	lasting           map[string]int // keys without a time to live, by family
	unknown           []string       // and those of no family
}

// settled is what the process holds once it lets go of nothing more, two minutes
// at most: connections are kept for a while. In the short form it is what it
// holds at once.
func settled(t *testing.T, r *registrartest.Replica, redis string) holding {
	t.Helper()
	h := held(t, r)
	for seconds := 0; *full && seconds < 8; seconds++ { // longer than the wire keeps an idle connection
		time.Sleep(time.Second)
		if now := held(t, r); now.goroutines < h.goroutines || now.files < h.files {
			h, seconds = now, 0
		}
	}
	h.resident = resident(t, r.PID())
	h.lasting, h.unknown = storetest.KeysThatStay(t, redis)
	return h
}

// back waits, for two minutes at most, until the process holds no more than
// before, and a margin.
func back(t *testing.T, r *registrartest.Replica, redis string, before holding, margin int) holding {
	t.Helper()
	h := held(t, r)
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if h = held(t, r); h.goroutines <= before.goroutines+margin && h.files <= before.files+margin {
			break
		}
	}
	h.resident = resident(t, r.PID())
	h.lasting, h.unknown = storetest.KeysThatStay(t, redis)
	return h
}

func held(t *testing.T, r *registrartest.Replica) holding {
	t.Helper()
	return holding{goroutines: goroutines(t, r), files: openFiles(t, r.PID())}
}

// through sends so many commands, 50 at once, and waits for their forms.
func (w *wire) through(t *testing.T, commands int) {
	t.Helper()
	const atOnce = 50
	for left := commands; left > 0; left -= atOnce {
		if r := w.burst(t, min(left, atOnce)); r.lost > 0 {
			t.Fatalf("%d commands were not answered", r.lost)
		}
	}
}

// lookUps sends the form in, so often, and waits for what it shows in the end.
func (w *wire) lookUps(t *testing.T, times int) {
	t.Helper()
	for range times {
		shown := w.called("views.update")
		c := w.submission(uuid.NewString())
		if err := w.send(c, w.any()); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); w.called("views.update") == shown; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("a look-up shows nothing")
			}
		}
	}
}

// goroutines asks the process itself.
func goroutines(t *testing.T, r *registrartest.Replica) int {
	t.Helper()
	resp, err := http.Get(r.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^go_goroutines (\d+)$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("/metrics has no go_goroutines")
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func openFiles(t *testing.T, pid int) int {
	t.Helper()
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// resident is how much memory a process holds, in bytes.
func resident(t testing.TB, pid int) int64 {
	t.Helper()
	for line := range strings.Lines(procFile(t, pid, "status")) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

func total(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
