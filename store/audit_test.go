package store_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"pgregory.net/rapid"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// Keys of the chain, as an attacker who can write Redis knows them.
const (
	logKey      = "{registrar}:audit:log"
	headKey     = "{registrar}:audit:head"
	personalKey = "{registrar}:audit:personal"
)

func appendN(t testing.TB, s *store.Store, n int) {
	t.Helper()
	for i := range n {
		e := storetest.Entry("lookup", "")
		e.Facts = map[string]string{"n": fmt.Sprint(i)}
		if err := s.Append(t.Context(), "", e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVerify(t *testing.T) {
	s, _ := mini(t)
	if err := s.Verify(t.Context(), ""); err != nil {
		t.Errorf("an empty trail: %v", err)
	}
	appendN(t, s, 3)
	posted, err := s.Head(t.Context())
	if err != nil || posted.Seq != 3 {
		t.Fatalf("Head: %v, %v", posted, err)
	}
	appendN(t, s, 1200) // more than are read at once
	for _, head := range []string{"", posted.String()} {
		if err := s.Verify(t.Context(), head); err != nil {
			t.Errorf("Verify(%q): %v", head, err)
		}
	}
	var tampered *store.TamperError
	elsewhere := store.Head{Seq: 3, Hash: strings.Repeat("0", 64)}
	if err := s.Verify(t.Context(), elsewhere.String()); !errors.As(err, &tampered) || tampered.Seq != 3 {
		t.Errorf("a head of another chain: %v", err)
	}
	if err := s.Verify(t.Context(), "not a head"); err == nil || errors.As(err, &tampered) {
		t.Errorf("a head that is none: %v", err)
	}
}

// tamperings change a chain of lines in one way each.
var tamperings = map[string]func(t *rapid.T, lines []string) []string{
	"change a byte": func(t *rapid.T, lines []string) []string {
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "entry")
		raw := []byte(lines[i])
		raw[rapid.IntRange(0, len(raw)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		lines[i] = string(raw)
		return lines
	},
	"remove": func(t *rapid.T, lines []string) []string {
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "entry")
		return slices.Delete(lines, i, i+1)
	},
	"swap": func(t *rapid.T, lines []string) []string {
		i := rapid.IntRange(0, len(lines)-2).Draw(t, "entry")
		j := rapid.IntRange(i+1, len(lines)-1).Draw(t, "with")
		lines[i], lines[j] = lines[j], lines[i]
		return lines
	},
	"repeat": func(t *rapid.T, lines []string) []string {
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "entry")
		return slices.Insert(lines, i, lines[i])
	},
	"shorten": func(t *rapid.T, lines []string) []string {
		return lines[:rapid.IntRange(0, len(lines)-1).Draw(t, "to")]
	},
}

// Whatever is done to the chain without Registrar shows.
func TestTamperingShows(t *testing.T) {
	s, m := mini(t)
	appendN(t, s, 12)
	var original []string
	entries, err := m.Stream(logKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		original = append(original, e.Values[1])
	}
	for name, tamper := range tamperings {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				rewrite(t, m, tamper(rt, slices.Clone(original)))
				var tampered *store.TamperError
				if err := s.Verify(t.Context(), ""); !errors.As(err, &tampered) {
					rt.Fatalf("not found: %v", err)
				}
			})
			rewrite(t, m, original)
			if err := s.Verify(t.Context(), ""); err != nil {
				t.Fatalf("the chain put back: %v", err)
			}
		})
	}
}

// rewrite puts lines in the place of the chain, numbered as a chain is.
func rewrite(t *testing.T, m *miniredis.Miniredis, lines []string) {
	t.Helper()
	m.Del(logKey)
	for i, l := range lines {
		if _, err := m.XAdd(logKey, fmt.Sprintf("%d-0", i+1), []string{"e", l}); err != nil {
			t.Fatal(err)
		}
	}
}

