package bot

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"registrar/bot/runbook"
)

// A press that came to nothing because the store was away must be found in the
// log; one that was turned down is nothing to see to.
func TestWhatFailsIsAWarningAndWhatIsTurnedDownIsNot(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	b := w.bot(func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	w.redis.SetError("the disk is full")
	_, err := w.store.Run(t.Context(), "7")
	b.record(t.Context(), Event{Kind: "block_actions"}, err)
	if said := log.String(); !strings.Contains(said, "level=WARN") || !strings.Contains(said, "the disk is full") {
		t.Errorf("of a store that fails the log says: %s", said)
	}
	log.Reset()
	b.record(t.Context(), Event{Kind: "block_actions"}, runbook.Refuse("Too late."))
	if said := log.String(); !strings.Contains(said, "level=INFO") {
		t.Errorf("of a press that came too late the log says: %s", said)
	}
}
