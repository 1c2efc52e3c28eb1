package store_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// testdata/records holds what released versions stored, a folder for each form.
// These files are never written again: a change that breaks this test strands
// the runs of whoever upgrades.
func releases(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("testdata/records/v*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no records of released versions: %v", err)
	}
	return dirs
}

func record(t *testing.T, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestRecordsOfReleasedVersions(t *testing.T) {
	for _, dir := range releases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			s, m := mini(t)
			schema := strings.TrimPrefix(filepath.Base(dir), "v")
			run, draft := record(t, dir, "run.json"), record(t, dir, "draft.json")
			m.HSet("{registrar}:run:r1", "body", run, "schema", schema, "version", "7")
			m.HSet("{registrar}:draft:d1", "body", draft, "schema", schema, "version", "3")
			r, err := s.Run(t.Context(), "r1")
			if err != nil {
				t.Fatal(err)
			}
			d, err := s.Draft(t.Context(), "d1")
			if err != nil {
				t.Fatal(err)
			}
			kept(t, "run", run, r)
			kept(t, "draft", draft, d)
			if r.Plan.Hash() != r.Hash {
				t.Error("the plan has another hash than when it was approved")
			}
			r.ID = "r1"
			r.Extended++
			if err := s.Save(t.Context(), engine.Move{Run: r}); err != nil {
				t.Errorf("the run cannot be moved: %v", err)
			}
		})
	}
}

// kept checks that everything in the stored form was read.
func kept(t *testing.T, what, stored string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var want, got map[string]any
	if err := errors.Join(json.Unmarshal([]byte(stored), &want), json.Unmarshal(raw, &got)); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s changed on the way (-stored +read):\n%s", what, d)
	}
}

func TestAuditOfReleasedVersions(t *testing.T) {
	for _, dir := range releases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			s, m := mini(t)
			lines := strings.Split(strings.TrimSpace(record(t, dir, "audit.jsonl")), "\n")
			rewrite(t, m, lines)
			head := strings.TrimSpace(record(t, dir, "audit.head"))
			seq, hash, _ := strings.Cut(head, ":")
			m.HSet(headKey, "seq", seq, "hash", hash)
			putPersonal(t, m, record(t, dir, "audit.personal.json"))
			if err := s.Verify(t.Context(), head); err != nil {
				t.Fatal(err)
			}
			appendN(t, s, 1)
			if err := s.Verify(t.Context(), head); err != nil {
				t.Errorf("with an entry of this release: %v", err)
			}
		})
	}
}

func putPersonal(t *testing.T, m *miniredis.Miniredis, raw string) {
	t.Helper()
	values := map[string]string{}
	if err := json.Unmarshal([]byte(raw), &values); err != nil || len(values) == 0 {
		t.Fatalf("personal values: %v, %v", values, err)
	}
	for field, v := range values {
		m.HSet(personalKey, field, v)
	}
}

// What a newer release wrote is left alone.
func TestNewerRecords(t *testing.T) {
	s, m := mini(t)
	storetest.Submitted(t, s, "r1")
	m.HSet("{registrar}:run:r1", "schema", "99", "body", `{"schema":99,"status":{"name":"new"}}`)
	m.HSet("{registrar}:draft:draft-of-r1", "schema", "99")
	var newer *store.SchemaError
	if _, err := s.Run(t.Context(), "r1"); !errors.As(err, &newer) || newer.Schema != 99 || newer.Public() == "" {
		t.Errorf("Run: %v", err)
	}
	if _, err := s.Draft(t.Context(), "draft-of-r1"); !errors.As(err, &newer) {
		t.Errorf("Draft: %v", err)
	}
	if runs, err := s.Runs(t.Context(), store.Query{}); err != nil || len(runs) != 0 {
		t.Errorf("Runs: %v, %v; want it left out", runs, err)
	}
}
