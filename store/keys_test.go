package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// permanent are the families of keys that have no life of their own: history
// stays for ever, locks and indexes until what they stand for ends.
var permanent = []string{"run:", "runs:wake", "runs:open", "runs:unshown", "runs:lists", "drafts:planning", "audit:", "locks", "held:", "post:", "posts:",
	"alert:", "alerts:poll", "alerts:wake", "alerts:open", "alerts:created", "alerts:assigned", "alerts:unshown", "alerts:of:"}

// Every key is in the one slot, and what is not meant to stay goes by itself.
func TestEveryKeyHasTheTagAndALife(t *testing.T) {
	s, m := mini(t, budgeted(10))
	ctx := t.Context()
	r := storetest.Submitted(t, s, "r1")
	r.Extended++
	_, leased := s.Lease(ctx, "r1", "a", time.Minute)
	_, locked := s.Lock(ctx, "r1", []string{"user 1"})
	_, _, posted := s.ClaimPost(ctx, "r1", "card", "a")
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
		leased, locked, posted, drawn, claimed, minute, slot,
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
		stays := false
		for _, p := range permanent {
			stays = stays || strings.HasPrefix(name, p)
		}
		if stays != (m.TTL(key) == 0) {
			t.Errorf("%s lives for %s; may it stay for ever: %v", key, m.TTL(key), stays)
		}
	}
}
