package bench

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// start is how long it takes from exec to a process that is ready, against fakes
// on this machine, and what it costs to be there.
func start(t *testing.T) []row {
	p := registrar(t)
	redis := storetest.RealRedis(t)
	var took []time.Duration
	for range size(10, 3) {
		took = append(took, ready(t, redis.URL()))
	}
	r := inWire(t, newWire(t), redis.URL())
	whole := time.Duration(size(30, 2)) * time.Second
	time.Sleep(whole / 10)
	before, since := cpu(t, r.PID()), time.Now()
	time.Sleep(whole)
	idle := float64(cpu(t, r.PID())-before) / float64(time.Since(since))
	rows := []row{
		{name: fmt.Sprintf("exec to /readyz, median of %d", len(took)), ours: milliseconds(median(took)), other: milliseconds(percentile(took, 100)) + " (slowest)"},
		{name: "idle: processor", ours: fmt.Sprintf("%.1f %% of one", 100*idle)},
		{name: "idle: resident memory", ours: megabytes(resident(t, r.PID()))},
	}
	if !*full {
		return rows // what is shipped takes a minute to compile
	}
	shipped := filepath.Join(bin, "shipped")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", shipped, "registrar/cmd/registrar").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	stripped, plain := fileSize(t, shipped), fileSize(t, p.Path)
	return append(rows, row{name: "binary, -trimpath -ldflags='-s -w'", ours: megabytes(stripped), other: megabytes(plain) + " (plain)",
		ratio: fmt.Sprintf("%.2f", float64(stripped)/float64(plain))})
}

// ready starts a replica and returns when it says that it is ready. It is
// stopped after that.
func ready(t *testing.T, redis string) time.Duration {
	t.Helper()
	w := newWire(t)
	env := wireEnv(t, w, redis)
	began := time.Now()
	r := registrar(t).Start(t, env)
	waitReady(t, r)
	took := time.Since(began)
	if code := r.Stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, r.Log())
	}
	return took
}

func waitReady(t *testing.T, r *registrartest.Replica) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		resp, err := http.Get(r.URL + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready within a minute:\n%s", r.Log())
		}
	}
}

func fileSize(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
