package page

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDrawsWhatTheBotDraws shows the page every golden file of slackui: each block the
// bot sends must be one the page knows, in messages, modals and homes, and none may widen it.
func TestDrawsWhatTheBotDraws(t *testing.T) {
	w := newWorld(t)
	w.state.Messages, w.state.Views = nil, nil
	modals, homes := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "bot", "slackui", "testdata", "*.golden.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files of slackui: %v", err)
	}
	for i, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var drawn struct {
			Type, Text string
			Blocks     json.RawMessage
		}
		if err := json.Unmarshal(raw, &drawn); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".golden.json")
		switch drawn.Type {
		case "modal":
			modals[name] = raw
			continue
		case "home":
			homes[name] = raw
			continue
		}
		w.state.Channels = append(w.state.Channels, Channel{ID: name, Name: name})
		w.state.Messages = append(w.state.Messages, Message{Channel: name, TS: fmt.Sprintf("1795250%03d.000100", i), User: w.state.Bot.ID, Text: drawn.Text, Blocks: drawn.Blocks})
	}
	tab := browse(t, w)
	check := func(name, place string) {
		t.Helper()
		become(t, tab, fmt.Sprintf(`!!document.querySelector(%q)`, place))
		picture(t, tab, "slackui-"+name)
		if unknown := value[string](t, tab, `[...document.querySelectorAll(".unknown")].map(e => e.textContent).join()`); unknown != "" {
			t.Errorf("%s: the page does not know %s", name, unknown)
		}
		if wide := value[bool](t, tab, `document.documentElement.scrollWidth > innerWidth || document.getElementById("log").scrollWidth > document.getElementById("log").clientWidth`); wide {
			t.Errorf("%s: wider than its place", name)
		}
	}
	for _, m := range w.state.Messages {
		press(t, tab, "channel-"+m.Channel)
		check(m.Channel, fmt.Sprintf(`[data-testid=message][data-ts="%s"]`, m.TS))
	}
	for name, view := range modals {
		w.change(func(s *State) { s.Views = []View{{ID: "V" + name, Person: "U0SAM", View: view}} })
		check(name, fmt.Sprintf(`[data-testid=modal][data-view="V%s"]`, name))
	}
	w.change(func(s *State) { s.Views = nil })
	become(t, tab, `!document.querySelector("[data-testid=modal]")`)
	press(t, tab, "channel-direct")
	press(t, tab, "app-home")
	for name, view := range homes {
		w.change(func(s *State) { s.Homes = []Home{{ID: "H" + name, Person: "U0SAM", View: view}} })
		check(name, fmt.Sprintf(`[data-testid=home][data-view="H%s"]`, name))
	}
}
