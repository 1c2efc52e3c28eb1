package store_test

import (
	"maps"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/store/storetest"
)

func TestOutcomes(t *testing.T) {
	s, _ := mini(t)
	storetest.Submitted(t, s, "r1")
	storetest.Submitted(t, s, "r2")
	done := storetest.Submitted(t, s, "r3")
	done.Status = engine.Succeeded
	if err := s.Save(t.Context(), engine.Move{Run: done}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		since time.Time
		want  map[engine.Status]int
	}{
		{storetest.Now().Add(-time.Hour), map[engine.Status]int{engine.AwaitingApproval: 2, engine.Succeeded: 1}},
		{storetest.Now().Add(time.Hour), map[engine.Status]int{}},
	} {
		if got, err := s.Outcomes(t.Context(), tt.since); err != nil || !maps.Equal(got, tt.want) {
			t.Errorf("since %s: %v, %v; want %v", tt.since, got, err, tt.want)
		}
	}
}
