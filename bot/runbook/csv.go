package runbook

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode"
)

// CSV writes a table for a file that people open in a spreadsheet: the header,
// then the rows. A cell that a spreadsheet would run as a formula gets an
// apostrophe in front, which a spreadsheet does not show.
func CSV(header []string, rows ...[]string) []byte {
	var out bytes.Buffer
	table := csv.NewWriter(&out)
	for _, row := range append([][]string{header}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = inert(cell)
		}
		_ = table.Write(cells) // it goes to memory, which does not fail
	}
	table.Flush()
	return out.Bytes()
}

// inert is a cell no spreadsheet runs: a formula starts with one of a few
// characters, after spaces and what is not seen, or behind a line break some programs split at.
func inert(cell string) string {
	first := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	if strings.ContainsAny(cell, "\t\r\n") || first != "" && strings.ContainsRune("=+-@＝＋－＠|%", []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}
