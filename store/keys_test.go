package store_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// Every key is in the one slot, and what is not meant to stay goes by itself.
func TestEveryKeyHasTheTagAndALife(t *testing.T) {
	s, m := mini(t, budgeted(10))
	ctx := t.Context()
	r := storetest.Submitted(t, s, "r1")
	r.Extended++
	_, leased := s.Lease(ctx, "r1", "a", time.Minute)
	_, locked := s.Lock(ctx, "r1", []string{"user 1"})
	_, _, posted := s.ClaimPost(ctx, "r1", "card", "a")
	_, _, told := s.ClaimPost(ctx, "a000", "card", "a")
	_, drawn := s.DrawTurn(ctx, "r1", "card", "a", 1)
	_, claimed := s.Claim(ctx, "event")
	_, minute := s.ClaimMinute(ctx, "radar", storetest.Now())
	_, slot := s.SocketSlot(ctx, "a", time.Minute)
	_, polled := s.Alerts().BeginPoll(ctx, "a", time.Minute, time.Minute)
	if err := errors.Join(
		polled, s.Alerts().Save(ctx, burst(1)),
		s.Save(ctx, engine.Move{Run: r, Mark: "m1", Entries: []engine.Entry{storetest.Entry("run.extended", "r1")}}),
		s.PutSecret(ctx, "r1", "link", "hush"), s.PutView(ctx, "d1", store.View{ID: "V1"}), s.PlanningBegun(ctx, "d1", time.Minute),
		s.Budget(ctx, "portal"), s.Learn(ctx, "portal", 5, 5),
		s.MailRecord(ctx, "ada@learner.example", "m1"), s.MarkLinkUsed(ctx, "https://x", "r1"),
		s.HomeOpened(ctx, "U1"),
		leased, locked, posted, told, drawn, claimed, minute, slot,
	); err != nil {
		t.Fatal(err)
	}
	keys := m.Keys()
	if len(keys) < 36 {
		t.Errorf("only %d keys: does this test still touch everything?", len(keys))
	}
	for _, key := range keys {
		name, tagged := strings.CutPrefix(key, "{registrar}:")
		if !tagged {
			t.Errorf("%s is not in the slot of the others", key)
		}
		family, stays := storetest.Family(key)
		if ours := strings.HasPrefix(name, "post:a") || strings.HasPrefix(name, "posts:a"); ours {
			stays = false // an alert's
		}
		if stays != (m.TTL(key) == 0) {
			t.Errorf("%s of %q lives for %s; may it stay for ever: %v", key, family, m.TTL(key), stays)
		}
	}
}

// A busy day leaves nothing in a real Redis that would stay for ever, but what
// is known to.
func TestNoKeyStaysWithoutReason(t *testing.T) {
	redis := storetest.RealRedis(t)
	s := openAt(t, redis.URL())
	ctx := t.Context()
	remember(t, s, adasAddress, "Ada Lovelace", "A")
	for range 2 {
		for _, about := range []string{"A-alone", "digest-A", "audit-2026-03-02", "A-succeeded"} {
			if _, _, err := s.ClaimPost(ctx, about, "card", "a"); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.Posted(ctx, about, "card", "C1", "1.2"), s.Drawn(ctx, about, "card", "a", 1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, _, err := s.ClaimPost(ctx, "A-among", "reminder", "a"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Unposted(ctx, "A-among", "reminder", "a"), s.HomeOpened(ctx, "U1"), s.Ping(ctx)); err != nil {
		t.Fatal(err)
	}
	_, claimed := s.Claim(ctx, "event")
	_, minute := s.ClaimMinute(ctx, "rounds", storetest.Now())
	if err := errors.Join(claimed, minute, s.Queue().Wake(ctx, "A-succeeded", time.Now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	forget(t, s, adasAddress)
	families, unknown := storetest.KeysThatStay(t, redis.URL())
	if len(unknown) > 0 {
		t.Errorf("no time to live: %v", unknown)
	}
	if families["run:"] != 6 || families["post:"] != 6 || families["posts:"] != 6 || families["alert:"]+families["alerts:of:"]+families["held:"] != 0 || families["asynq"] == 0 {
		t.Errorf("%v", families)
	}
}

// What stays is what keys.go names.
func TestLastingKeysAreThoseOfTheStore(t *testing.T) {
	source, err := os.ReadFile("keys.go")
	if err != nil {
		t.Fatal(err)
	}
	for family, why := range storetest.Lasting() {
		if !strings.Contains(string(source), `tag + "`+family+`"`) || why == "" {
			t.Errorf("%s, because %s", family, why)
		}
	}
}
