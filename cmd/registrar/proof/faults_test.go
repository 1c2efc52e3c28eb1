package proof

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"registrar/cmd/registrar/registrartest"
)

// faultCase is one row of the table.
type faultCase struct {
	of     string // who fails: Redis, LearnUpon, Salesforce, Slack
	fault  string
	during string // what was under way
	cheap  bool   // taken without -full as well
	errand faultErrand
	clock  bool // the program has a clock that can be set
	// play does the errand, has the fault happen, and follows the run to its end.
	play func(*faultWorld)
}

func (c faultCase) title() string { return fmt.Sprintf("%s %s, %s", c.of, c.fault, c.during) }

// faultRow is a case as it went.
type faultRow struct {
	faultCase
	saw, result string
}

// TestFaults has Redis, the vendors and Slack fail the program in every way we
// know of, and prints what people saw and what became of the run. Whatever
// fails, in the end the vendors hold what they would have held, each write was
// done once, everybody got an answer, and the audit trail holds.
func TestFaults(t *testing.T) {
	states := &endStates{program: registrartest.Build(t), known: map[string]endState{}}
	withClock := sync.OnceValue(func() registrartest.Program { return buildWithClock(t) })
	var mu sync.Mutex
	var rows []faultRow
	// Most of a case is waiting, so that more of them go on than there are cores.
	slots := make(chan struct{}, 4)
	if *full {
		slots = make(chan struct{}, 6)
	}
	var cases sync.WaitGroup
	for _, c := range faultCases() {
		if !c.cheap && !*full {
			continue
		}
		cases.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			t.Run(c.title(), func(t *testing.T) {
				row := faultRow{faultCase: c, result: "wrong"}
				defer func() {
					mu.Lock()
					defer mu.Unlock()
					rows = append(rows, row)
				}()
				want := states.of(t, c.errand)
				program := states.program
				if c.clock {
					program = withClock()
				}
				w := newFaultWorld(t, program, c.errand)
				defer func() { row.saw = w.saw }()
				c.play(w)
				wrong := w.judge(want)
				for _, text := range wrong {
					t.Error(text)
				}
				if len(wrong) > 0 {
					t.Logf("log:\n%s", tail(w.replica.Log()))
					return
				}
				row.result = "ok"
				if w.reviewed > 0 {
					row.result = "needs review"
				}
				w.replica.Stop()
			})
		})
	}
	cases.Wait()
	printFaults(t, rows)
}

func faultCases() []faultCase {
	return slices.Concat(redisFaults(), vendorFaults(), slackFaults(), clockFaults())
}

// printFaults prints the table, in the order of the cases.
func printFaults(t *testing.T, rows []faultRow) {
	order := map[string]int{}
	for i, c := range faultCases() {
		order[c.title()] = i
	}
	slices.SortFunc(rows, func(a, b faultRow) int { return cmp.Compare(order[a.title()], order[b.title()]) })
	counts := map[string]int{}
	var out strings.Builder
	for _, r := range rows {
		counts[r.result]++
		fmt.Fprintf(&out, "%-10s  %-44s  %-34s  %-12s  %s\n", r.of, r.fault, r.during, r.result, shortened(r.saw, 150))
	}
	fmt.Printf("\n%-10s  %-44s  %-34s  %-12s  %s\n%s\n%d cases: %d ok, %d needs review, %d wrong\n\n",
		"fails", "fault", "under way", "result", "what the person saw", &out, len(rows), counts["ok"], counts["needs review"], counts["wrong"])
}

func shortened(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
