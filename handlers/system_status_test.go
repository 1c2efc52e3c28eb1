package handlers_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/integrations/statuspage"
	"registrar/integrations/statuspage/statuspagetest"
)

// statusPage gives the world LearnUpon's public page.
func (w *world) statusPage() *statuspagetest.Server {
	w.Helper()
	page := statuspagetest.New(statuspagetest.Options{Now: w.clock})
	w.Cleanup(page.Close)
	client, err := statuspage.New(statuspage.Config{URL: page.URL, Timeout: 10 * time.Second})
	if err != nil {
		w.Fatal(err)
	}
	w.deps.Status = client
	return page
}

func TestSystemStatusDocument(t *testing.T) {
	w := newWorld(t)
	page := w.statusPage()
	page.Set("API", "partial_outage")
	page.Report(statuspagetest.Incident{Name: "API is slow", Impact: "major", Said: "We are looking."})
	page.Schedule(statuspagetest.Maintenance{Name: "Database", From: w.now.Add(time.Hour), Until: w.now.Add(2 * time.Hour)})
	w.deps.System = func(context.Context) (handlers.SystemState, error) {
		return handlers.SystemState{
			Sockets: 4, Most: 8, Tasks: 12, Late: 90 * time.Second, Open: 7, Read: w.now.Add(-time.Hour),
			Budgets: []handlers.CallBudget{{Portal: "main", Minute: 20, PerMinute: 300, Week: 9000}, {Portal: "partners", Minute: -1, Week: -1}},
			Unread:  []string{"The queue could not be read."},
		}, nil
	}
	doc, err := w.report("system-status", nil)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "system-status.txt"), strings.ReplaceAll(text(doc), page.URL, "<page>"))
	if !doc.Judged || doc.Sections[0].Link.URL != page.URL {
		t.Errorf("%+v", doc)
	}
}

// What is well is no finding, and what gives no answer is named without hiding
// the rest.
func TestSystemStatusOfLittle(t *testing.T) {
	w := newWorld(t)
	w.deps.System = func(context.Context) (handlers.SystemState, error) {
		return handlers.SystemState{Sockets: 2, Most: 8, Budgets: []handlers.CallBudget{{Portal: "main", Minute: 299, PerMinute: 300, Week: 9000}}}, nil
	}
	doc, err := w.report("system-status", nil)
	if err != nil || len(doc.Findings) != 0 || !strings.Contains(text(doc), "STATUSPAGE_URL") {
		t.Errorf("%s%v", text(doc), err)
	}
	page := w.statusPage()
	page.Fail(statuspagetest.Fault{Status: 500})
	if doc, err = w.report("system-status", nil); err != nil || !strings.Contains(text(doc), "gives no answer") || !strings.Contains(text(doc), "2 of 8") {
		t.Errorf("%s%v", text(doc), err)
	}
	w.deps.System = func(context.Context) (handlers.SystemState, error) { return handlers.SystemState{}, errors.New("gone") }
	if _, err := w.report("system-status", runbook.Values{}); err == nil {
		t.Error("no error")
	}
}

// Who wonders why a run waits is told that the week's calls are kept.
func TestSystemStatusOfAWeekNearlyOver(t *testing.T) {
	w := newWorld(t)
	w.deps.System = func(context.Context) (handlers.SystemState, error) {
		return handlers.SystemState{Budgets: []handlers.CallBudget{{Portal: "main", Minute: 299, PerMinute: 300, Week: 9000, Held: true}}}, nil
	}
	doc, err := w.report("system-status", nil)
	if err != nil || len(doc.Findings) != 1 || !strings.Contains(doc.Findings[0].Text, "Runs that change something in LearnUpon wait") {
		t.Errorf("%s%v", text(doc), err)
	}
}
