package proof

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// outcome is a line of the table.
type outcome struct {
	title                         string
	cases, passed, reviews, wrong int
}

// add counts a case and fails it where something is wrong.
func (m *matrix) add(t *testing.T, e errand, v verdict) {
	if v.spared {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.rows, func(o outcome) bool { return o.title == e.title() })
	if i < 0 {
		i = len(m.rows)
		m.rows = append(m.rows, outcome{title: e.title()})
	}
	row := &m.rows[i]
	row.cases++
	switch {
	case v.wrong != "":
		row.wrong++
		t.Errorf("%s\nto repeat it: go test ./cmd/registrar/proof -full -run '^%s$'", v.wrong, t.Name())
	case v.reviews > 0:
		row.reviews++
	default:
		row.passed++
	}
	m.waits = append(m.waits, v)
}

// print prints the table, and how long it took until a run went on.
func (m *matrix) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	line := func(cells ...any) {
		text := make([]string, len(cells))
		for i, c := range cells {
			text[i] = fmt.Sprint(c)
		}
		fmt.Fprintln(w, strings.Join(text, "\t"))
	}
	line("killed at every boundary", "cases", "passed", "needs review", "wrong")
	slices.SortFunc(m.rows, func(a, b outcome) int { return strings.Compare(a.title, b.title) })
	var all outcome
	for _, o := range m.rows {
		line(o.title, o.cases, o.passed, o.reviews, o.wrong)
		all.cases, all.passed, all.reviews, all.wrong = all.cases+o.cases, all.passed+o.passed, all.reviews+o.reviews, all.wrong+o.wrong
	}
	line("all", all.cases, all.passed, all.reviews, all.wrong)
	w.Flush()
	longest, again := map[recovery]time.Duration{}, 0
	for _, v := range m.waits {
		again += v.again
		longest[v.how] = max(longest[v.how], v.after)
	}
	for _, how := range []recovery{restart, standby, unaided} {
		if d := longest[how]; d > 0 {
			fmt.Printf("until the run went on, %s: %.1f s at most\n", how, d.Seconds())
		}
	}
	fmt.Printf("direct messages that came twice, because a bot cannot look whether one arrived: %d\n", again)
}
