package registrartest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Program is the program, built.
type Program struct{ Path string }

// Build builds the program as it is shipped, with further flags of go build
// ("-race"). The file is gone after the test.
func Build(t testing.TB, flags ...string) Program {
	t.Helper()
	p := Program{filepath.Join(t.TempDir(), "registrar")}
	args := append([]string{"build", "-o", p.Path}, flags...)
	if out, err := exec.CommandContext(t.Context(), "go", append(args, "registrar/cmd/registrar")...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return p
}

// Run runs one command of the program to its end, with env as its only
// configuration, and returns what it printed and its exit code.
func (p Program) Run(t testing.TB, env map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	cmd := exec.CommandContext(t.Context(), p.Path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = environ(env), &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("registrar %s: %v", strings.Join(args, " "), err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// environ is a process's environment: what any program needs, and env.
func environ(env map[string]string) []string {
	var out []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GOMAXPROCS", "GODEBUG"} {
		if value, ok := os.LookupEnv(name); ok {
			out = append(out, name+"="+value)
		}
	}
	for name, value := range env {
		out = append(out, fmt.Sprintf("%s=%s", name, value))
	}
	return out
}
