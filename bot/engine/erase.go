package engine

import (
	"slices"
	"time"

	"registrar/bot/runbook"
)

// Erase takes out of a closed run all that may tell of whom it was about, and
// says why in the place of its subject: input, target, reasons, notes, answers,
// history, and of the plan everything but its shape. What stays is what the
// audit trail has for ever as well: action, status, times, the ids of the steps,
// who asked and who decided. The hash stays, and no longer fits the plan; a
// closed run is never applied again. It reports whether it did anything: an open
// run, or one erased before, is left as it is.
func (r *Run) Erase(at time.Time, why string) bool {
	if !r.Status.Closed() || !r.Erased.IsZero() {
		return false
	}
	r.Erased, r.Input, r.Target = at, nil, nil
	r.Reason, r.Why, r.Epoch, r.Gifts, r.Blocked = "", "", "", nil, nil
	p := &r.Plan
	r.Plan = runbook.Plan{Action: p.Action, Title: p.Title, Subject: why, Irreversible: p.Irreversible, Approval: p.Approval, Steps: shapes(p.Steps)}
	r.Decisions, r.Steps = slices.Clone(r.Decisions), slices.Clone(r.Steps)
	for i := range r.Decisions {
		r.Decisions[i].Reason = ""
	}
	for i, s := range r.Steps {
		r.Steps[i] = StepState{ID: s.ID, Status: s.Status, Started: s.Started, Finished: s.Finished, Already: s.Already, By: s.By, Reminded: s.Reminded, Tries: s.Tries}
	}
	r.History = []Event{{At: at, Text: why}}
	return true
}

// shapes are planned steps without what they say.
func shapes(steps []runbook.PlannedStep) []runbook.PlannedStep {
	var out []runbook.PlannedStep
	for _, s := range steps {
		shape := runbook.PlannedStep{ID: s.ID, Title: "Step " + s.ID, System: s.System, Wait: s.Wait, ReadBack: s.ReadBack}
		if s.Ask != nil {
			shape.Ask = &runbook.PlannedAsk{NotRequester: s.Ask.NotRequester}
		}
		if s.File != "" {
			shape.File = "file"
		}
		out = append(out, shape)
	}
	return out
}

// People are those who asked, decided or did a step, for whoever must find
// somebody among them. They may be changed in place in a run that was just read.
func (r *Run) People() []*Person {
	people := []*Person{&r.Requester}
	for i := range r.Decisions {
		people = append(people, &r.Decisions[i].By)
	}
	for i := range r.Steps {
		if r.Steps[i].By != nil {
			people = append(people, r.Steps[i].By)
		}
	}
	return people
}