// A chain cut short with a head that fits shows only against a posted head.
func TestTruncationShowsAgainstThePostedHead(t *testing.T) {
	s, m := mini(t)
	appendN(t, s, 5)
	early, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := m.Stream(logKey)
	if err != nil {
		t.Fatal(err)
	}
	short := []string{}
	for _, e := range entries {
		short = append(short, e.Values[1])
	}
	seq, hash := m.HGet(headKey, "seq"), m.HGet(headKey, "hash")
	appendN(t, s, 5)
	late, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, m, short)
	m.HSet(headKey, "seq", seq, "hash", hash)
	var tampered *store.TamperError
	if err := s.Verify(t.Context(), ""); !errors.As(err, &tampered) || tampered.Seq < 6 {
		t.Errorf("personal values of entries that are gone: %v", err)
	}
	for i := 6; i <= 10; i++ {
		m.HDel(personalKey, fmt.Sprintf("%d/subject", i))
	}
	if err := s.Verify(t.Context(), early.String()); err != nil {
		t.Errorf("against a head from before what was cut: %v", err)
	}
	if err := s.Verify(t.Context(), late.String()); !errors.As(err, &tampered) || tampered.Seq != 6 {
		t.Errorf("against the head that was cut off: %v", err)
	}
}

func TestErase(t *testing.T) {
	s, m := mini(t)
	appendN(t, s, 3)
	if m.HGet(personalKey, "2/subject") == "" {
		t.Fatal("the personal value does not lie where this test looks for it")
	}
	m.HSet(personalKey, "2/subject", strings.Replace(m.HGet(personalKey, "2/subject"), "ada", "eve", 1))
	var tampered *store.TamperError
	if err := s.Verify(t.Context(), ""); !errors.As(err, &tampered) || tampered.Seq != 2 {
		t.Errorf("a personal value that was changed: %v", err)
	}
	forget(t, s, "EVE@learner.example")
	if v, err := s.Audit(t.Context(), ""); err != nil || v.Erased != 1 || v.Head.Seq != 4 {
		t.Errorf("after erasing one: %+v, %v", v, err)
	}
	forget(t, s, "ada@learner.example")
	if dump := contents(t, m); strings.Contains(dump, "learner.example") {
		t.Errorf("the address is still there:\n%s", dump)
	}
	if v, err := s.Audit(t.Context(), ""); err != nil || v.Erased != 3 || v.Head.Seq != 5 {
		t.Errorf("erasing is recorded itself, and counted apart: %+v, %v; want 3 of 5 entries erased", v, err)
	}
}

func TestExport(t *testing.T) {
	s, _ := mini(t)
	e := storetest.Entry("lookup", "")
	e.Facts = map[string]string{"note": "<b>&"}
	e.Actor = "=HYPERLINK(\"http://evil\")"
	e.Action = " @SUM(1)"
	if err := s.Append(t.Context(), "", e, storetest.Entry("lookup", "r1")); err != nil {
		t.Fatal(err)
	}
	var lines, table bytes.Buffer
	if err := errors.Join(s.Export(t.Context(), &lines, store.JSONL), s.Export(t.Context(), &table, store.CSV)); err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := lines.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, `"value":"ada@learner.example"`) || !strings.Contains(got, head.Hash) {
		t.Errorf("jsonl:\n%s", got)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("csv: %d rows, %v", len(rows), err)
	}
	if action, actor := rows[1][4], rows[1][5]; action != "' @SUM(1)" || actor != `'=HYPERLINK("http://evil")` {
		t.Errorf("formulas come out as %q and %q", action, actor)
	}
	if err := s.Export(t.Context(), &table, "xml"); err == nil {
		t.Error("a format nobody knows is accepted")
	}
}

// Two replicas append at once, neither knowing of the other's entries: no entry
// is lost and the chain holds.
func TestReplicasShareOneChain(t *testing.T) {
	a, m := mini(t)
	b := openAt(t, "redis://"+m.Addr())
	const each = 40
	var group sync.WaitGroup
	for _, s := range []*store.Store{a, b, a, b} {
		group.Go(func() {
			for range each {
				if err := s.Append(t.Context(), "", engine.Entry{At: storetest.Now(), Kind: "lookup"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if head, err := a.Head(t.Context()); err != nil || head.Seq != 4*each {
		t.Errorf("head %v, %v; want %d entries", head, err, 4*each)
	}
	if err := b.Verify(t.Context(), ""); err != nil {
		t.Error(err)
	}
}
