package statuspage_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/integrations/rest"
	"registrar/integrations/rest/resttest"
	"registrar/integrations/statuspage"
	"registrar/integrations/statuspage/statuspagetest"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// patience is for tests in which the page answers, however busy the machine.
const patience = 30 * time.Second

func setUp(t *testing.T, timeout time.Duration) (*statuspage.Client, *statuspagetest.Server) {
	t.Helper()
	page := statuspagetest.New(statuspagetest.Options{Now: func() time.Time { return noon }})
	t.Cleanup(page.Close)
	client, err := statuspage.New(statuspage.Config{URL: page.URL + "/", Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return client, page
}

func TestAllIsWell(t *testing.T) {
	client, page := setUp(t, patience)
	page.Set("Learner portal", statuspage.Operational)
	s, err := client.Summary(t.Context())
	if err != nil || !s.Working() || len(s.Ailing()) != 0 || len(s.Components) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if s.Page != (statuspage.Page{Name: "LearnUpon", URL: page.URL, Updated: noon}) || s.Status.Description != "All Systems Operational" {
		t.Errorf("page %+v, status %+v", s.Page, s.Status)
	}
}

func TestTrouble(t *testing.T) {
	client, page := setUp(t, patience)
	page.Set("Learner portal", "operational")
	page.Set("API", "partial_outage")
	over := page.Report(statuspagetest.Incident{Name: "Mail was late"})
	page.Update(over, "resolved", "It is not any more.")
	id := page.Report(statuspagetest.Incident{Name: "API is slow", Impact: "major", Said: "We are looking."})
	page.Update(id, "identified", "We know why.")
	page.Schedule(statuspagetest.Maintenance{Name: "Last week", From: noon.AddDate(0, 0, -7), Until: noon.AddDate(0, 0, -6)})
	page.Schedule(statuspagetest.Maintenance{Name: "Database", From: noon.Add(time.Hour), Until: noon.Add(2 * time.Hour)})
	s, err := client.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.Working() || s.Status.Indicator != statuspage.Major {
		t.Errorf("status %+v", s.Status)
	}
	if ailing := s.Ailing(); len(ailing) != 1 || ailing[0].Name != "API" {
		t.Errorf("ailing %+v", ailing)
	}
	wantIncident := []statuspage.Incident{{
		Name: "API is slow", Status: "identified", Impact: statuspage.Major, Link: page.URL + "/incidents/" + id, Started: noon, Updated: noon,
		Updates: []statuspage.Update{{Status: "identified", Body: "We know why.", At: noon}, {Status: "investigating", Body: "We are looking.", At: noon}},
	}}
	if diff := cmp.Diff(wantIncident, s.Incidents); diff != "" {
		t.Errorf("incidents (-want +got):\n%s", diff)
	}
	wantWork := []statuspage.Maintenance{{
		Name: "Database", Status: "scheduled", Link: page.URL + "/incidents/work", From: noon.Add(time.Hour), Until: noon.Add(2 * time.Hour),
	}}
	if diff := cmp.Diff(wantWork, s.Maintenances); diff != "" {
		t.Errorf("maintenances (-want +got):\n%s", diff)
	}
}

// Whatever else comes than a summary is an error that can be shown, and never
// a page on which all is well.
func TestAnswersThatAreNone(t *testing.T) {
	for name, f := range map[string]statuspagetest.Fault{
		"HTML":            {Status: 200, Body: "<html>Welcome to status@x.edu</html>"},
		"empty":           {Status: 200},
		"another maker's": {Status: 200, Body: `{"status":"up"}`},
		"no status":       {Status: 200, Body: `{"page":{"name":"LearnUpon"},"components":[]}`},
		"wrong types":     {Status: 200, Body: `{"page":"LearnUpon","status":{"indicator":"none"}}`},
		"a list":          {Status: 200, Body: `[]`},
		"broken off":      {Status: 200, Body: `{"page":{"name":"Lea`, Cut: true},
		"too large":       {Status: 200, Body: `{"page":{"name":"` + strings.Repeat("x", 2<<20) + `"}}`},
		"not there":       {Status: 404, Body: "<html>404</html>"},
		"moved":           {Status: 302},
		"down":            {Status: 503, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			client, page := setUp(t, patience)
			page.Fail(f)
			s, err := client.Summary(t.Context())
			failed, ok := errors.AsType[*rest.Error](err)
			if !ok || s.Page.Name != "" {
				t.Fatalf("%+v, %v; want an error", s, err)
			}
			if said := failed.Public() + failed.Error(); !strings.HasPrefix(failed.Public(), "LearnUpon's status page ") || strings.Contains(said, "x.edu") {
				t.Errorf("it says %q", said)
			}
		})
	}
}

// A page that hangs is asked once, for a short while.
func TestPageThatHangs(t *testing.T) {
	client, page := setUp(t, 50*time.Millisecond)
	page.Fail(statuspagetest.Fault{Hang: true})
	start := time.Now()
	_, err := client.Summary(t.Context())
	if _, ok := errors.AsType[*rest.Error](err); !ok {
		t.Fatalf("%v; want an error", err)
	}
	if took := time.Since(start); took > patience {
		t.Errorf("it took %s", took)
	}
	page.Close()
	if n := len(page.Calls()); n > 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestOnlyReads(t *testing.T) {
	client, page := setUp(t, patience)
	if _, err := client.Summary(rest.ReadOnly(t.Context())); err != nil {
		t.Error(err)
	}
	want := []resttest.Call{{Method: http.MethodGet, Route: "/api/v2/summary.json", Path: "/api/v2/summary.json", Status: 200}}
	if diff := cmp.Diff(want, page.Calls()); diff != "" {
		t.Error(diff)
	}
}

func TestURLMustBeOne(t *testing.T) {
	if _, err := statuspage.New(statuspage.Config{URL: "status.learnupon.example"}); err == nil {
		t.Error("a URL without a scheme is taken")
	}
}
