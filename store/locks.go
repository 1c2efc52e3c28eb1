package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/bot/engine"
)

// Lock takes all names for the run or none.
func (s *Store) Lock(ctx context.Context, run string, names []string) ([]engine.Holder, error) {
	if len(names) == 0 {
		return nil, nil
	}
	args := append([]any{run, millis(s.now())}, list(names)...)
	v, err := s.judge(ctx, "lock", []string{keyLocks, keyHeld(run)}, args...)
	if err != nil {
		return nil, err
	}
	if v.word != "HELD" {
		return nil, v.err()
	}
	var holders []engine.Holder
	for h := range slices.Chunk(v.rest, 3) {
		holder, err := holderOf(h[0], h[1]+" "+h[2])
		if err != nil {
			return nil, err
		}
		holders = append(holders, holder)
	}
	return holders, engine.ErrHeld
}

// Unlock frees all locks of the run.
func (s *Store) Unlock(ctx context.Context, run string) error {
	v, err := s.judge(ctx, "unlock", []string{keyLocks, keyHeld(run)}, run)
	if err != nil {
		return err
	}
	return v.err()
}

// Locks lists all locks that are held, oldest first.
func (s *Store) Locks(ctx context.Context) ([]engine.Holder, error) {
	all, err := s.rdb.HGetAll(ctx, keyLocks).Result()
	if err != nil {
		return nil, failed("list locks", err)
	}
	var holders []engine.Holder
	for name, by := range all {
		h, err := holderOf(name, by)
		if err != nil {
			return nil, err
		}
		holders = append(holders, h)
	}
	slices.SortFunc(holders, func(a, b engine.Holder) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(a.Lock, b.Lock)
	})
	return holders, nil
}

// BreakLock takes one lock from the run that holds it. The entry is the audit's
// record of it; the lock is added to what is personal in it, because some are
// named after an address. ErrNotFound where that run does not hold the lock; a
// mark seen before is ErrSeen.
func (s *Store) BreakLock(ctx context.Context, mark engine.Mark, lock, run string, entry engine.Entry) error {
	personal := map[string]string{"lock": lock}
	maps.Copy(personal, entry.Personal)
	entry.Personal = personal
	keys := []string{keyLocks, keyHeld(run), keySeen(string(mark)), keyAudit, keyHead, keyPersonal}
	v, err := s.commit(ctx, "break", keys, []any{newWrite(), lock, run, markSeconds(mark)}, []engine.Entry{entry})
	if err != nil {
		return err
	}
	return v.err()
}

// holderOf reads a lock's value, "run since-in-ms".
func holderOf(lock, by string) (engine.Holder, error) {
	run, since, _ := strings.Cut(by, " ")
	ms, err := strconv.ParseInt(since, 10, 64)
	if err != nil {
		return engine.Holder{}, fmt.Errorf("lock %s: %w", lock, err)
	}
	return engine.Holder{Lock: lock, Run: run, Since: time.UnixMilli(ms).UTC()}, nil
}
