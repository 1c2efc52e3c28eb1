package proof

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
)

// table is what a test of replicas shows in the end.
type table struct {
	title string
	head  []string

	mu   sync.Mutex
	rows [][]string
}

func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = fmt.Sprint(cell)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, row)
}

func (t *table) print(to testing.TB) {
	to.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n%s\n", t.title, strings.Join(t.head, "\t"))
	for _, row := range t.rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	to.Log("\n" + out.String())
}
