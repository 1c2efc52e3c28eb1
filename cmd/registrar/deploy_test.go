package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"registrar/bot/access"
)

// The example names every variable there is, and starts as it stands; with the
// commented lines switched on it says nothing that is not understood.
func TestExampleEnvironment(t *testing.T) {
	text, err := os.ReadFile(root + "deploy/registrar.env.example")
	if err != nil {
		t.Fatal(err)
	}
	var plain, all []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		setting, commented := strings.CutPrefix(line, "# ")
		name, _, assigns := strings.Cut(setting, "=")
		switch {
		case assigns && strings.ToUpper(name) == name && !strings.Contains(name, " "):
			all = append(all, setting)
			if !commented {
				plain = append(plain, setting)
			}
		case !commented && !strings.HasPrefix(line, "#"):
			t.Errorf("neither a comment nor a variable: %q", line)
		}
	}
	if c, err := ReadConfig(plain); err != nil || len(c.Warnings) > 0 {
		t.Errorf("as it stands: %v, warnings %v", err, c.Warnings)
	}
	// The two ways to sign in to Salesforce exclude each other.
	both := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return strings.HasPrefix(s, "SALESFORCE_CLIENT_SECRET=") })
	if c, err := ReadConfig(both); err != nil || len(c.Warnings) > 0 {
		t.Errorf("with all of it: %v, warnings %v", err, c.Warnings)
	}
	for _, name := range knownVariables("partners") {
		if !slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, name+"=") }) {
			t.Errorf("%s is not in the example", name)
		}
	}
}

func TestExamplePolicy(t *testing.T) {
	catalog, err := wholeCatalog()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := access.ReadPolicy(root+"deploy/policy.example.yaml", catalog); err != nil {
		t.Error(err)
	}
}

// What the image and compose promise about Redis and about shutting down must
// stay what the program counts on.
func TestComposeKeepsWhatTheProgramCountsOn(t *testing.T) {
	text := string(read(t, "deploy/compose.yaml"))
	for _, want := range []string{"appendonly", "appendfsync\n      - always", "noeviction", "stop_grace_period: 20s", "read_only: true"} {
		if !strings.Contains(text, want) {
			t.Errorf("compose.yaml lacks %q", want)
		}
	}
	if drainLimit.Seconds() >= 20 {
		t.Errorf("the program takes %s to stop, compose.yaml gives it 20 s", drainLimit)
	}
}
