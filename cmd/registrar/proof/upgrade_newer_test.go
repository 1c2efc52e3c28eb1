package proof

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"registrar/cmd/registrar/registrartest"
)

// TestUpgradeNewerRecord has a replica of this release meet runs in a form that
// it does not know, written by a newer one beside it: it says so to whoever
// presses, and leaves them to the other.
func TestUpgradeNewerRecord(t *testing.T) {
	if !*full {
		t.Skip("it builds another release; take it with -full")
	}
	p := registrartest.Build(t)
	c := newCrew(t, p)
	staff := c.staff(2)
	c.join("a")
	c.joinAs(newerRelease(t), "b")
	d := makesGroup()
	subject := d.seed(c, 1)
	ctx, cancel := context.WithTimeout(t.Context(), crewPatience)
	defer cancel()
	k := &talk{crew: c, who: staff[0], mate: staff[1], plan: [][]string{{"b"}}}
	if err := k.ask(ctx, "/create-group "+subject, joins()); err != nil {
		t.Fatal(err)
	}
	k.plan = [][]string{{"a"}}
	if err := k.press(ctx, registrartest.Ana, subject, "Approve"); err != nil {
		t.Fatal(err)
	}
	c.Wait("whoever pressed is told", func() bool {
		told := c.Slack.Ephemerals(registrartest.Ana)
		return len(told) == 1 && strings.Contains(told[0].Text+string(told[0].Blocks), "newer")
	})
	k.plan = [][]string{{"b"}}
	if err := k.press(ctx, registrartest.Ana, subject, "Approve"); err != nil {
		t.Fatal(err)
	}
	if err := k.ends(ctx, subject, ": done."); err != nil {
		t.Fatal(err)
	}
	if err := d.once(c, subject); err != nil {
		t.Error(err)
	}
	if n := len(c.cards(subject)); n != 1 {
		t.Errorf("%d cards", n)
	}
	if trail := c.trail(); counted(trail, `"run.approve"`) != 1 || counted(trail, `"run.succeeded"`) != 1 {
		t.Errorf("the trail: %v", trail)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

// newerRelease is this one, but for the number of the form in which it stores
// runs.
func newerRelease(t *testing.T) registrartest.Program {
	t.Helper()
	file, err := filepath.Abs("../../../bot/engine/run.go")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(string(source), "const RunSchema = 1", "const RunSchema = 2", 1)
	if newer == string(source) {
		t.Fatal("the form of runs has another number by now; this test must make a higher one")
	}
	folder := t.TempDir()
	changed, overlay := filepath.Join(folder, "run.go"), filepath.Join(folder, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{changed: []byte(newer), overlay: list} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return registrartest.Build(t, "-overlay", overlay)
}
