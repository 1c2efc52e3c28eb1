package handlers_test

import "testing"

// Whatever LU User ID is called in the org, and whether it is kept as text or as
// a number.
func TestMergeInAnyOrg(t *testing.T) {
	for seed := range uint64(4) {
		w := newWorld(t)
		if seed%2 == 0 {
			w.org.NumberField("Contact", "LU User ID")
		}
		w.org.RandomNames(seed)
		typed := mergeOf("delete")(w)
		r := w.newRun(typed, w.copiesLink)
		if err := r.apply("merge-users", w.mustPlan("merge-users", typed)); err != nil {
			t.Fatal(err)
		}
		isMerged(true)(t, r)
	}
}
