package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/integrations/rest"
)

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestReadinessSaysWhatIsMissing(t *testing.T) {
	var slack, redis string
	h := newHTTP(newMetrics().registry,
		func(context.Context) string { return slack }, func(context.Context) string { return redis }).Handler
	if code, body := get(t, h, "/readyz"); code != http.StatusOK || body != "ready\n" {
		t.Errorf("%d %q", code, body)
	}
	slack, redis = "Slack: no socket.", "Redis: away."
	if code, body := get(t, h, "/readyz"); code != http.StatusServiceUnavailable || body != "Slack: no socket.\nRedis: away.\n" {
		t.Errorf("%d %q", code, body)
	}
	if code, _ := get(t, h, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d, although only readiness is missing", code)
	}
}

func TestMetricsCountWhatHappens(t *testing.T) {
	m := newMetrics()
	slack := m.slack()
	slack.Acked("slash_commands", 20*time.Millisecond)
	slack.Reconnected("refresh")
	slack.Limited("chat.update")
	for version, status := range []engine.Status{engine.AwaitingApproval, engine.Approved, engine.Applying, engine.Succeeded} {
		m.moved(&engine.Run{Action: "confirm-user", Version: int64(version + 1), Status: status})
	}
	m.called(rest.Sent{System: "LearnUpon", Route: "/users/{id}", Status: 200, Took: time.Second})
	m.called(rest.Sent{System: "LearnUpon", Route: "/users/{id}", Took: time.Second})
	_, body := get(t, newHTTP(m.registry).Handler, "/metrics")
	for _, want := range []string{
		`registrar_ack_seconds_count{type="slash_commands"} 1`,
		`registrar_reconnects_total{why="refresh"} 1`,
		`registrar_posts_limited_total{method="chat.update"} 1`,
		`registrar_runs_requested_total{action="confirm-user"} 1`,
		`registrar_runs_total{action="confirm-user",outcome="succeeded"} 1`,
		`registrar_vendor_call_seconds_count{route="/users/{id}",status="2xx",system="LearnUpon"} 1`,
		`registrar_vendor_call_seconds_count{route="/users/{id}",status="none",system="LearnUpon"} 1`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}
