package bench

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
)

// bin is where the programs under measurement are built, once for all measures
// and without the race detector, whatever the test itself runs under.
var bin string

func TestMain(m *testing.M) {
	os.Exit(measured(m))
}

func measured(m *testing.M) int {
	var err error
	if bin, err = os.MkdirTemp("", "registrar-bench-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(bin)
	return m.Run()
}

// built is where a command's binary is. It is built when it is first asked for,
// with the flags of other tests of processes, so that little is compiled anew.
var built = func() func(t testing.TB, command string) string {
	var mu sync.Mutex
	done := map[string]string{}
	return func(t testing.TB, command string) string {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if done[command] == "" {
			file := filepath.Join(bin, filepath.Base(command))
			if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, command).CombinedOutput(); err != nil {
				t.Fatalf("go build %s: %v\n%s", command, err, out)
			}
			done[command] = file
		}
		return done[command]
	}
}()

// registrar is the program, built.
func registrar(t testing.TB) registrartest.Program {
	t.Helper()
	return registrartest.Program{Path: built(t, "registrar/cmd/registrar")}
}

// inWire starts a replica in the sandbox's world, but with the wire for its
// Slack and a Redis of its own, and waits for its two sockets.
func inWire(t testing.TB, w *wire, redis string) *registrartest.Replica {
	t.Helper()
	r := startInWire(t, w, redis)
	w.await(t, 2)
	return r
}

// startInWire does not wait for sockets.
func startInWire(t testing.TB, w *wire, redis string) *registrartest.Replica {
	t.Helper()
	return registrar(t).Start(t, wireEnv(t, w, redis))
}

// wireEnv configures a replica in a world of its own, but with the wire for its
// Slack and another Redis.
func wireEnv(t testing.TB, w *wire, redis string) map[string]string {
	t.Helper()
	env := maps.Clone(registrartest.NewWorld(t, registrar(t)).Env)
	env["SLACK_API_URL"], env["REDIS_URL"] = w.url, redis
	env["REGISTRAR_SUPPORT"], env["REGISTRAR_ALLOW_WEAK_REDIS"] = support, "false"
	// The sandbox's sync errors would be posted meanwhile.
	delete(env, "REGISTRAR_ALERTS_CHANNEL")
	return env
}

// bareInWire starts the bare bot and waits for its one socket.
func bareInWire(t testing.TB, w *wire, redis string) (pid int) {
	t.Helper()
	pid = startBare(t, w, redis)
	w.await(t, 1)
	return pid
}

// startBare starts the bare bot. It is killed after the test.
func startBare(t testing.TB, w *wire, redis string) (pid int) {
	t.Helper()
	cmd := exec.Command(built(t, "registrar/cmd/registrar/bench/bare"))
	cmd.Env = append(os.Environ(), "SLACK_BOT_TOKEN=xoxb-wire", "SLACK_APP_TOKEN=xapp-wire", "SLACK_API_URL="+w.url,
		"REDIS_URL="+redis, "GROUP="+support)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it says "killed"
	})
	return cmd.Process.Pid
}

// cpu is the processor time a process has used.
func cpu(t testing.TB, pid int) time.Duration {
	t.Helper()
	_, stat, _ := strings.Cut(procFile(t, pid, "stat"), ") ")
	fields := strings.Fields(stat) // from the third on
	var ticks int64
	for _, f := range fields[11:13] { // user and system, in hundredths of a second
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

func procFile(t testing.TB, pid int, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
