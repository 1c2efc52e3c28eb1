package page

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestDrawsWhatTheBotDraws shows the page every golden file of slackui: each block the
// bot sends must be one the page knows, in messages, modals and homes, and none may widen it.
func TestDrawsWhatTheBotDraws(t *testing.T) {
	w := newWorld(t)
	w.state.Messages, w.state.Views = nil, nil
	messages, modals, homes := map[string]string{}, map[string]json.RawMessage{}, map[string]json.RawMessage{}
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
		ts := fmt.Sprintf("1795250%03d.000100", i)
		messages[ts] = name
		w.state.Messages = append(w.state.Messages, Message{Channel: "C0APP", TS: ts, User: w.state.Bot.ID, Text: drawn.Text, Blocks: drawn.Blocks})
	}
	tab := browse(t, w)
	check := func(name, place string) {
		t.Helper()
		become(t, tab, fmt.Sprintf(`!!document.querySelector(%q)`, place))
		if *shots != "" {
			run(t, tab, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`void document.querySelector(%q).scrollIntoView({block: "end"})`, place)))
			picture(t, tab, "slackui-"+name)
		}
		if unknown := value[string](t, tab, fmt.Sprintf(`[...document.querySelector(%q).querySelectorAll(".unknown")].map(e => e.textContent).join()`, place)); unknown != "" {
			t.Errorf("%s: the page does not know %s", name, unknown)
		}
		if wide := value[bool](t, tab, fmt.Sprintf(`document.documentElement.scrollWidth > innerWidth || (e => e.scrollWidth > e.clientWidth)(document.querySelector(%q))`, place)); wide {
			t.Errorf("%s: wider than its place", name)
		}
	}
	press(t, tab, "channel-approvals")
	for ts, name := range messages {
		check(name, fmt.Sprintf(`[data-testid=message][data-ts="%s"]`, ts))
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
