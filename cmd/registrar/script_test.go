package main

import (
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/rogpeppe/go-internal/testscript"

	"registrar/bot/engine"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"registrar": main})
}

// TestScript runs the program from its command line: each script in
// testdata/script reads like a manual.
func TestScript(t *testing.T) {
	redis := miniredis.RunT(t)
	env := environ("REDIS_URL=redis://"+redis.Addr(), "REGISTRAR_ALLOW_WEAK_REDIS=true")
	fillAudit(t, env)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "TEST_REDIS="+redis.Addr())
			return nil
		},
	})
}

// fillAudit writes two entries.
func fillAudit(t *testing.T, env []string) {
	t.Helper()
	c, err := ReadConfig(env)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := openStore(t.Context(), c, newLogger(t.Output(), true, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	for _, kind := range []string{"lookup", "run.requested"} {
		entry := engine.Entry{Kind: kind, Actor: "U1", Personal: map[string]string{"email": "anna@x.edu"}}
		if err := kept.Append(t.Context(), "", entry); err != nil {
			t.Fatal(err)
		}
	}
}
