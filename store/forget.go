package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// erasedOnRequest stands in the place of what was erased.
const erasedOnRequest = "erased on request"

// ErrStillOpen says that a run or an alert about the person can still move.
var ErrStillOpen = errors.New("something about this person is still open")

// Forget erases what [Store.Traces] found, in whose name, and returns the salt
// of the commitment that the audit entry holds instead of the addresses: who has
// it and them can show that the entry is about them, and nobody else can. Where
// something is open it is ErrStillOpen, and nothing is erased.
//
// What leads to a record that cannot be read stays, see Traces.Kept: once that
// can be read, or is gone, doing it again erases both.
//
// It may be killed anywhere: what leads to the rest is erased last, so that
// doing it again finds what is left. The messages of what was erased are for the
// caller, see [Store.ErasedUnshown].
func (s *Store) Forget(ctx context.Context, t *Traces, by string) (salt string, err error) {
	if len(t.Open()) > 0 {
		return "", ErrStillOpen
	}
	salt, entry := s.forgetting(t, by)
	if err := s.Append(ctx, "", entry); err != nil {
		return "", err
	}
	if err := s.dropValues(ctx, t.values); err != nil {
		return "", err
	}
	if err := s.dropKeys(ctx, slices.Concat(t.mailKeys, t.links)); err != nil {
		return "", err
	}
	for _, id := range t.Drafts {
		if err := s.dropDraft(ctx, id); err != nil {
			return "", err
		}
	}
	for _, a := range ledFirst(t.Alerts) {
		if err := s.eraseAlert(ctx, a.ID, t); err != nil {
			return "", err
		}
	}
	for _, r := range ledFirst(t.Runs) {
		if err := s.forgetRun(ctx, r.ID, t); err != nil {
			return "", err
		}
	}
	return salt, nil
}

// ledFirst puts before the others what only another record leads to: by a
// contact's number, or a Slack account's.
func ledFirst(traces []Trace) []Trace {
	led := slices.DeleteFunc(slices.Clone(traces), func(t Trace) bool { return t.direct })
	return append(led, slices.DeleteFunc(slices.Clone(traces), func(t Trace) bool { return !t.direct })...)
}

// forgetting is the audit's record of an erasure.
func (s *Store) forgetting(t *Traces, by string) (string, engine.Entry) {
	salt := secretSalt()
	count := func(traces []Trace) string { return strconv.Itoa(len(traces)) }
	return hex.EncodeToString(salt), engine.Entry{At: s.now(), Kind: "personal.erased", Personal: map[string]string{"by": by}, Facts: map[string]string{
		"runs": count(t.Runs), "alerts": count(t.Alerts), "drafts": strconv.Itoa(len(t.Drafts)), "values": strconv.Itoa(len(t.values)),
		"commitment": commitment(salt, "addresses", strings.Join(slices.Sorted(slices.Values(t.Who.addresses)), " ")),
	}}
}

// dropAtOnce is how many keys or fields one command erases.
const dropAtOnce = 500

func (s *Store) dropValues(ctx context.Context, fields []string) error {
	for some := range slices.Chunk(fields, dropAtOnce) {
		if err := s.rdb.HDel(ctx, keyPersonal, some...).Err(); err != nil {
			return failed("erase values", err)
		}
	}
	return nil
}

func (s *Store) dropKeys(ctx context.Context, keys []string) error {
	for some := range slices.Chunk(keys, dropAtOnce) {
		if err := s.rdb.Del(ctx, some...).Err(); err != nil {
			return failed("erase keys", err)
		}
	}
	return nil
}

// dropDraft erases a draft with all that lies beside it. Whoever is planning it
// finds that it is gone, as they do after 30 minutes.
func (s *Store) dropDraft(ctx context.Context, id string) error {
	if err := s.dropScope(ctx, id); err != nil {
		return err
	}
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.ZRem(ctx, keyPlanning, id)
		p.Del(ctx, keyDraft(id), keyView(id))
		return nil
	})
	return failed("erase draft", err)
}

// dropScope erases all secrets of a draft or run.
func (s *Store) dropScope(ctx context.Context, scope string) error {
	names, err := s.rdb.SMembers(ctx, keySecrets(scope)).Result()
	if err != nil {
		return failed("read secrets", err)
	}
	return s.DropSecrets(ctx, scope, names...)
}

func (s *Store) forgetRun(ctx context.Context, id string, t *Traces) error {
	return s.rewriteRun(ctx, id, keyErased, func(r *engine.Run) bool {
		named := t.unname(r)
		content, err := json.Marshal(r)
		if err != nil || !t.Who.In(string(content)) {
			return named
		}
		return r.Erase(s.now(), erasedOnRequest) || named
	})
}

