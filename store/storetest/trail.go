package storetest

import (
	"errors"
	"testing"

	"registrar/bot/engine"
)

func testAppend(t *testing.T, s engine.Store) {
	ctx := t.Context()
	if err := s.Append(ctx, "", Entry("lookup", ""), Entry("lookup", "")); err != nil {
		t.Fatal(err)
	}
	if seen, err := s.Seen(ctx, "look-1"); err != nil || seen {
		t.Errorf("a mark nobody set: seen %v, %v", seen, err)
	}
	if err := s.Append(ctx, "look-1", Entry("lookup", "")); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(ctx, "look-1", Entry("lookup", "")); !errors.Is(err, engine.ErrSeen) {
		t.Errorf("a mark seen before: %v, want ErrSeen", err)
	}
	if seen, err := s.Seen(ctx, "look-1"); err != nil || !seen {
		t.Errorf("a mark that was set: seen %v, %v", seen, err)
	}
	if won := race(t, func(int) error { return s.Append(ctx, "look-2", Entry("lookup", "")) }, engine.ErrSeen); won != 1 {
		t.Errorf("one look-up was recorded %d times", won)
	}
}

func testSecrets(t *testing.T, s engine.Store) {
	ctx := t.Context()
	put := func(scope, name, secret string) {
		t.Helper()
		if err := s.PutSecret(ctx, scope, name, secret); err != nil {
			t.Fatal(err)
		}
	}
	is := func(scope, name, want string) {
		t.Helper()
		got, err := s.Secret(ctx, scope, name)
		if want == "" && errors.Is(err, engine.ErrNotFound) {
			return
		}
		if err != nil || got != want {
			t.Errorf("secret %s of %s is %q, %v; want %q", name, scope, got, err, want)
		}
	}
	is("r1", "link", "")
	put("r1", "link", "first")
	put("r1", "link", "second")
	put("r1", "password", "p\x00ß")
	put("r2", "link", "other")
	is("r1", "link", "second")
	is("r1", "password", "p\x00ß")
	is("r2", "link", "other")
	if err := s.DropSecrets(ctx, "r1", "link", "never given"); err != nil {
		t.Fatal(err)
	}
	is("r1", "link", "")
	is("r1", "password", "p\x00ß")
	is("r2", "link", "other")
}

func testEpoch(t *testing.T, s engine.Store) {
	first, err := s.Epoch(t.Context())
	if err != nil || first == "" {
		t.Fatalf("Epoch: %q, %v", first, err)
	}
	if second, err := s.Epoch(t.Context()); err != nil || second != first {
		t.Errorf("the epoch went from %q to %q, %v", first, second, err)
	}
}
