package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"registrar/store"
)

// The chart sets variables that the program knows, hands over what is secret as
// files and nothing else so, and gives the process the time it takes to stop.
func TestTheChartSetsWhatTheProgramReads(t *testing.T) {
	var values struct {
		SecretKeys []string          `yaml:"secretKeys"`
		Env        map[string]string `yaml:"env"`
	}
	if err := yaml.Unmarshal(read(t, "deploy/helm/registrar/values.yaml"), &values); err != nil {
		t.Fatal(err)
	}
	known, secret := knownVariables(""), secretVariables("")
	mentioned := regexp.MustCompile(`(?m)^  # - (\w+)$`).FindAllStringSubmatch(string(read(t, "deploy/helm/registrar/values.yaml")), -1)
	for _, m := range mentioned {
		values.SecretKeys = append(values.SecretKeys, m[1])
	}
	for _, name := range values.SecretKeys {
		// Go itself reads SSL_CERT_FILE, beside the authorities in the image.
		if !slices.Contains(secret, name) && !slices.Contains(known, name+"_FILE") && name != "SSL_CERT" {
			t.Errorf("secretKeys: %s cannot come from a file", name)
		}
	}
	for name := range values.Env {
		if !slices.Contains(known, name) || slices.Contains(secret, name) {
			t.Errorf("env: %s is not a variable, or a secret one", name)
		}
	}
	templates, err := filepath.Glob(root + "deploy/helm/registrar/templates/*.yaml")
	if err != nil || len(templates) < 5 {
		t.Fatalf("%d templates, %v", len(templates), err)
	}
	for _, file := range templates {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`name: (REGISTRAR_\w+)`).FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(known, name[1]) {
				t.Errorf("%s: %s is not a variable", file, name[1])
			}
		}
		// Every value that a template asks for has a default that says what it is for.
		for _, m := range regexp.MustCompile(`\.Values\.(\w+)(?:\.(\w+))?`).FindAllStringSubmatch(string(text), -1) {
			var all map[string]any
			if err := yaml.Unmarshal(read(t, "deploy/helm/registrar/values.yaml"), &all); err != nil {
				t.Fatal(err)
			}
			value, there := all[m[1]]
			if inner, ok := value.(map[string]any); there && ok && m[2] != "" {
				_, there = inner[m[2]]
			}
			if !there {
				t.Errorf("%s: %s is not in values.yaml", file, m[0])
			}
		}
	}
	deployment := string(read(t, "deploy/helm/registrar/templates/deployment.yaml"))
	grace := regexp.MustCompile(`terminationGracePeriodSeconds: (\d+)`).FindStringSubmatch(deployment)
	if seconds, err := strconv.Atoi(grace[1]); err != nil || float64(seconds) <= (drainLimit+lastSpans).Seconds() {
		t.Errorf("the process takes %s to stop, the chart gives it %s s", drainLimit+lastSpans, grace[1])
	}
	for _, want := range []string{"runAsNonRoot: true", "readOnlyRootFilesystem: true", "automountServiceAccountToken: false", "allowPrivilegeEscalation: false", "drop: [ALL]", "/healthz", "/readyz"} {
		if !strings.Contains(deployment, want) {
			t.Errorf("deployment.yaml lacks %q", want)
		}
	}
}

