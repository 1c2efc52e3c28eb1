package handlers

import (
	"strings"
	"testing"
)

// A panic beside the goroutine that runs a step would end the process, and with
// it whatever other people are at.
func TestAPanicOverOneAccountReachesWhoeverRunsTheStep(t *testing.T) {
	defer func() {
		told, _ := recover().(string)
		if !strings.Contains(told, "broken record") || !strings.Contains(told, "set_time_zone_panic_test.go") {
			t.Errorf("the panic says %q; want what broke, and where", told)
		}
	}()
	err := make(zoneBatch, zonesPerStep).each(func(i int, _ zoneChange) error {
		if i == 0 {
			panic("broken record")
		}
		return nil
	})
	t.Errorf("each returned %v", err)
}
