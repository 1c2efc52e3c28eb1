package engine

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"registrar/bot/runbook"
)

// TestLooks: what becomes of a look at the end state that brings an error. Only
// an outage is waited out; an answer is for a person.
func TestLooks(t *testing.T) {
	other := &runbook.Mismatch{Record: "wall", Field: "color", Want: "grey", Got: "blue"}
	tests := []struct {
		name     string
		step     string
		look     error
		status   Status
		evidence string
	}{
		{"another record, before the write", "coat", other, NeedsReview, `Nothing was written: wall: color is "blue"`},
		{"another record, while it waits", "dry", other, NeedsReview, `wall: color is "blue"`},
		{"a refusal in words", "dry", runbook.Refuse("There is no wall."), NeedsReview, "There is no wall."},
		{"a definite no", "dry", errNotSent, NeedsReview, "refused."},
		{"an outage", "dry", errBusy, WaitingOnSystem, ""},
		{"an outage, before the write", "coat", errBusy, WaitingOnSystem, ""},
		{"an error of unknown kind", "dry", errors.New("?"), WaitingOnSystem, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.vendor.looks[tt.step] = tt.look
				e := w.engine("a", w.store)
				r := visitNow(t, e, approve(t, e, request(t, e), ana))
				if tt.step == "dry" {
					r = visitNow(t, e, answer(t, e, r, ana))
				}
				wantStatus(t, r, tt.status)
				st := r.Steps[r.Current()]
				if st.ID != tt.step || !strings.Contains(st.Evidence, tt.evidence) || w.vendor.times(tt.step) != 0 {
					t.Errorf("step %s, evidence %q, done %d times; want evidence %q", st.ID, st.Evidence, w.vendor.times(tt.step), tt.evidence)
				}
				if strings.HasPrefix(st.Evidence, "Nothing was written") != (tt.step == "coat" && tt.status == NeedsReview) {
					t.Errorf("evidence %q: whether the step writes", st.Evidence)
				}
			})
		})
	}
}
