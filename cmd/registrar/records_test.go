package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/slacktest"
	"registrar/bot/slackui"
)

// TestRecordsOfReleasedVersionsAreShown draws what released versions stored of
// every action and status: runs, drafts and alerts in messages and modals that
// Slack takes. Every run's steps are those this release knows, or it could not go
// on.
func TestRecordsOfReleasedVersionsAreShown(t *testing.T) {
	catalog, err := wholeCatalog()
	if err != nil {
		t.Fatal(err)
	}
	ui := slackui.UI{Actions: catalog.Named}
	files, err := filepath.Glob("../../store/testdata/records/kept/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no records: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(raw) {
			var r struct {
				Kind string
				Body json.RawMessage
			}
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			var wrong []string
			switch r.Kind {
			case "run":
				run := decoded[engine.Run](t, r.Body)
				wrong = drawn(t, ui.Card(run, time.Now()).Blocks)
				action, known := catalog.Named(run.Action)
				if !known {
					t.Errorf("the action %s is not known any more", run.Action)
					break
				}
				steps, err := action.Steps(run.Target)
				if err != nil || len(steps) != len(run.Steps) {
					t.Errorf("%s, %s: %d steps, %v; it has %d", run.Action, run.Status, len(steps), err, len(run.Steps))
					break
				}
				for i, s := range steps {
					if s.ID != run.Steps[i].ID {
						t.Errorf("%s, %s: step %d is %s, and was %s", run.Action, run.Status, i, s.ID, run.Steps[i].ID)
					}
				}
			case "draft":
				view, err := json.Marshal(ui.Draft(decoded[engine.Draft](t, r.Body)))
				if err != nil {
					t.Fatal(err)
				}
				wrong = slacktest.CheckView(view)
			case "alert":
				wrong = drawn(t, ui.Alert(decoded[alerts.Alert](t, r.Body)).Blocks)
			}
			if len(wrong) > 0 {
				t.Errorf("%s: Slack would not take it: %q\n%s", r.Kind, wrong, r.Body)
			}
		}
	}
}

func decoded[T any](t *testing.T, body []byte) *T {
	t.Helper()
	v := new(T)
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatal(err)
	}
	return v
}

// drawn says what Slack would not take of a message.
func drawn(t *testing.T, blocks []slack.Block) []string {
	t.Helper()
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	return slacktest.CheckBlocks(raw, slacktest.OnMessage)
}
