package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Prometheus's own tool reads the alerts and every query of the dashboard, and
// the alerts fire when alerts_test.yaml says, and at no other time.
func TestPrometheusUnderstandsTheAlertsAndTheDashboard(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed; Debian has it in the package prometheus")
	}
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
	n := 0
	for _, exprs := range panelExpressions(t) {
		for _, expr := range exprs {
			n++
			// Grafana puts in some minutes.
			fmt.Fprintf(&rules, "  - {record: panel%d, expr: %q}\n", n, strings.ReplaceAll(expr, "$__rate_interval", "1m"))
		}
	}
	dashboard := filepath.Join(t.TempDir(), "dashboard.yaml")
	if err := os.WriteFile(dashboard, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"check", "rules", dashboard, root + "deploy/prometheus/alerts.yaml"},
		{"test", "rules", root + "deploy/prometheus/alerts_test.yaml"},
	} {
		if said, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, said)
		}
	}
}
