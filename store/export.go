package store

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/redis/go-redis/v9"
)

// Format is how the audit trail is exported.
type Format string

// The formats of Export.
const (
	// JSONL is one object a line: the entry exactly as it is hashed, its hash,
	// and the personal values that were not erased, with their salts.
	JSONL Format = "jsonl"
	// CSV is for a spreadsheet. Cells a spreadsheet would take for a formula
	// begin with an apostrophe.
	CSV Format = "csv"
)

// exported is one line of JSONL.
type exported struct {
	Entry    json.RawMessage             `json:"entry"`
	Hash     string                      `json:"hash"`
	Personal map[string]exportedPersonal `json:"personal,omitempty"`
}

type exportedPersonal struct {
	Salt  string `json:"salt"`
	Value string `json:"value"`
}

// Export writes the whole audit trail, oldest first. It verifies nothing.
func (s *Store) Export(ctx context.Context, w io.Writer, f Format) error {
	buffered := bufio.NewWriter(w)
	var write func(raw string, personal map[string]exportedPersonal) error
	flush := func() error { return nil }
	switch f {
	case JSONL:
		enc := json.NewEncoder(buffered)
		write = func(raw string, personal map[string]exportedPersonal) error {
			return enc.Encode(exported{Entry: json.RawMessage(raw), Hash: hashLine([]byte(raw)), Personal: personal})
		}
	case CSV:
		table := csv.NewWriter(buffered)
		if err := table.Write(csvHeader); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		write = func(raw string, personal map[string]exportedPersonal) error { return writeRow(table, raw, personal) }
		flush = func() error { table.Flush(); return table.Error() }
	default:
		return fmt.Errorf("export: the format is %s or %s, not %q", JSONL, CSV, f)
	}
	err := s.pages(ctx, func(page []redis.XMessage, _ Head, personal []map[string]string) error {
		for i, m := range page {
			if err := write(entryText(m), readable(personal[i])); err != nil {
				return fmt.Errorf("export: entry %s: %w", m.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func readable(values map[string]string) map[string]exportedPersonal {
	out := map[string]exportedPersonal{}
	for name, text := range values {
		if v, err := parseSalted(text); err == nil {
			out[name] = exportedPersonal{Salt: hex.EncodeToString(v.salt), Value: v.value}
		}
	}
	return out
}

var csvHeader = []string{"seq", "at", "kind", "run", "action", "actor", "facts", "personal", "prev", "hash"}

func writeRow(table *csv.Writer, raw string, personal map[string]exportedPersonal) error {
	var l line
	if err := json.Unmarshal([]byte(raw), &l); err != nil {
		return err
	}
	values := map[string]string{}
	for name := range l.Personal {
		values[name] = "(erased)"
		if p, ok := personal[name]; ok {
			values[name] = p.Value
		}
	}
	facts, err := json.Marshal(l.Facts)
	if err != nil {
		return err
	}
	told, err := json.Marshal(values)
	if err != nil {
		return err
	}
	row := []string{strconv.FormatInt(l.Seq, 10), l.At.Format(time.RFC3339Nano), l.Kind, l.Run, l.Action, l.Actor,
		string(facts), string(told), l.Prev, hashLine([]byte(raw))}
	for i, cell := range row {
		row[i] = inert(cell)
	}
	return table.Write(row)
}

// inert keeps a spreadsheet from running a cell: one that begins, after spaces,
// with a character that starts a formula gets an apostrophe in front.
func inert(cell string) string {
	if strings.ContainsAny(cell, "\t\r\n") {
		return "'" + cell
	}
	first := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	if first != "" && strings.ContainsRune("=+-@＝＋－＠|%", []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}
