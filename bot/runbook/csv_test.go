package runbook

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"
)

func TestCSV(t *testing.T) {
	raw := CSV([]string{"course", "note"},
		[]string{"Biology, \"advanced\"", "passed"},
		[]string{"=HYPERLINK(\"https://x\")", " +1"},
		[]string{"＝1+1", "two\nlines"},
		[]string{"\ufeff@SUM(A1)", "-2"},
		[]string{"", "plain"})
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := "course;note|Biology, \"advanced\";passed|'=HYPERLINK(\"https://x\");' +1|'＝1+1;'two\nlines|'\ufeff@SUM(A1);'-2|;plain"
	var got []string
	for _, row := range rows {
		got = append(got, strings.Join(row, ";"))
	}
	if strings.Join(got, "|") != want {
		t.Errorf("read back: %q\nwant       %q", strings.Join(got, "|"), want)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("=1", "a,b")
	f.Add("\"", "\r\n-")
	f.Add("\u200b=1", "\x00@x")
	f.Fuzz(func(t *testing.T, a, b string) {
		rows, err := csv.NewReader(bytes.NewReader(CSV([]string{"a", "b"}, []string{a, b}))).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
			t.Fatalf("%q, %q: read back as %q, %v", a, b, rows, err)
		}
		for _, cell := range rows[1] {
			shown := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
			if shown != "" && strings.ContainsRune("=+-@", rune(shown[0])) {
				t.Errorf("%q starts a formula", cell)
			}
		}
	})
}
