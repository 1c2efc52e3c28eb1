package registrartest

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/goccy/go-yaml"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/sandbox"
)

// World is the sandbox's world, with the app installed in it that the program's
// manifest describes.
type World struct {
	*sandbox.Sandbox
	// Env configures a replica in this world. Change it before starting one: to
	// a Redis of its own, or one behind a [storetest.Proxy].
	Env map[string]string

	t testing.TB
}

// NewWorld starts a world. It is closed after the test.
func NewWorld(t testing.TB, p Program, options ...slacktest.Option) *World {
	t.Helper()
	manifest, errs, code := p.Run(t, nil, "manifest")
	if code != 0 {
		t.Fatalf("registrar manifest: exit code %d\n%s", code, errs)
	}
	app, err := appOf([]byte(manifest))
	if err != nil {
		t.Fatalf("registrar manifest: %v", err)
	}
	s, err := sandbox.Start(app, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &World{Sandbox: s, Env: s.Environment(), t: t}
}

// Start starts a replica in this world, with settings beside the world's own,
// and waits until Slack has greeted it.
func (w *World) Start(p Program, settings ...map[string]string) *Replica {
	w.t.Helper()
	env := maps.Clone(w.Env)
	for _, s := range settings {
		maps.Copy(env, s)
	}
	r := p.Start(w.t, env)
	if !r.greeted() {
		w.t.Fatalf("Slack has not greeted the new process within %v:\n%s", startLimit, r.Log())
	}
	return r
}

// Wait waits until something holds in Slack, or fails with what Slack shows.
func (w *World) Wait(what string, cond func() bool) {
	w.t.Helper()
	ctx, cancel := within(w.t.Context())
	defer cancel()
	if err := w.Slack.Wait(ctx, cond); err != nil {
		shown, _ := json.Marshal(w.Slack.Snapshot())
		w.t.Fatalf("%s: %v in\n%s", what, err, shown)
	}
}

// appOf reads from a manifest what the fake Slack must know of the app.
func appOf(manifest []byte) (sandbox.App, error) {
	var m struct {
		Features struct {
			AppHome struct {
				Home bool `yaml:"home_tab_enabled"`
			} `yaml:"app_home"`
			Commands []struct {
				Command string `yaml:"command"`
				About   string `yaml:"description"`
				Hint    string `yaml:"usage_hint"`
			} `yaml:"slash_commands"`
			Shortcuts []struct {
				Name  string `yaml:"name"`
				ID    string `yaml:"callback_id"`
				About string `yaml:"description"`
			} `yaml:"shortcuts"`
		} `yaml:"features"`
	}
	if err := yaml.Unmarshal(manifest, &m); err != nil {
		return sandbox.App{}, err
	}
	app := sandbox.App{Home: m.Features.AppHome.Home}
	for _, c := range m.Features.Commands {
		app.Commands = append(app.Commands, sandbox.Command{Name: c.Command, About: c.About, Hint: c.Hint})
	}
	for _, s := range m.Features.Shortcuts {
		app.Shortcuts = append(app.Shortcuts, sandbox.Shortcut{ID: s.ID, Name: s.Name, About: s.About})
	}
	return app, nil
}
