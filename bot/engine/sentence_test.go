package engine

import (
	"testing"

	"registrar/bot/runbook"
)

// A run that was cancelled half-way says what is left, and how to get it done.
func TestCancelledSaysWhatIsLeft(t *testing.T) {
	for _, tt := range []struct {
		steps []StepStatus
		want  string
	}{
		{[]StepStatus{StepTodo, StepTodo}, "Cancelled; nothing was changed."},
		{[]StepStatus{StepDone, StepStarted}, "Cancelled after 1 of 2 steps; what was done stays done. Left: B. Running the command again plans only the rest."},
		{[]StepStatus{StepDone, StepTodo, StepTodo, StepTodo}, "Cancelled after 1 of 4 steps; what was done stays done. Left: B; C; D. Running the command again plans only the rest."},
		{[]StepStatus{StepDone, StepDone, StepStarted, StepTodo, StepTodo, StepTodo, StepTodo}, "Cancelled after 2 of 7 steps; what was done stays done. Left: C; D; E and 2 more. Running the command again plans only the rest."},
	} {
		r := &Run{Status: Cancelled}
		for i, status := range tt.steps {
			title := string(rune('A' + i))
			r.Steps = append(r.Steps, StepState{ID: title, Status: status})
			r.Plan.Steps = append(r.Plan.Steps, runbook.PlannedStep{ID: title, Title: title})
		}
		if got := Sentence(r); got != tt.want {
			t.Errorf("%s\nwant %s", got, tt.want)
		}
	}
}
