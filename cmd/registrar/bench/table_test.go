package bench

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"
)

// A row is one line of the speed table, ready to print. What does not apply is
// empty: not everything has something to stand beside, or an aim.
type row struct {
	name  string // what was measured, with its unit: "acks/s, 100 in flight"
	ours  string
	other string // and what it is: "10,236 (slack-go)"
	ratio string // ours by other's
	aim   string
	held  verdict // whether the aim was met
}

type verdict string

const (
	noAim  verdict = ""
	met    verdict = "yes"
	missed verdict = "no"
)

func judged(ok bool) verdict {
	if ok {
		return met
	}
	return missed
}

// measure is one measurement: it measures in a subtest of its own, fails where
// something is wrong whatever the machine's speed, and returns its rows.
type measure struct {
	name string
	take func(t *testing.T) []row
}

// measures are taken one after the other, in the order of the table.
func measures() []measure {
	return slices.Concat(speedMeasures(), batchMeasures())
}

// TestSpeed takes every measure and prints one table. Aims that were missed are
// in the table and fail nothing: how fast it is depends on the machine and on
// what else runs there. What each measure asserts holds anywhere.
func TestSpeed(t *testing.T) {
	var rows []row
	for _, m := range measures() {
		t.Run(m.name, func(t *testing.T) {
			began := time.Now()
			rows = append(rows, m.take(t)...)
			t.Logf("took %v", time.Since(began).Round(time.Second))
		})
	}
	printTable(os.Stdout, rows)
}

func printTable(w io.Writer, rows []row) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "what\tours\tbeside\tratio\taim\tmet")
	for _, r := range rows {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", r.name, r.ours, r.other, r.ratio, r.aim, r.held)
	}
	_ = out.Flush() // what it writes to is the terminal
}

// size is the first number with -full, and the second without.
func size(atFull, short int) int {
	if *full {
		return atFull
	}
	return short
}

// median is the middle of a list, the upper one of two.
func median[T cmp.Ordered](list []T) T { return percentile(list, 50) }

// percentile is the value that p of a hundred do not exceed. It fails on an
// empty list.
func percentile[T cmp.Ordered](list []T, p int) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

// milliseconds is a duration for the table.
func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
