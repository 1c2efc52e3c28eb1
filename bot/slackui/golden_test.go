package slackui

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

var update = flag.Bool("update", false, "write the golden files")

// wire is a scene as it goes to Slack.
func wire(t *testing.T, scene any) []byte {
	t.Helper()
	if m, ok := scene.(Message); ok {
		scene = struct {
			Text     string              `json:"text"`
			Blocks   []slack.Block       `json:"blocks"`
			Metadata slack.SlackMetadata `json:"metadata"`
		}{m.Text, m.Blocks, m.Metadata}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(scene); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, scene := range scenes() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".golden.json")
			got := wire(t, scene)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s changed (-want +got); look at it and run with -update:\n%s", path, diff)
			}
		})
	}
}

func TestGoldenFilesAreAllInUse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if want := len(scenes()); len(files) != want {
		t.Errorf("%d golden files for %d scenes", len(files), want)
	}
}

func TestSlackTakesEverything(t *testing.T) {
	for name, scene := range scenes() {
		var problems []string
		if view, ok := scene.(slack.ModalViewRequest); ok {
			raw, err := json.Marshal(view)
			if err != nil {
				t.Fatal(err)
			}
			problems = slacktest.CheckView(raw)
			if w := weightOf(view.Blocks.BlockSet); w > viewWeight+maxSection {
				t.Errorf("%s weighs %d", name, w)
			}
		} else if home, ok := scene.(slack.HomeTabViewRequest); ok {
			raw, err := json.Marshal(home)
			if err != nil {
				t.Fatal(err)
			}
			problems = slacktest.CheckView(raw)
		} else {
			raw, err := json.Marshal(blocksIn(scene))
			if err != nil {
				t.Fatal(err)
			}
			problems = slacktest.CheckBlocks(raw, slacktest.OnMessage)
			if w := weightOf(blocksIn(scene)); w > messageWeight+1000 {
				t.Errorf("%s weighs %d, Slack refuses messages of 11,000", name, w)
			}
		}
		for _, p := range problems {
			t.Errorf("%s: %s", name, p)
		}
	}
}
