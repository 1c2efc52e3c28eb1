package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"registrar/store"
)

func TestHomes(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s, _ := mini(t, func(c *store.Config) { c.Now = func() time.Time { return now } })
	for i := range 4 {
		if err := s.HomeOpened(t.Context(), fmt.Sprint("U", i)); err != nil {
			t.Fatal(err)
		}
		now = now.Add(10 * time.Minute)
	}
	got, err := s.Homes(t.Context(), 2)
	if err != nil || !slices.Equal(got, []string{"U3", "U2"}) {
		t.Errorf("the last two: %v, %v", got, err)
	}
	now = now.Add(time.Minute)
	got, err = s.Homes(t.Context(), 9)
	if err != nil || !slices.Equal(got, []string{"U3", "U2"}) {
		t.Errorf("after half an hour: %v, %v", got, err)
	}
}