// The schema knows every value and no other, so that helm names a slip of the
// pen instead of installing without it.
func TestTheChartsSchemaIsThatOfItsValues(t *testing.T) {
	type schema struct {
		Additional any `json:"additionalProperties"`
		Properties map[string]schema
	}
	var all schema
	if err := json.Unmarshal(read(t, "deploy/helm/registrar/values.schema.json"), &all); err != nil {
		t.Fatal(err)
	}
	var values map[string]any
	if err := yaml.Unmarshal(read(t, "deploy/helm/registrar/values.yaml"), &values); err != nil {
		t.Fatal(err)
	}
	delete(all.Properties, "global") // helm's own
	var compare func(where string, s schema, values map[string]any)
	compare = func(where string, s schema, values map[string]any) {
		if s.Additional != false {
			t.Errorf("%s takes values that no template reads", where)
		}
		names, known := slices.Sorted(maps.Keys(values)), slices.Sorted(maps.Keys(s.Properties))
		if !slices.Equal(names, known) {
			t.Errorf("%s: values.yaml has %q, the schema %q", where, names, known)
		}
		for name, value := range values {
			if inner, ok := value.(map[string]any); ok && len(s.Properties[name].Properties) > 0 {
				compare(name, s.Properties[name], inner)
			}
		}
	}
	compare("the chart", all, values)
	if len(all.Properties["metrics"].Properties) == 0 {
		t.Error("the schema was not read")
	}
}

// Each replica holds two of the sockets Slack allows: one more would never be
// ready, and so many that there is none left over for a new one beside them
// could not be replaced by it.
func TestTheChartKeepsToTheSocketsThereAre(t *testing.T) {
	deployment := string(read(t, "deploy/helm/registrar/templates/deployment.yaml"))
	const most = store.SocketSlots / 2
	for _, want := range []string{
		fmt.Sprintf("{{- if gt (int .Values.replicas) %d }}\n{{- fail ", most),
		fmt.Sprintf("{{- if lt (int .Values.replicas) %d }}\n    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}\n    {{- else }}\n    rollingUpdate: {maxUnavailable: 1, maxSurge: 0}", most),
	} {
		if !strings.Contains(deployment, want) {
			t.Errorf("deployment.yaml lacks %q", want)
		}
	}
}

// Whoever is called hears of a replica that grows before it is killed for it.
func TestAReplicaThatGrowsIsToldOfBeforeItIsKilled(t *testing.T) {
	limit := regexp.MustCompile(`limits: \{memory: (\d+)Mi\}`).FindSubmatch(read(t, "deploy/helm/registrar/values.yaml"))
	alert := regexp.MustCompile(`process_resident_memory_bytes > (\d+)`).FindSubmatch(read(t, "deploy/prometheus/alerts.yaml"))
	if limit == nil || alert == nil {
		t.Fatal("no limit in values.yaml, or no alert")
	}
	killed, err := strconv.Atoi(string(limit[1]))
	told, errTold := strconv.Atoi(string(alert[1]))
	if err != nil || errTold != nil || told > killed<<20*9/10 {
		t.Errorf("killed at %d MiB, told of at %d MiB", killed, told>>20)
	}
}

// A Registrar that is configured as the chart does it starts: its secrets lie in
// files named after them.
func TestTheChartsValuesAreAConfiguration(t *testing.T) {
	var values struct {
		SecretKeys []string          `yaml:"secretKeys"`
		Env        map[string]string `yaml:"env"`
	}
	if err := yaml.Unmarshal(read(t, "deploy/helm/registrar/values.yaml"), &values); err != nil {
		t.Fatal(err)
	}
	given := map[string]string{"SLACK_APP_TOKEN": "xapp-1-A1-secretapp", "SLACK_BOT_TOKEN": "xoxb-1-secretbot", "REDIS_URL": "rediss://:secret@redis:6379/0"}
	dir, env := t.TempDir(), []string{"REGISTRAR_HTTP_ADDR=0.0.0.0:8080"}
	for _, name := range values.SecretKeys {
		content := given[name]
		if content == "" {
			content = "a-secret-of-32-characters-at-least"
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content+"\n"), 0o440); err != nil {
			t.Fatal(err)
		}
		env = append(env, fmt.Sprintf("%s_FILE=%s", name, file))
	}
	for name, value := range values.Env {
		env = append(env, name+"="+value)
	}
	if c, err := ReadConfig(env); err != nil || len(c.Warnings) > 0 {
		t.Errorf("%v, warnings %q", err, c.Warnings)
	}
}
