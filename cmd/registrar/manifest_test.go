package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"registrar/bot"
	"registrar/bot/alerts"
	"registrar/bot/runbook"
)

const manifestFile = "../../deploy/slack/manifest.yaml"

func TestManifestIsFresh(t *testing.T) {
	want := manifestOf(t)
	got, err := os.ReadFile(manifestFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("deploy/slack/manifest.yaml is out of date; run: go run ./cmd/registrar manifest > deploy/slack/manifest.yaml\n%s", diff)
	}
}

// The schema is Slack's own, github.com/slackapi/manifest-schema, 2.0.0.
func TestManifestKeepsSlacksSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(func(pattern string) (jsonschema.Regexp, error) {
		// Go has no lookahead. The two patterns with one are for lists of hosts, which we have not.
		return regexp.Compile(strings.ReplaceAll(pattern, `(?![\.\-])`, ""))
	})
	schema, err := compiler.Compile("testdata/slack_manifest.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := yaml.YAMLToJSON(manifestOf(t))
	if err != nil {
		t.Fatal(err)
	}
	var m any
	if err := json.Unmarshal(asJSON, &m); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(m); err != nil {
		t.Error(err)
	}
}

func TestManifestHasEveryCommand(t *testing.T) {
	catalog, err := wholeCatalog()
	if err != nil {
		t.Fatal(err)
	}
	m, err := newManifest(catalog)
	if err != nil {
		t.Fatal(err)
	}
	has := func(command string) bool {
		return slices.ContainsFunc(m.Features.Commands, func(c manifestSlash) bool { return c.Command == command && !c.ShouldEscape })
	}
	if !has("/registrar") {
		t.Error("no /registrar")
	}
	for a := range catalog.All() {
		if !has(a.Command) {
			t.Errorf("no %s", a.Command)
		}
	}
}

// What the bot answers beside commands must be switched on, or Slack never asks.
func TestManifestHasTheHomeTabAndTheShortcut(t *testing.T) {
	catalog, err := wholeCatalog()
	if err != nil {
		t.Fatal(err)
	}
	m, err := newManifest(catalog)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Features.AppHome.Home || !slices.Contains(m.Settings.Events.Bot, "app_home_opened") {
		t.Error("nobody can open the Home tab, or the bot does not hear of it")
	}
	if s := m.Features.Shortcuts; len(s) != 1 || s[0].CallbackID != bot.ShortcutLookup || s[0].Type != "message" {
		t.Errorf("shortcuts %+v", s)
	}
}

// The bot opens two actions by name with an address filled in.
func TestTheBotsOwnActionsTakeAnAddress(t *testing.T) {
	catalog, err := wholeCatalog()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lookup", alerts.FixSync} {
		action, ok := catalog.Named(name)
		if !ok || !slices.ContainsFunc(action.Fields(), func(f runbook.Field) bool { return f.Name == "email" }) {
			t.Errorf("%s has no field for an address", name)
		}
	}
}

func TestManifestRefusesSlacksOwnCommands(t *testing.T) {
	for _, name := range []string{"status", "who", "invite", "remind"} {
		action := runbook.Report[struct{}]{
			Name: name, Title: "T", Command: "/" + name, Summary: "s", Example: "e", Permission: runbook.Support,
			Fields: func(*struct{}) []runbook.Field { return nil },
		}.Action()
		catalog, err := runbook.NewCatalog([]runbook.Action{action})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newManifest(catalog); err == nil || !strings.Contains(err.Error(), "/"+name+" is a command of Slack's own") {
			t.Errorf("/%s: error %v", name, err)
		}
	}
}

func manifestOf(t *testing.T) []byte {
	t.Helper()
	catalog, err := wholeCatalog()
	if err != nil {
		t.Fatal(err)
	}
	text, err := manifestYAML(catalog)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
