package engine

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"registrar/bot/runbook"
)

// TestReportStaysInsideTheScope: what a document shows is judged after it was
// read and before it is shown, and that it was read is recorded all the same.
func TestReportStaysInsideTheScope(t *testing.T) {
	store := NewMemory(time.Now)
	catalog, err := runbook.NewCatalog([]runbook.Action{runbook.Report[paintIn]{
		Name: "look", Title: "Look", Command: "/look", Summary: "Looks.", Example: "north", Permission: runbook.Support,
		Fields: func(in *paintIn) []runbook.Field {
			return []runbook.Field{{Name: "wall", Label: "Wall", Bind: runbook.Text(&in.Wall)}}
		},
		Read: func(_ context.Context, in paintIn) (runbook.Document, error) {
			return runbook.Document{Subject: in.Wall, Accounts: []string{in.Wall}}, nil
		},
	}.Action()})
	if err != nil {
		t.Fatal(err)
	}
	e := &Engine{Store: store, Catalog: catalog, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		ReadOnly: func(ctx context.Context) context.Context { return ctx },
		May: func(_ context.Context, _ Person, _ Verb, s Subject) error {
			if s.Known && !slices.Equal(s.Accounts, []string{"east"}) {
				return runbook.Refuse("outside")
			}
			return nil
		},
	}
	look := func(wall, mark string) (runbook.Document, error) {
		return e.Report(context.Background(), Proposal{Action: "look", By: sam, Values: runbook.Values{"wall": wall}}, Mark(mark))
	}
	if doc, err := look("east", "1"); err != nil || doc.Subject != "east" {
		t.Errorf("inside: %+v, %v", doc, err)
	}
	if doc, err := look("west", "2"); err == nil || doc.Subject != "" {
		t.Errorf("outside: %+v, %v", doc, err)
	}
	if n := len(store.Entries()); n != 2 {
		t.Errorf("%d looks are recorded, want both", n)
	}
}

// TestAChoiceStaysInsideTheScope: the options to choose from show records too.
func TestAChoiceStaysInsideTheScope(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	w.vendor.down = &runbook.Choose{Field: "color", Text: "Which?", Options: []runbook.Option{{Value: "1", Text: "a secret"}}, Accounts: []string{"west"}}
	e.May = func(_ context.Context, _ Person, _ Verb, s Subject) error {
		if s.Known && slices.Contains(s.Accounts, "west") {
			return runbook.Refuse("outside")
		}
		return nil
	}
	if _, err := e.Propose(context.Background(), Proposal{Draft: "d", Action: "paint", By: sam, Values: runbook.Values{"wall": "n", "color": "r"}}); err != nil {
		t.Fatal(err)
	}
	d, err := e.Plan(context.Background(), "d")
	if err != nil || d.Status != Refused || d.Problem != "outside" || d.Choose != nil {
		t.Errorf("draft %+v, %v", d, err)
	}
}
