package handlers_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/runbook"
	"registrar/handlers"
)

// report reads one of the reports.
func (w *world) report(name string, typed runbook.Values) (runbook.Document, error) {
	w.Helper()
	a := w.action(name)
	input, err := a.Decode(typed)
	if err != nil {
		return runbook.Document{}, err
	}
	return a.Read(w.Context(), input)
}

func TestRunsDocument(t *testing.T) {
	w := newWorld(t)
	var asked handlers.RunsQuery
	w.deps.Runs = func(_ context.Context, q handlers.RunsQuery) (handlers.RunsPage, error) {
		asked = q
		return handlers.RunsPage{
			Runs: []handlers.RunLine{
				{Title: "Opt out", Subject: learner, State: "in-progress", Sentence: "Working: 1 of 2 steps done.", By: "Sam", Asked: w.now, Moved: w.now.Add(time.Minute),
					Card: runbook.Link{Text: "Open the card", URL: "https://acme.slack.com/archives/C1/p1"}},
				{Title: "Merge users", State: "completed", Sentence: "Done: all 9 steps. Nothing is left to do.", Asked: w.now, Moved: w.now},
			},
			Counts: map[string]int{"in-progress": 3, "completed": 40}, Newer: "n", Older: "o",
		}, nil
	}
	doc, err := w.report("runs", runbook.Values{"state": "In Progress", "person": "Sam@x.edu", "action": "opt-out", "older": "there"})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "runs.txt"), text(doc))
	if want := (handlers.RunsQuery{State: "in-progress", Person: "sam@x.edu", Action: "opt-out", Beyond: "there"}); asked != want {
		t.Errorf("%+v, want %+v", asked, want)
	}
	chosen := func(field, from string) runbook.Values {
		return runbook.Values{"state": "in-progress", "person": "sam@x.edu", "action": "opt-out", field: from}
	}
	if diff := cmp.Diff([]*runbook.Suggestion{
		{Action: "runs", Label: "Newer", Values: chosen("newer", "n")}, {Action: "runs", Label: "Older", Values: chosen("older", "o")},
	}, []*runbook.Suggestion{doc.Previous, doc.Next}); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	if !doc.Judged || doc.Sections[1].Link.URL == "" || doc.Sections[0].Link.URL == "" {
		t.Errorf("%+v", doc)
	}
	if _, err := w.report("runs", doc.Previous.Values); err != nil || !asked.Newer || asked.Beyond != "n" {
		t.Errorf("back: %+v, %v", asked, err)
	}
}

func TestRunsChoices(t *testing.T) {
	w := newWorld(t)
	doc, err := w.report("runs", nil)
	if err != nil || len(doc.Sections) != 1 || doc.Next != nil || doc.Previous != nil || doc.Subject != "Runs of the last 30 days" {
		t.Errorf("%+v, %v", doc, err)
	}
	for _, typed := range []runbook.Values{{"state": "lost"}, {"person": "sam"}, {"action": "lookup"}, {"action": "nonsense"}} {
		if _, err := w.report("runs", typed); err == nil {
			t.Errorf("%v is accepted", typed)
		}
	}
	for _, f := range w.action("runs").Fields() {
		for _, o := range f.Options {
			if len(o.Value) > 75 || strings.TrimSpace(o.Text) == "" {
				t.Errorf("%s: %+v", f.Name, o)
			}
		}
	}
}

// Who types a learner's address is told whose address is looked at.
func TestRunsOfNobodySayWhoseAddressCounts(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		typed runbook.Values
		says  bool
	}{{nil, false}, {runbook.Values{"person": learner}, true}} {
		doc, err := w.report("runs", tt.typed)
		if err != nil || strings.Contains(text(doc), "not whom a run is about") != tt.says {
			t.Errorf("%v: %v\n%s", tt.typed, err, text(doc))
		}
	}
}
