package engine

import (
	"errors"
	"strings"
	"testing"

	"registrar/bot/runbook"
)

// TestPrivateTextIsNeverStored: a link typed where others would read it is
// refused in every field that is not secret, and not filled in from a command.
func TestPrivateTextIsNeverStored(t *testing.T) {
	const link = "https://academy.example/confirm/s3cret"
	w := newWorld()
	e := w.engine("a", w.store)
	e.Private = func(text string) bool { return strings.Contains(text, "s3cret") }
	refused := func(field string, err error) {
		t.Helper()
		var wrong runbook.FieldErrors
		if !errors.As(err, &wrong) || wrong[field] != textPrivate {
			t.Errorf("%s: %v", field, err)
		}
	}
	p := Proposal{Draft: NewID(), Action: "paint", By: sam, Values: runbook.Values{"wall": "north", "color": "red"}, Reason: "see " + link}
	_, err := e.Propose(t.Context(), p)
	refused("reason", err)
	p.Reason, p.Values = "ticket", runbook.Values{"wall": "north", "color": link}
	_, err = e.Propose(t.Context(), p)
	refused("color", err)
	if _, err := w.store.Draft(t.Context(), p.Draft); !errors.Is(err, ErrNotFound) {
		t.Errorf("a draft was stored: %v", err)
	}
	r := request(t, e)
	_, err = e.Reject(t.Context(), Press{Run: r.ID, Hash: r.Hash, By: ana, Reason: link})
	refused("reason", err)
	paint, _ := e.Catalog.Named("paint")
	got, notes := e.Prefill(paint.Fields(), "north "+link)
	if len(got) != 1 || got["wall"] != "north" || len(notes) != 1 || !strings.Contains(notes[0], "private link") {
		t.Errorf("filled in %v, said %q", got, notes)
	}
	if _, notes := e.Prefill(nil, link); len(notes) != 1 || strings.Contains(notes[0], link) {
		t.Errorf("of a link that fits no field is said %q", notes)
	}
}
