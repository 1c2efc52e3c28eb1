package engine

import "context"

// The kinds of [Work].
const (
	WorkVisit = "visit" // one process's turn at a run, under its lease
	WorkPlan  = "plan"  // made for a draft, or made again before the first write
	WorkDo    = "do"    // a step that changes a system, with the looks before and after
	WorkAsk   = "ask"   // a step that a person does: it is opened, or read back
	WorkWait  = "wait"  // a step that a system does: one look
	WorkFile  = "file"  // a step that posts a file
)

// Work is a piece of work as a trace shows it: kinds and ids, and nothing that
// a person typed or a vendor said.
type Work struct {
	Kind   string
	Run    string // empty for the plan of a draft
	Action string // empty for a visit
	Step   string // the step's id
}

// trace tells that a piece of work begins. The work goes on under the context
// it returns; end takes what became of it: the step's state, or nothing.
func (e *Engine) trace(ctx context.Context, w Work) (_ context.Context, end func(outcome string, err error)) {
	if e.Trace == nil {
		return ctx, func(string, error) {}
	}
	return e.Trace(ctx, w)
}

// workOf is what a step is, for whoever looks at a trace.
func (t *turn) workOf() Work {
	w := Work{Kind: WorkDo, Run: t.run.ID, Action: t.run.Action, Step: t.step.ID}
	switch {
	case t.step.Ask != nil:
		w.Kind = WorkAsk
	case t.step.Wait != nil:
		w.Kind = WorkWait
	case t.step.File != nil:
		w.Kind = WorkFile
	}
	return w
}
