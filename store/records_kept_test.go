package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"registrar/bot/engine"
	"registrar/store"
)

// keptRecord is a line of testdata/records/kept: a record as a released version
// stored it.
type keptRecord struct {
	Kind string          `json:"kind"` // run, draft, alert, digest
	Body json.RawMessage `json:"body"`
}

// keptRecords are those of every release, by the name of its file. How they are
// made says TestUpgradeKeepsRecords of cmd/registrar/proof.
func keptRecords(t *testing.T) map[string][]keptRecord {
	t.Helper()
	files, err := filepath.Glob("testdata/records/kept/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no records of released versions: %v", err)
	}
	out := map[string][]keptRecord{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(raw) {
			var r keptRecord
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			out[filepath.Base(file)] = append(out[filepath.Base(file)], r)
		}
	}
	return out
}

// TestRecordsOfEveryActionAndStatus reads what released versions stored of every
// action and status: nothing is lost on the way, the plan is the one that was
// approved, and the run can be moved.
func TestRecordsOfEveryActionAndStatus(t *testing.T) {
	for file, records := range keptRecords(t) {
		t.Run(file, func(t *testing.T) {
			s, m := mini(t)
			statuses := map[engine.Status]int{}
			for _, k := range records {
				var r struct {
					ID      string
					Version int64
				}
				if err := json.Unmarshal(k.Body, &r); err != nil {
					t.Fatal(err)
				}
				key := "{registrar}:" + k.Kind + ":" + r.ID
				m.HSet(key, "body", string(k.Body), "schema", "1", "version", strconv.FormatInt(r.Version, 10))
				read, err := readKept(t, s, k.Kind, r.ID)
				if err != nil {
					t.Errorf("%s %s: %v", k.Kind, r.ID, err)
					continue
				}
				kept(t, k.Kind+" "+r.ID, string(k.Body), read)
				run, ok := read.(*engine.Run)
				if !ok {
					continue
				}
				statuses[run.Status]++
				if run.Plan.Hash() != run.Hash {
					t.Errorf("%s, %s: the plan has another hash than when it was approved", run.Action, run.Status)
				}
				run.Extended++
				if err := s.Save(t.Context(), engine.Move{Run: run}); err != nil {
					t.Errorf("%s, %s: it cannot be moved: %v", run.Action, run.Status, err)
				}
				m.Del(key)
			}
			t.Logf("%d records, runs: %v", len(records), statuses)
		})
	}
}

func readKept(t *testing.T, s *store.Store, kind, id string) (any, error) {
	switch kind {
	case "run":
		return s.Run(t.Context(), id)
	case "draft":
		return s.Draft(t.Context(), id)
	case "alert":
		return s.Alerts().Alert(t.Context(), id)
	case "digest":
		return s.Alerts().Digest(t.Context(), id)
	}
	return nil, errors.New("a kind that nobody knows")
}