// rewriteRun puts a changed run in the place of a closed one, and with the
// content its secrets and locks; change reports whether there is anything to do.
// Where it erases the run, the run is on the list unshown from that moment on:
// its messages are to be erased too. Nobody but another such move saves a closed
// run.
func (s *Store) rewriteRun(ctx context.Context, id, unshown string, change func(*engine.Run) bool) error {
	for {
		r, err := s.Run(ctx, id)
		if err != nil {
			return err
		}
		if !r.Status.Closed() {
			return fmt.Errorf("run %s: %w", id, ErrStillOpen)
		}
		version, before := r.Version, r.Erased
		if !change(r) {
			return nil
		}
		mark := ""
		if r.Erased != before {
			mark = id
		}
		if err := s.dropScope(ctx, id); err != nil {
			return err
		}
		if err := s.Unlock(ctx, id); err != nil {
			return err
		}
		write := newWrite()
		r.Version++
		fields, err := recordFields(r, write)
		if err != nil {
			return err
		}
		v, err := s.judge(ctx, "erase", []string{keyRun(id), keyLists, unshown}, slices.Concat([]any{write, version, mark}, fields, list(entries(r)))...)
		if err != nil {
			return err
		}
		if v.word != "CONFLICT" {
			return v.err()
		}
	}
}

func (s *Store) eraseAlert(ctx context.Context, id string, t *Traces) error {
	return s.rewriteAlert(ctx, id, keyErased, func(a *alerts.Alert) bool {
		named := t.unassign(a)
		content, err := json.Marshal(a)
		if err != nil || !t.Who.In(string(content)) && !(a.Contact != "" && t.contacts[a.Contact]) {
			return named
		}
		return a.Erase(s.now(), erasedOnRequest) || named
	})
}

// rewriteAlert does for an alert that has ended what rewriteRun does for a run.
func (s *Store) rewriteAlert(ctx context.Context, id, unshown string, change func(*alerts.Alert) bool) error {
	for {
		a, err := s.Alerts().Alert(ctx, id)
		if errors.Is(err, alerts.ErrNotFound) {
			return nil // its time has come meanwhile
		}
		if err != nil {
			return err
		}
		if !a.Status.Ended() {
			return fmt.Errorf("alert %s: %w", id, ErrStillOpen)
		}
		keys, version, before := []string{keyAlert(id), unshown}, a.Version, a.Erased
		for _, key := range a.Keys() {
			keys = append(keys, keyAlertOf(key))
		}
		if !change(a) {
			return nil
		}
		if a.Erased.IsZero() {
			keys = keys[:2] // its rows still find it
		}
		mark := 0
		if a.Erased != before {
			mark = 1
		}
		a.Version++
		body, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("alert %s: %w", id, err)
		}
		fields := []any{"body", body, "schema", alerts.AlertSchema, "version", a.Version}
		if !a.Erased.IsZero() {
			fields = append(fields, "erased", millis(a.Erased))
		}
		v, err := s.judge(ctx, "erase_alert", keys, slices.Concat([]any{newWrite(), version, id, mark}, list(fields))...)
		if err != nil {
			return err
		}
		if v.word != "CONFLICT" {
			return v.alertErr()
		}
	}
}

// ErasedUnshown lists the runs and alerts that were erased on request and whose
// messages still say what they said. ErasedShown takes one off that list.
func (s *Store) ErasedUnshown(ctx context.Context) ([]string, error) {
	ids, err := s.rdb.SMembers(ctx, keyErased).Result()
	slices.Sort(ids)
	return ids, failed("erased and unshown", err)
}

// AgedUnshown names at most n of the runs and alerts that were erased for their
// age and whose messages still say what they said; not always the same, so that
// one of which that stays so is in nobody's way. ErasedShown takes one off that
// list.
func (s *Store) AgedUnshown(ctx context.Context, n int) ([]string, error) {
	ids, err := s.rdb.SRandMemberN(ctx, keyAged, int64(n)).Result()
	return ids, failed("aged and unshown", err)
}

// ErasedShown says that no message of an erased run or alert names anybody.
func (s *Store) ErasedShown(ctx context.Context, id string) error {
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SRem(ctx, keyErased, id)
		p.SRem(ctx, keyAged, id)
		return nil
	})
	return failed("erased and shown", err)
}

// RewriteLog asks Redis to write its append-only file anew, which until then
// still holds what was erased. Where Redis keeps none it is an error.
func (s *Store) RewriteLog(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return failed("bgrewriteaof", s.rdb.BgRewriteAOF(ctx).Err())
}
