package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

func TestMailLedger(t *testing.T) {
	now := storetest.Now()
	s, _ := mini(t, func(c *store.Config) { c.Now = func() time.Time { return now } })
	ctx := t.Context()
	for i, id := range []string{"m1", "m2", "m2", "m3"} {
		if err := s.MailRecord(ctx, "Ada@Learner.example ", id); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Duration(i) * 24 * time.Hour)
	}
	count := func(to string, within time.Duration, want int) {
		t.Helper()
		if n, err := s.MailSent(ctx, to, within); err != nil || n != want {
			t.Errorf("mails to %s within %s: %d, %v; want %d", to, within, n, err, want)
		}
	}
	count("ada@learner.example", 7*24*time.Hour, 3)
	count("ada@learner.example", 4*24*time.Hour, 1)
	count("bob@learner.example", 7*24*time.Hour, 0)
	for id, want := range map[string]bool{"m1": true, "m9": false} {
		if has, err := s.MailHas(ctx, id); err != nil || has != want {
			t.Errorf("mail %s: %v, %v", id, has, err)
		}
	}
}

func TestUsedLinks(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	const link = "https://portal.example/confirm?token=1"
	if run, used, err := s.LinkUsed(ctx, link); err != nil || used || run != "" {
		t.Errorf("a fresh link: %q, %v, %v", run, used, err)
	}
	if err := errors.Join(s.MarkLinkUsed(ctx, link, "r1"), s.MarkLinkUsed(ctx, link, "r2")); err != nil {
		t.Fatal(err)
	}
	if run, used, err := s.LinkUsed(ctx, " "+link+"\n"); err != nil || !used || run != "r1" {
		t.Errorf("a used link: %q, %v, %v", run, used, err)
	}
	m.FastForward(366 * 24 * time.Hour)
	if _, used, err := s.LinkUsed(ctx, link); err != nil || used {
		t.Errorf("a link used more than a year ago: %v, %v", used, err)
	}
}

func TestSocketSlots(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	taken := map[int]bool{}
	for i := range store.SocketSlots {
		slot, err := s.SocketSlot(ctx, fmt.Sprint("socket", i), time.Minute)
		if err != nil || taken[slot] {
			t.Fatalf("slot %d, %v; taken %v", slot, err, taken)
		}
		taken[slot] = true
		if again, err := s.SocketSlot(ctx, fmt.Sprint("socket", i), time.Minute); err != nil || again != slot {
			t.Errorf("asked again: slot %d, %v; want %d", again, err, slot)
		}
	}
	if _, err := s.SocketSlot(ctx, "one more", time.Minute); !errors.Is(err, engine.ErrHeld) {
		t.Errorf("a ninth socket: %v", err)
	}
	if err := s.ReleaseSocket(ctx, 3, "socket0"); !errors.Is(err, engine.ErrFenced) {
		t.Errorf("releasing another's slot: %v", err)
	}
	if err := s.ReleaseSocket(ctx, 3, "socket3"); err != nil {
		t.Fatal(err)
	}
	if slot, err := s.SocketSlot(ctx, "one more", time.Minute); err != nil || slot != 3 {
		t.Errorf("the freed slot: %d, %v", slot, err)
	}
	m.FastForward(50 * time.Second)
	if err := s.RenewSocket(ctx, 3, "one more", time.Minute); err != nil {
		t.Fatal(err)
	}
	m.FastForward(50 * time.Second)
	if err := s.RenewSocket(ctx, 0, "socket0", time.Minute); !errors.Is(err, engine.ErrFenced) {
		t.Errorf("renewing a slot that ran out: %v", err)
	}
	if err := s.RenewSocket(ctx, 3, "one more", time.Minute); err != nil {
		t.Errorf("renewing a slot in time: %v", err)
	}
}

func TestClaims(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	claim := func(want bool) {
		t.Helper()
		if got, err := s.Claim(ctx, "event-1"); err != nil || got != want {
			t.Errorf("Claim: %v, %v; want %v", got, err, want)
		}
	}
	claim(true)
	claim(false)
	if seen, err := s.Seen(ctx, "event-1"); err != nil || !seen {
		t.Errorf("Seen: %v, %v", seen, err)
	}
	m.FastForward(time.Hour + time.Second)
	claim(true)
	minute := func(name string, at time.Time, want bool) {
		t.Helper()
		if got, err := s.ClaimMinute(ctx, name, at); err != nil || got != want {
			t.Errorf("ClaimMinute(%s, %s): %v, %v; want %v", name, at, got, err, want)
		}
	}
	minute("head", storetest.Now(), true)
	minute("head", storetest.Now().Add(59*time.Second), false)
	minute("head", storetest.Now().Add(time.Minute), true)
	minute("radar", storetest.Now(), true)
}
