package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A budget is told which calls change something, so that it keeps calls to look
// what they did.
func TestBudgetHearsOfWrites(t *testing.T) {
	root, _ := vendor(t, says(200, "{}"))
	var asked []bool
	c := client(t, Config{URL: root, Budget: func(ctx context.Context, _ string) error {
		asked = append(asked, IsWrite(ctx))
		return nil
	}})
	for _, r := range []Request{{Route: "/x"}, {Method: http.MethodPut, Route: "/x"}, {Route: "/x", Changes: true}, {Method: http.MethodPost, Route: "/x", Reads: true}} {
		if _, err := c.Do(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if len(asked) != 4 || asked[0] || !asked[1] || !asked[2] || asked[3] {
		t.Errorf("writes: %v", asked)
	}
}

// usedUp is a budget that is used up, perhaps for the week.
type usedUp bool

func (s usedUp) Error() string                     { return "used up" }
func (s usedUp) RetryLater() (time.Duration, bool) { return time.Hour, true }
func (s usedUp) Weekly() bool                      { return bool(s) }

// Who waits for a week's calls is not told to try again in a minute.
func TestBudgetOfTheWeekIsNamed(t *testing.T) {
	root, calls := vendor(t, says(200, "{}"))
	for weekly, says := range map[bool]string{true: "per week are used up", false: "per minute are used up"} {
		c := client(t, Config{URL: root, Budget: func(context.Context, string) error { return usedUp(weekly) }})
		_, err := c.Do(t.Context(), Request{Method: http.MethodPut, Route: "/x"})
		e, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(e.Public(), says) || e.Unsure() {
			t.Fatalf("%v", err)
		}
		if later, ok := e.RetryLater(); !ok || later != time.Hour {
			t.Errorf("to be tried again after %v, %t", later, ok)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d calls", calls.Load())
	}
}
