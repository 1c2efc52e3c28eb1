package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"registrar/bot/engine"
)

// draftSchema is the version of a draft's stored form that this release writes.
const draftSchema = 1

func draftFields(d *engine.Draft, write string) ([]any, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	return list([]any{"body", body, "schema", draftSchema, "version", d.Version, "status", string(d.Status), "write", write}), nil
}

// PutDraft stores a draft for [engine.DraftLife] from now.
func (s *Store) PutDraft(ctx context.Context, d *engine.Draft) error {
	next := *d
	next.Version++
	write := newWrite()
	fields, err := draftFields(&next, write)
	if err != nil {
		return err
	}
	args := slices.Concat([]any{write, d.Version, engine.DraftLife.Milliseconds()}, fields)
	v, err := s.judge(ctx, "draft", []string{keyDraft(d.ID)}, args...)
	if err != nil {
		return err
	}
	if err := v.err(); err != nil {
		return err
	}
	d.Version = next.Version
	return nil
}

// Draft loads a draft.
func (s *Store) Draft(ctx context.Context, id string) (*engine.Draft, error) {
	got, err := s.rdb.HMGet(ctx, keyDraft(id), "body", "schema").Result()
	if err != nil {
		return nil, failed("load draft", err)
	}
	body, err := readBody("draft", id, draftSchema, got)
	if err != nil {
		return nil, err
	}
	d := new(engine.Draft)
	if err := json.Unmarshal(body, d); err != nil {
		return nil, fmt.Errorf("draft %s: %w", id, err)
	}
	return d, nil
}

// Submit turns a draft into a run: see [engine.Store] and scripts/submit.lua.
// Secrets are sealed with the name of their key, so they are sealed anew here;
// the script writes them only if they are still what was read.
func (s *Store) Submit(ctx context.Context, d *engine.Draft, m engine.Move) error {
	used, run := *d, *m.Run
	used.Version, used.Status, used.Run = d.Version+1, engine.Used, run.ID
	run.Version, run.Schema = m.Run.Version+1, engine.RunSchema
	write := newWrite()
	draft, err := draftFields(&used, write)
	if err != nil {
		return err
	}
	fields, err := recordFields(&run, write)
	if err != nil {
		return err
	}
	moved, err := s.reseal(ctx, d.ID, run.ID)
	if err != nil {
		return err
	}
	keys := slices.Concat([]string{
		keyDraft(d.ID), keyRun(run.ID), keySeen(string(m.Mark)), keyAudit, keyHead, keyPersonal, keyWake, keyOpen,
		keyCreated, keyRequester(run.Requester.ID), keyUnshown, keyLists, keySecrets(d.ID), keySecrets(run.ID),
	}, moved.keys)
	args := slices.Concat(
		[]any{write, markSeconds(m.Mark), d.Version, int64(listedLife / time.Second), int64(secretLife / time.Second)},
		draft, fields, s.placeArgs(&run), list(moved.texts),
	)
	v, err := s.commit(ctx, "submit", keys, args, m.Entries)
	if err != nil {
		return err
	}
	if err := v.err(); err != nil {
		return err
	}
	d.Version, d.Status, d.Run = used.Version, used.Status, used.Run
	m.Run.Version, m.Run.Schema = run.Version, run.Schema
	return nil
}

// resealed are a draft's secrets on their way to its run.
type resealed struct {
	keys  []string // the draft's and the run's, in turn
	texts []string // name, what was read, what to write
}

func (s *Store) reseal(ctx context.Context, draft, run string) (resealed, error) {
	out := resealed{}
	names, err := s.rdb.SMembers(ctx, keySecrets(draft)).Result()
	if err != nil {
		return out, failed("read secrets", err)
	}
	for _, name := range names {
		from, to := keySecret(draft, name), keySecret(run, name)
		sealed, err := s.rdb.Get(ctx, from).Result()
		if ignoreNil(err) != nil {
			return out, failed("read secrets", err)
		}
		if err != nil {
			continue // it expired
		}
		plain, err := s.keyring.open(from, sealed)
		if errors.Is(err, engine.ErrNotFound) {
			continue // sealed with another key; it is asked for again
		}
		if err != nil {
			return out, err
		}
		out.keys = append(out.keys, from, to)
		out.texts = append(out.texts, name, sealed, s.keyring.seal(to, plain))
	}
	return out, nil
}
