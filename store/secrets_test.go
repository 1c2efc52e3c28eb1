package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// Nothing that opens an account, and no address in the ledger, lies in Redis in
// clear.
func TestNothingSecretInClear(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	const secret, link, address = "correct horse battery", "https://portal.example/confirm?token=tok123", "grace@learner.example"
	if err := errors.Join(
		s.PutSecret(ctx, "d1", "/link", link),
		s.PutSecret(ctx, "r9", "mail/password", secret),
		s.MarkLinkUsed(ctx, link, "r1"),
		s.MailRecord(ctx, address, "mail-1 "+address),
	); err != nil {
		t.Fatal(err)
	}
	d := storetest.NewDraft("d1")
	if err := errors.Join(s.PutDraft(ctx, d), s.Submit(ctx, d, engine.Move{Run: storetest.NewRun("r1", d)})); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Secret(ctx, "r1", "/link"); err != nil || got != link {
		t.Fatalf("the run's link: %q, %v", got, err)
	}
	dump := contents(t, m)
	for _, clear := range []string{secret, "battery", "tok123", "portal.example", address, "grace", secretKey} {
		if strings.Contains(dump, clear) {
			t.Errorf("%q lies in Redis in clear:\n%s", clear, dump)
		}
	}
}

func TestSecretsOpenOnlyWhereTheyWerePut(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	if err := errors.Join(s.PutSecret(ctx, "r1", "link", "one"), s.PutSecret(ctx, "r2", "link", "two")); err != nil {
		t.Fatal(err)
	}
	sealed, err := m.Get("{registrar}:secret:r1:link")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Set("{registrar}:secret:r2:link", sealed); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Secret(ctx, "r2", "link"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a secret carried to another run opens: %q, %v", got, err)
	}
	other := openAt(t, "redis://"+m.Addr(), func(c *store.Config) { c.SecretKey = "another key of some length" })
	if got, err := other.Secret(ctx, "r1", "link"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a secret opens with another key: %q, %v", got, err)
	}
	if s.Sign("x") == other.Sign("x") || s.KeyedHash("x") == other.KeyedHash("x") || s.Sign("x") == s.KeyedHash("x") {
		t.Error("two keys or two uses of a key give the same MAC")
	}
	m.FastForward(24*time.Hour + time.Second)
	if _, err := s.Secret(ctx, "r1", "link"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a secret older than a day: %v", err)
	}
}

// A secret that moves from a draft to its run gets no new day.
func TestSubmitKeepsASecretsAge(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	d := storetest.NewDraft("d1")
	if err := s.PutSecret(ctx, "d1", "/link", "hush"); err != nil {
		t.Fatal(err)
	}
	m.FastForward(20 * time.Hour)
	if err := errors.Join(s.PutDraft(ctx, d), s.Submit(ctx, d, engine.Move{Run: storetest.NewRun("r1", d)})); err != nil {
		t.Fatal(err)
	}
	if left := m.TTL("{registrar}:secret:r1:/link"); left <= 0 || left > 4*time.Hour {
		t.Errorf("the secret has %s left, want at most 4h", left)
	}
}

// A secret that changes while its draft is submitted is not replaced by the one
// that was read before.
func TestSubmitRefusesASecretThatChanged(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	d := storetest.NewDraft("d1")
	if err := errors.Join(s.PutSecret(ctx, "d1", "/link", "hush"), s.PutDraft(ctx, d)); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	m.Server().SetPreHook(func(_ *server.Peer, cmd string, _ ...string) bool {
		if cmd == "EVALSHA" {
			once.Do(func() { _ = m.Set("{registrar}:secret:d1:/link", "1 sealed anew meanwhile") })
		}
		return false
	})
	if err := s.Submit(ctx, d, engine.Move{Run: storetest.NewRun("r1", d)}); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("Submit: %v, want ErrConflict", err)
	}
}

func TestKeys(t *testing.T) {
	_, m := mini(t)
	tests := []struct {
		name, secretKey, botToken string
		ok                        bool
	}{
		{"a key", "0123456789abcdef", "", true},
		{"a short key", "0123456789abcde", "xoxb-1", false},
		{"the bot token", "", "xoxb-1", true},
		{"neither", "", "", false},
	}
	for _, tt := range tests {
		s, err := store.Open(t.Context(), store.Config{URL: "redis://" + m.Addr(), SecretKey: tt.secretKey, BotToken: tt.botToken})
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err == nil {
			_ = s.Close()
		}
	}
	_, err := store.Open(t.Context(), store.Config{URL: "redis://:hunter2@127.0.0.1:6379/not-a-number", SecretKey: secretKey})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a broken URL: %v; the password must not show", err)
	}
}
