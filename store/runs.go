package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
)

// err turns a script's word into the error callers tell apart.
func (v verdict) err() error {
	switch v.word {
	case "OK":
		return nil
	case "SEEN":
		return engine.ErrSeen
	case "CONFLICT":
		return engine.ErrConflict
	case "FENCED":
		return engine.ErrFenced
	case "HELD":
		return engine.ErrHeld
	case "MISSING":
		return engine.ErrNotFound
	case "REFUSED":
		return fmt.Errorf("%w: %s", engine.ErrRefused, strings.Join(v.rest, " "))
	}
	return fmt.Errorf("store: script answered %q", v.word)
}

// Run loads a run.
func (s *Store) Run(ctx context.Context, id string) (*engine.Run, error) {
	got, err := s.rdb.HMGet(ctx, keyRun(id), "body", "schema").Result()
	if err != nil {
		return nil, failed("load run", err)
	}
	return readRun(id, got)
}

func readRun(id string, got []any) (*engine.Run, error) {
	body, err := readBody("run", id, engine.RunSchema, got)
	if err != nil {
		return nil, err
	}
	r := new(engine.Run)
	if err := json.Unmarshal(body, r); err != nil {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	// What looks at a step looks at what was planned for it.
	if len(r.Steps) > len(r.Plan.Steps) {
		return nil, fmt.Errorf("run %s: its journal has %d steps and its plan %d", id, len(r.Steps), len(r.Plan.Steps))
	}
	return r, nil
}

// readBody checks that this release knows the record's schema before anybody
// decodes it.
func readBody(record, id string, known int, got []any) ([]byte, error) {
	body, ok := got[0].(string)
	if !ok {
		return nil, fmt.Errorf("%s %s: %w", record, id, engine.ErrNotFound)
	}
	schema, err := strconv.Atoi(fmt.Sprint(got[1]))
	if err != nil {
		return nil, fmt.Errorf("%s %s: schema: %w", record, id, err)
	}
	if schema > known {
		return nil, &SchemaError{Record: record, ID: id, Schema: schema, Known: known}
	}
	return []byte(body), nil
}

// recordFields is a run as the fields of its hash: the body, and beside it what
// scripts judge.
func recordFields(r *engine.Run, write string) ([]any, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.ID, err)
	}
	var deciders []string
	for _, d := range r.Decisions {
		deciders = append(deciders, d.By.ID, d.By.Email)
	}
	self := append([]string{r.Requester.ID, r.Requester.Email}, r.Plan.Beneficiaries...)
	fields := []any{
		"body", body, "schema", r.Schema, "version", r.Version, "write", write, "status", string(r.Status), "hash", r.Hash,
		"self", people(self), "deciders", people(deciders),
	}
	if !r.Erased.IsZero() {
		fields = append(fields, "erased", millis(r.Erased))
	}
	return list(fields), nil
}

// people writes ids and addresses so that a script can look for one as a
// whole line.
func people(names []string) string {
	var b strings.Builder
	b.WriteByte('\n')
	for _, n := range names {
		if n = sameName(n); n != "" {
			b.WriteString(n + "\n")
		}
	}
	return b.String()
}

func sameName(n string) string {
	return strings.ToLower(strings.TrimSpace(strings.ReplaceAll(n, "\n", " ")))
}

// gateArgs is a gate as save.lua reads it. The decider's address, which the
// decision holds, counts as much as the id: those who gain are known by it.
func (s *Store) gateArgs(m engine.Move) []any {
	if m.Gate == nil {
		return append([]any{"", "", 0, 0}, list[string](nil)...)
	}
	var who []string
	if m.Gate.Decider != "" {
		who = append(who, sameName(m.Gate.Decider))
		for _, d := range m.Run.Decisions {
			if d.By.ID == m.Gate.Decider && d.By.Email != "" {
				who = append(who, sameName(d.By.Email))
			}
		}
	}
	args := []any{string(m.Gate.From), m.Gate.Hash, millis(s.now()), millis(m.Gate.Deadline)}
	return append(args, list(who)...)
}

// placeArgs is what the prelude's take_place reads.
func (s *Store) placeArgs(r *engine.Run) []any {
	closed := 0
	if r.Status.Closed() {
		closed = 1
	}
	return append([]any{r.ID, millis(r.Wake), millis(r.Created), closed, millis(s.now())}, list(entries(r))...)
}

