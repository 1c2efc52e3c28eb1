package bot

import (
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// A version of a run from before an ask, repaired late, leaves the ask its
// buttons. The version after it takes them off.
func TestOnlyTheNewestVersionSettlesANotice(t *testing.T) {
	w := newWorld(t)
	r := w.asked()
	b := w.bot()
	older, ask := *r, *r
	ask.Status = engine.WaitingOnPerson
	ask.Steps = append([]engine.StepState(nil), r.Steps...)
	ask.Steps[0].Status, ask.Steps[0].Started = engine.StepStarted, time.Now()
	ask.Plan.Steps = append([]runbook.PlannedStep(nil), r.Plan.Steps...)
	ask.Plan.Steps[0].Ask = &runbook.PlannedAsk{Instruction: "Do it."}
	repair := func(r *engine.Run, wantDone bool) {
		t.Helper()
		if err := b.Repair(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		dms := w.slack.Person("U1").DMs()
		if len(dms) == 0 || strings.Contains(string(dms[0].Blocks), "Done") != wantDone {
			t.Errorf("version %d was repaired: %d direct messages, the first with a Done button: %v, want %v", r.Version, len(dms), !wantDone, wantDone)
		}
	}
	save := func(r *engine.Run) {
		t.Helper()
		if err := w.engine.Store.Save(t.Context(), engine.Move{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	save(&ask)
	repair(&ask, true)
	repair(&older, true)
	repair(&ask, true)
	over := ask
	over.Status = engine.Cancelled
	save(&over)
	repair(&ask, true)
	repair(&over, false)
}
