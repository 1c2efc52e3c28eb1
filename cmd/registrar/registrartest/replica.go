package registrartest

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Replica is one process that serves.
type Replica struct {
	URL string // of its health and metrics, without a slash at the end

	t    testing.TB
	cmd  *exec.Cmd
	done chan struct{} // closed once it has ended

	mu  sync.Mutex
	log strings.Builder
}

// startLimit is how long a process may take to serve, on a machine that does
// much else.
const startLimit = time.Minute

// Start starts a process that serves and waits until it listens, which is
// before Slack has greeted it; see [World.Ready]. It is killed after the test.
func (p Program) Start(t testing.TB, env map[string]string) *Replica {
	t.Helper()
	r := &Replica{t: t, cmd: exec.Command(p.Path, "serve"), done: make(chan struct{})}
	r.cmd.Env = environ(env)
	// A pipe of our own: Wait closes those of StderrPipe before the last lines
	// are read.
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.cmd.Stderr = write
	if err := r.cmd.Start(); err != nil {
		t.Fatalf("registrar serve: %v", err)
	}
	write.Close()
	t.Cleanup(r.Kill)
	listening := make(chan string, 1)
	go r.follow(read, listening)
	select {
	case addr := <-listening:
		r.URL = "http://" + addr
	case <-r.done:
		t.Fatalf("registrar serve ended at once:\n%s", r.Log())
	case <-time.After(startLimit):
		t.Fatalf("registrar serve does not start:\n%s", r.Log())
	}
	return r
}

// follow keeps the process's log until it ends, and tells where it listens.
func (r *Replica) follow(log io.ReadCloser, listening chan<- string) {
	defer close(r.done)
	defer log.Close()
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadString('\n')
		r.mu.Lock()
		r.log.WriteString(line)
		r.mu.Unlock()
		var entry struct{ Msg, HTTP string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "started" {
			listening <- entry.HTTP
		}
		if err != nil {
			_ = r.cmd.Wait() // how it ended is in its state
			return
		}
	}
}

// greeted waits until Slack has greeted the process, as it says itself: how many
// sockets Slack has open says nothing while another process is being killed.
func (r *Replica) greeted() bool {
	ctx, cancel := within(r.t.Context())
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/readyz", nil)
		if err != nil {
			return false
		}
		if answer, err := http.DefaultClient.Do(ask); err == nil {
			missing, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err == nil && !strings.Contains(string(missing), "Slack") {
				return true
			}
		}
		select {
		case <-ctx.Done():
			return false
		case <-r.done:
			return false
		case <-tick.C:
		}
	}
}

// Kill ends the process with SIGKILL, as losing its machine would, and waits
// until it is gone. It may be called from any goroutine, and again.
func (r *Replica) Kill() {
	_ = r.cmd.Process.Signal(syscall.SIGKILL) // it may have ended already
	<-r.done
}

// Stop ends the process with SIGTERM, as a deployment does, waits until it is
// gone and returns its exit code.
func (r *Replica) Stop() int {
	r.t.Helper()
	_ = r.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-r.done:
	case <-time.After(startLimit):
		r.Kill()
		r.t.Errorf("registrar serve did not stop within %v", startLimit)
	}
	return r.cmd.ProcessState.ExitCode()
}

// Pause stops the process where it is, without ending it, as a machine that
// swaps or a suspended virtual machine does; Resume lets it go on.
func (r *Replica) Pause() { _ = r.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume lets a paused process go on.
func (r *Replica) Resume() { _ = r.cmd.Process.Signal(syscall.SIGCONT) }

// Done is closed once the process has ended.
func (r *Replica) Done() <-chan struct{} { return r.done }

// State is how the process ended, with the time and memory it took; nil before.
func (r *Replica) State() *os.ProcessState {
	select {
	case <-r.done:
		return r.cmd.ProcessState
	default:
		return nil
	}
}

// PID is the process's id.
func (r *Replica) PID() int { return r.cmd.Process.Pid }

// Log is what the process has logged so far.
func (r *Replica) Log() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

// within is ctx with the time that anything may take on a slow machine.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, startLimit)
}
