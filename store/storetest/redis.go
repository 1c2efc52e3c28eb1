package storetest

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Redis is a real redis-server of its own, on 127.0.0.1, that syncs every write
// to disk. It is gone after the test.
type Redis struct {
	t    testing.TB
	dir  string
	port int
	args []string
	cmd  *exec.Cmd
}

// RealRedis starts a redis-server with appendonly yes and appendfsync always,
// or the given settings behind them ("--appendfsync", "everysec"). Where there
// is no redis-server the test is skipped; with CI=true it fails.
func RealRedis(t testing.TB, settings ...string) *Redis {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed, and in CI the store is tested on a real one")
		}
		t.Skip("redis-server is not installed; the same tests run on miniredis")
	}
	r := &Redis{t: t, dir: t.TempDir(), port: freePort(t)}
	r.args = append([]string{binary, "--port", fmt.Sprint(r.port), "--bind", "127.0.0.1", "--dir", r.dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--daemonize", "no"}, settings...)
	r.Start()
	t.Cleanup(r.Kill)
	return r
}

// URL is the server's address.
func (r *Redis) URL() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", r.port) }

// Start starts the server on what it has on disk, and waits until it answers.
func (r *Redis) Start() {
	r.t.Helper()
	r.cmd = exec.Command(r.args[0], r.args[1:]...)
	var out strings.Builder
	r.cmd.Stdout, r.cmd.Stderr = &out, &out
	if err := r.cmd.Start(); err != nil {
		r.t.Fatalf("redis-server: %v", err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if r.answers() {
			return
		}
	}
	r.Kill()
	r.t.Fatalf("redis-server does not answer:\n%s", out.String())
}

func (r *Redis) answers() bool {
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", r.port), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		return false
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "+PONG")
}

// OnDisk is everything that is in the server's files: what a backup would hold.
// Started with "--aof-use-rdb-preamble no", it is plain text.
func (r *Redis) OnDisk() string {
	r.t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(r.dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // replaced meanwhile
		}
		all.Write(raw)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.t.Fatal(err)
	}
	return all.String()
}

// Kill ends the server as a power failure would, without a chance to say
// anything.
func (r *Redis) Kill() {
	if r.cmd == nil {
		return
	}
	_ = r.cmd.Process.Signal(syscall.SIGKILL)
	_ = r.cmd.Wait() // it says "killed"
	r.cmd = nil
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
