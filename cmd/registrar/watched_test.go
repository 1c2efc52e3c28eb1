package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/bamboohr/bamboohrtest"
	"registrar/store"
)

// rule is one alert of deploy/prometheus/alerts.yaml.
type rule struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

func alertRules(t *testing.T) []rule {
	t.Helper()
	var file struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(read(t, "deploy/prometheus/alerts.yaml"), &file); err != nil {
		t.Fatal(err)
	}
	return file.Groups[0].Rules
}

// panelExpressions are the queries of the dashboard, by the title of the panel.
func panelExpressions(t *testing.T) map[string][]string {
	t.Helper()
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(read(t, "deploy/grafana/dashboard.json"), &board); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			all[p.Title] = append(all[p.Title], target.Expr)
		}
	}
	return all
}

// Whoever is called by an alert finds what it means and what to do.
func TestEachAlertHasItsHeading(t *testing.T) {
	text := string(read(t, "deploy/OPERATIONS.md"))
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		anchor := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		headings[regexp.MustCompile(`[^a-z0-9-]`).ReplaceAllString(anchor, "")] = true
	}
	named := map[string]bool{}
	for _, r := range alertRules(t) {
		named[strings.ToLower(r.Alert)] = true
		page, anchor, _ := strings.Cut(r.Annotations["runbook"], "#")
		if page != "deploy/OPERATIONS.md" || anchor != strings.ToLower(r.Alert) || !headings[anchor] {
			t.Errorf("%s: no heading for %q", r.Alert, r.Annotations["runbook"])
		}
		if r.For == "" || r.Annotations["summary"] == "" || !slices.Contains([]string{"critical", "warning"}, r.Labels["severity"]) {
			t.Errorf("%s lacks for, severity or summary: %+v", r.Alert, r)
		}
		if strings.Contains(r.Expr, "increase(") && !strings.HasPrefix(r.Expr, "round(") {
			t.Errorf("%s counts with an estimate: two failures look like 2.02, which is more than two", r.Alert)
		}
	}
	for heading := range headings {
		if strings.HasPrefix(heading, "registrar") && !named[heading] {
			t.Errorf("the heading %s is about no alert", heading)
		}
	}
	pages := map[string]string{"deploy/OPERATIONS.md": text, "deploy/README.md": string(read(t, "deploy/README.md"))}
	for page, content := range pages {
		for _, m := range regexp.MustCompile(`\]\((OPERATIONS\.md)?#([^)]+)\)`).FindAllStringSubmatch(content, -1) {
			if (page == "deploy/OPERATIONS.md" || m[1] != "") && !headings[m[2]] {
				t.Errorf("%s: no heading %s", page, m[2])
			}
		}
	}
}

// What the dashboard and the alerts ask for is what a running replica serves:
// each series, and each of its labels.
func TestTheDashboardAndTheAlertsAskForWhatIsThere(t *testing.T) {
	served := servedSeries(t)
	for series, labels := range describedSeries() {
		if served[series] == nil { // it counts what has not happened
			served[series] = labels
		}
	}
	check := func(where, expr string) {
		for _, problem := range unserved(expr, served) {
			t.Errorf("%s: %s in %s", where, problem, expr)
		}
	}
	rules, panels := alertRules(t), panelExpressions(t)
	if len(rules) < 15 || len(panels) < 20 {
		t.Fatalf("%d alerts, %d panels were read", len(rules), len(panels))
	}
	for _, r := range rules {
		check(r.Alert, r.Expr)
		for _, m := range regexp.MustCompile(`\$labels\.(\w+)`).FindAllStringSubmatch(r.Annotations["summary"], -1) {
			if !strings.Contains(r.Expr, m[1]) {
				t.Errorf("%s: the summary names %s, which the expression does not keep", r.Alert, m[1])
			}
		}
	}
	for title, exprs := range panels {
		for _, expr := range exprs {
			check(title, expr)
		}
	}
	for expr, want := range map[string]string{
		`max(registrar_no_such_thing)`: "registrar_no_such_thing", `sum by (person) (registrar_runs_open)`: "person",
		`registrar_runs_total{ending="x"}`: "ending", `registrar_runs_total{outcome="gone"}`: "gone", `sum(registrar_runs_open`: "brackets",
	} {
		if problems := strings.Join(unserved(expr, served), " "); !strings.Contains(problems, want) {
			t.Errorf("%s: %q", expr, problems)
		}
	}
}

