package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"registrar/bot/engine"
)

// memory is how each run stood when this process last heard of it, for a Redis
// that forgets: one that took another's place may lack the last second.
type memory struct {
	mu    sync.Mutex
	runs  map[string]remembered
	epoch string // of the Redis that was asked last; "": none was
}

type remembered struct {
	version int64
	at      time.Time
}

// rememberFor is longer than anybody takes to find out that Redis has failed
// over.
const rememberFor = 10 * time.Minute

func (m *memory) moved(r *engine.Run, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runs == nil {
		m.runs = map[string]remembered{}
	}
	if r.Version > m.runs[r.ID].version {
		m.runs[r.ID] = remembered{r.Version, now}
	}
}

// recent forgets what is old and returns the rest.
func (m *memory) recent(now time.Time) map[string]int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]int64{}
	for id, r := range m.runs {
		if now.Sub(r.at) > rememberFor {
			delete(m.runs, id)
			continue
		}
		out[id] = r.version
	}
	return out
}

// recall compares what is remembered with what Redis holds, once for each Redis
// that takes over. Of a run that has lost moves the card shows what nobody
// decided as far as Redis knows, and no button for deciding it again: it is
// drawn as it stands now, and says why.
func (r *replica) recall(ctx context.Context) error {
	epoch, err := r.store.Epoch(ctx)
	if err != nil {
		return err
	}
	recent := r.memory.recent(time.Now())
	before := r.memory.epoch
	if before == "" || before == epoch {
		r.memory.epoch = epoch
		return nil
	}
	var failed error
	for id, version := range recent {
		run, err := r.store.Run(ctx, id)
		switch {
		case errors.Is(err, engine.ErrNotFound):
			r.log.ErrorContext(withRun(ctx, id), "Redis has failed over and forgotten a run", "version", version)
		case err != nil:
			failed = errors.Join(failed, err)
		case run.Version < version:
			r.log.ErrorContext(withRun(ctx, id), "Redis has failed over and forgotten the last moves of a run", "version", run.Version, "was", version)
			failed = errors.Join(failed, r.engine.Forgotten(ctx, id, version, epoch))
		}
	}
	if failed == nil {
		r.memory.epoch = epoch
	}
	return failed
}
