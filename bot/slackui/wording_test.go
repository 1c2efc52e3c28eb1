package slackui

import (
	"encoding/json"
	"strings"
	"testing"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

func shown(t *testing.T, scene any) string {
	t.Helper()
	raw, err := json.Marshal(blocksIn(scene))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Where nobody decides, nothing is said about who may not.
func TestWithoutAnApprovalNobodyIsForbiddenToGiveIt(t *testing.T) {
	u := testUI()
	p := confirmPlan()
	p.Approval, p.Beneficiaries = runbook.NoApproval(), []string{"learner@x.edu"}
	for name, scene := range map[string]any{
		"plan": u.Draft(draftOf(&p, engine.Ready)), "card": u.Card(runOf(p, engine.Applying, 1), at(20)), "result": u.Result(runOf(p, engine.Succeeded, 3)),
	} {
		text := shown(t, scene)
		for _, never := range []string{"cannot approve", "gains by it", "Nobody need"} {
			if strings.Contains(text, never) {
				t.Errorf("the %s says %q: %s", name, never, text)
			}
		}
		if name != "result" && !strings.Contains(text, "No approval ") {
			t.Errorf("the %s does not say that no approval is needed: %s", name, text)
		}
	}
}

func TestWhatWasSoAlreadyIsSaidOnce(t *testing.T) {
	u := testUI()
	for _, note := range []string{"was so already", "", "seen", "it was so already, since yesterday"} {
		r := runOf(confirmPlan(), engine.Succeeded, 3)
		for i := range r.Steps {
			r.Steps[i].Note, r.Steps[i].Already = "", false
		}
		r.Steps[1].Already, r.Steps[1].Note = true, note
		text := shown(t, u.Result(r))
		if n := strings.Count(text, "was so already"); n != 1 {
			t.Errorf("with the note %q it is said %d times: %s", note, n, text)
		}
	}
}