// unserved says what of an expression no replica serves. It is no parser of
// PromQL: it knows names, labels, the values of outcomes, and brackets.
func unserved(expr string, served map[string][]string) []string {
	var problems []string
	for _, pair := range []string{"()", "{}", "[]"} {
		if strings.Count(expr, pair[:1]) != strings.Count(expr, pair[1:]) {
			problems = append(problems, "brackets "+pair)
		}
	}
	// What Prometheus adds to each series of a target.
	labels := []string{"instance", "le"}
	for _, name := range regexp.MustCompile(`\b(registrar|go|process)_\w+`).FindAllString(expr, -1) {
		if served[name] == nil {
			problems = append(problems, "no series "+name)
		}
		labels = append(labels, served[name]...)
	}
	var asked []string
	for _, m := range regexp.MustCompile(`\b(?:by|on) \(([^)]*)\)`).FindAllStringSubmatch(expr, -1) {
		asked = append(asked, strings.Split(m[1], ", ")...)
	}
	for _, m := range regexp.MustCompile(`(\w+)(?:=|!=|=~|!~)"`).FindAllStringSubmatch(expr, -1) {
		asked = append(asked, m[1])
	}
	for _, label := range asked {
		if !slices.Contains(labels, label) {
			problems = append(problems, "no label "+label)
		}
	}
	for _, m := range regexp.MustCompile(`outcome="([^"]*)"`).FindAllStringSubmatch(expr, -1) {
		if !slices.Contains(served["outcomes"], m[1]) {
			problems = append(problems, "no outcome "+m[1])
		}
	}
	return problems
}

// answered: the window shows what was looked up.
func answered(v *slacktest.View) bool {
	return v != nil && strings.Contains(string(v.Blocks), "finding")
}

// describedSeries is what this program can serve, from its own account: series
// of things that seldom happen appear when they first do.
func describedSeries() map[string][]string {
	m := newMetrics()
	m.watch(new(store.Store), nil, nil, nil, true)
	all := map[string][]string{}
	described := make(chan *prometheus.Desc, 1000)
	m.registry.Describe(described)
	close(described)
	for d := range described {
		if found := regexp.MustCompile(`fqName: "(\w+)".*variableLabels: \{([^}]*)\}`).FindStringSubmatch(d.String()); found != nil {
			all[found[1]] = strings.Split(found[2], ",")
		}
	}
	return all
}

// servedSeries is what /metrics of a replica holds after some work, some of
// which failed: the labels of each series.
func servedSeries(t *testing.T) map[string][]string {
	t.Helper()
	program := registrartest.Build(t)
	world := registrartest.NewWorld(t, program)
	replica := world.Start(program)
	world.BambooHR.Fail(bamboohrtest.Fault{Status: http.StatusInternalServerError})
	sam := world.Slack.Person(registrartest.Sam)
	for range 2 { // three tries each; the circuit opens at the fifth failure
		if _, err := sam.Command(t.Context(), registrartest.Approvals, "/lookup wei.chen@hillcrest.example"); err != nil {
			t.Fatal(err)
		}
		world.Wait("the form", func() bool { v := sam.Modal(); return v != nil && v.SubmitText() != "" })
		if _, err := sam.Submit(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		world.Wait("the answer", func() bool { return answered(sam.Modal()) })
		if err := sam.CloseModal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := world.Request(registrartest.Sam, "/opt-out wei.chen@hillcrest.example", map[string]any{"Reason": "ticket"}); err != nil {
		t.Fatal(err)
	}
	world.Wait("the run", func() bool { _, there := world.Card(); return there })
	answer, err := http.Get(replica.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	served := map[string][]string{}
	for line := range bytes.Lines(text) {
		m := regexp.MustCompile(`^(\w+)(?:\{(.*)\})? `).FindSubmatch(line)
		if m == nil {
			continue
		}
		labels := []string{}
		for _, l := range regexp.MustCompile(`(\w+)="((?:[^"\\]|\\.)*)"`).FindAllSubmatch(m[2], -1) {
			labels = append(labels, string(l[1]))
			if string(l[1]) == "outcome" {
				served["outcomes"] = append(served["outcomes"], string(l[2]))
			}
		}
		served[string(m[1])] = labels
	}
	for _, must := range []string{"registrar_ack_seconds_bucket", "registrar_slack_ready", "registrar_redis_ready", "registrar_vendor_circuit_open",
		"registrar_vendor_call_seconds_count", "registrar_runs_by_status", "registrar_review_oldest_seconds", "registrar_call_budget_left", "registrar_call_budget_limit", "registrar_build_info", "registrar_audit_holds"} {
		if served[must] == nil {
			t.Errorf("/metrics lacks %s:\n%s", must, text)
		}
	}
	return served
}