// Save writes a move: see [engine.Store] and scripts/save.lua.
func (s *Store) Save(ctx context.Context, m engine.Move) error {
	next := *m.Run
	next.Version, next.Schema = m.Run.Version+1, engine.RunSchema
	write := newWrite()
	fields, err := recordFields(&next, write)
	if err != nil {
		return err
	}
	keys := []string{keyRun(next.ID), keySeen(string(m.Mark)), keyAudit, keyHead, keyPersonal, keyWake, keyOpen, keyUnshown, keyLists}
	args := slices.Concat(
		[]any{write, markSeconds(m.Mark), m.Fence, m.Run.Version},
		s.gateArgs(m), fields, s.placeArgs(&next),
	)
	v, err := s.commit(ctx, "save", keys, args, m.Entries)
	if err != nil {
		return err
	}
	if err := v.err(); err != nil {
		return err
	}
	m.Run.Version, m.Run.Schema = next.Version, next.Schema
	return nil
}

// Unshown lists at most n runs saved before the given time of which that
// version was not shown since, oldest first.
func (s *Store) Unshown(ctx context.Context, before time.Time, n int) ([]string, error) {
	return s.upTo(ctx, "unshown", keyUnshown, before, n)
}

// Shown records that a version of a run is what people see. ErrConflict where a
// newer one was saved meanwhile.
func (s *Store) Shown(ctx context.Context, run string, version int64) error {
	v, err := s.judge(ctx, "shown", []string{keyRun(run), keyUnshown}, run, version)
	if err != nil {
		return err
	}
	return v.err()
}

// Due lists at most n open runs whose Wake has come, oldest first.
func (s *Store) Due(ctx context.Context, now time.Time, n int) ([]string, error) {
	return s.upTo(ctx, "due", keyWake, now, n)
}

func (s *Store) upTo(ctx context.Context, op, index string, t time.Time, n int) ([]string, error) {
	ids, err := s.rdb.ZRangeArgs(ctx, redis.ZRangeArgs{
		Key: index, ByScore: true, Start: "-inf", Stop: t.UnixMilli(), Count: int64(n),
	}).Result()
	return ids, failed(op, err)
}

// Query chooses runs for a list.
type Query struct {
	Requester string // only this person's, if not empty
	Open      bool   // only open ones, however old; Requester is not looked at
	Limit     int    // at most so many; 50 where zero
}

// Runs lists runs, newest first: the open ones, or those of the last 30 days.
func (s *Store) Runs(ctx context.Context, q Query) ([]*engine.Run, error) {
	index, oldest := keyCreated, strconv.FormatInt(s.now().Add(-listedLife).UnixMilli(), 10)
	switch {
	case q.Open:
		index, oldest = keyOpen, "-inf"
	case q.Requester != "":
		index = keyRequester(q.Requester)
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	ids, err := s.rdb.ZRangeArgs(ctx, redis.ZRangeArgs{
		Key: index, ByScore: true, Rev: true, Start: "+inf", Stop: oldest, Count: int64(q.Limit),
	}).Result()
	if err != nil {
		return nil, failed("list runs", err)
	}
	runs, err := readEach(ctx, s, "list runs", ids, keyRun, readRun)
	// What is nil is for a newer release to list.
	return slices.DeleteFunc(runs, func(r *engine.Run) bool { return r == nil }), err
}

// readEach reads records in one round trip, in the given order. Nil stands for
// one that a newer release wrote.
func readEach[T any](ctx context.Context, s *Store, op string, ids []string, key func(id string) string, read func(id string, got []any) (*T, error)) ([]*T, error) {
	loads := make([]*redis.SliceCmd, len(ids))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			loads[i] = p.HMGet(ctx, key(id), "body", "schema")
		}
		return nil
	}); err != nil {
		return nil, failed(op, err)
	}
	records := make([]*T, len(ids))
	for i, id := range ids {
		record, err := read(id, loads[i].Val())
		if newer := (*SchemaError)(nil); errors.As(err, &newer) {
			continue
		}
		if err != nil {
			return nil, err
		}
		records[i] = record
	}
	return records, nil
}

// OpenRuns counts the runs that are not closed.
func (s *Store) OpenRuns(ctx context.Context) (int, error) {
	n, err := s.rdb.ZCard(ctx, keyOpen).Result()
	return int(n), failed("count runs", err)
}
