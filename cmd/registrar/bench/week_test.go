package bench

import (
	"fmt"
	"strings"
	"testing"

	"registrar/cmd/registrar/registrartest"
)

// endOfTheWeek starts a batch that takes more calls than the week has left for
// runs: it must wait, say so, leave nobody in doubt, and look-ups must go on.
func endOfTheWeek(t *testing.T) []row {
	const people, rate, week = 150, 6000, 500
	o := newOffice(t, &meter{perMinute: rate, perWeek: week})
	seen := o.seed(people)
	if err := o.Request(registrartest.Sam, "/set-time-zone all", nil); err != nil {
		t.Fatal(err)
	}
	said := func() bool {
		card, there := o.Card()
		return there && strings.Contains(string(card.Blocks), "allows per week are used up")
	}
	o.until(t, "a card that says why the run waits", said)
	waits := o.portal.left()
	took, err := o.lookUp(t, seen[0])
	if err != nil {
		t.Errorf("no answer to /lookup: %v", err)
	}
	if !said() {
		t.Error("the run does not wait any more")
	}
	if o.portal.refusals() > 0 || waits < week/5 {
		t.Errorf("%d calls refused; the run waits with %d calls left, %d are kept for people", o.portal.refusals(), waits, week/5)
	}
	set := 0
	for _, u := range o.LearnUpon.Snapshot().Users {
		if strings.HasPrefix(u.Email, "batch") && u.TimeZone == mountain {
			set++
		}
	}
	return []row{
		{name: fmt.Sprintf("a week of %d calls, a run that takes %d: left when it waits", week, 3*people), ours: fmt.Sprint(waits), other: fmt.Sprintf("%d kept for people", week/5), aim: "≥ kept", held: judged(waits >= week/5)},
		{name: "  people set before, none in doubt", ours: fmt.Sprintf("%d of %d", set, people)},
		{name: "  /lookup meanwhile, command to answer", ours: milliseconds(took)},
	}
}
