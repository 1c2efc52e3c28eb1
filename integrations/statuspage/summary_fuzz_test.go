package statuspage_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"registrar/integrations/rest"
	"registrar/integrations/statuspage"
)

type says string

func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(s))), Request: r}, nil
}

// FuzzSummary: whatever the page answers is a summary, or an error that says so.
func FuzzSummary(f *testing.F) {
	for _, body := range []string{``, `null`, `{}`, `[]`, `<html>`, `{"page":{"name":"LearnUpon"},"status":{"indicator":"none","description":"All Systems Operational"},"components":[null,{"status":5}]}`,
		`{"page":{"name":"x"},"status":{"indicator":"major"},"incidents":[null,{"created_at":"yesterday"}]}`, `{"page":{"name":"x"},"status":{"indicator":"none"},"incidents":[{"shortlink":"javascript:alert(1)","incident_updates":[null]}],"scheduled_maintenances":[{"scheduled_for":"2026-02-30T00:00:00Z"}]}`,
		`{"page":{"name":"x","updated_at":"9999-12-31T23:59:59-23:59"},"status":{"indicator":"none"}}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		c, err := statuspage.New(statuspage.Config{URL: "https://status.example.org", HTTP: &http.Client{Transport: says(body)}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Summary(t.Context())
		if e, ok := err.(*rest.Error); err != nil && (!ok || e.Unsure() || strings.ContainsAny(e.Error(), "\n\r\x00")) {
			t.Errorf("%v", err)
		}
		if err == nil && (s.Page.Name == "" || s.Status.Indicator == "") {
			t.Errorf("%q was taken for a summary", body)
		}
		if len(s.Ailing()) > len(s.Components) || s.Working() && len(s.Incidents) > 0 {
			t.Errorf("%+v makes no sense", s)
		}
	})
}
