package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory is a Store in this process's memory, for tests of what is built on
// the engine. It keeps JSON, as a real one does, so that nothing is shared with
// its callers. Leases and drafts expire by the clock it is given.
type Memory struct {
	now func() time.Time

	mu      sync.Mutex
	drafts  map[string][]byte
	runs    map[string][]byte
	marks   map[Mark]bool
	leases  map[string]memoryLease
	locks   map[string]Holder
	secrets map[string]map[string]string
	unshown map[string]time.Time
	entries []Entry
	fence   int64
}

type memoryLease struct {
	Lease
	until time.Time
}

// NewMemory makes an empty store.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{
		now: now, drafts: map[string][]byte{}, runs: map[string][]byte{}, marks: map[Mark]bool{},
		leases: map[string]memoryLease{}, locks: map[string]Holder{}, secrets: map[string]map[string]string{}, unshown: map[string]time.Time{},
	}
}

// Entries is the audit trail so far.
func (m *Memory) Entries() []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.entries)
}

// PutDraft implements Store.
func (m *Memory) PutDraft(_ context.Context, d *Draft) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, err := read[Draft](m.drafts, d.ID)
	var version int64
	if err == nil {
		version = stored.Version
	}
	if version != d.Version {
		return ErrConflict
	}
	d.Version++
	return write(m.drafts, d.ID, d)
}

// Draft implements Store.
func (m *Memory) Draft(_ context.Context, id string) (*Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, err := read[Draft](m.drafts, id)
	if err == nil && m.now().After(d.Created.Add(DraftLife)) {
		return nil, ErrNotFound
	}
	return d, err
}

// Submit implements Store.
func (m *Memory) Submit(_ context.Context, d *Draft, mv Move) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, err := read[Draft](m.drafts, d.ID)
	switch {
	case err != nil:
		return err
	case stored.Status == Used || m.marks[mv.Mark]:
		return ErrSeen
	case stored.Version != d.Version:
		return ErrConflict
	}
	d.Status, d.Run = Used, mv.Run.ID
	d.Version++
	mv.Run.Version = 1
	m.mark(mv)
	m.secrets[mv.Run.ID] = m.secrets[d.ID]
	delete(m.secrets, d.ID)
	if err := write(m.drafts, d.ID, d); err != nil {
		return err
	}
	return write(m.runs, mv.Run.ID, mv.Run)
}

// Run implements Store.
func (m *Memory) Run(_ context.Context, id string) (*Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return read[Run](m.runs, id)
}

// Save implements Store.
func (m *Memory) Save(_ context.Context, mv Move) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, err := read[Run](m.runs, mv.Run.ID)
	switch {
	case err != nil:
		return err
	case m.marks[mv.Mark]:
		return ErrSeen
	case stored.Version != mv.Run.Version:
		return ErrConflict
	case mv.Fence != 0 && !m.holds(mv.Run.ID, mv.Fence):
		return ErrFenced
	}
	if g := mv.Gate; g != nil {
		if stored.Status != g.From || stored.Hash != g.Hash || !g.Deadline.IsZero() && !m.now().Before(g.Deadline) {
			return ErrRefused
		}
		if who := decider(mv); who.ID != "" && (who.Is(stored.Requester) || stored.gains(who) || stored.Decided(who)) {
			return ErrRefused
		}
	}
	mv.Run.Version++
	m.mark(mv)
	return write(m.runs, mv.Run.ID, mv.Run)
}

// decider is who decides in a move, with the address that its decision names.
func decider(mv Move) Person {
	who := Person{ID: mv.Gate.Decider}
	for _, d := range mv.Run.Decisions {
		if d.By.ID == who.ID {
			who.Email = d.By.Email
		}
	}
	return who
}

func (m *Memory) mark(mv Move) {
	if mv.Mark != "" {
		m.marks[mv.Mark] = true
	}
	m.entries = append(m.entries, mv.Entries...)
	if mv.Run != nil {
		m.unshown[mv.Run.ID] = m.now()
	}
}

// Due implements Store.
func (m *Memory) Due(_ context.Context, now time.Time, n int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []*Run
	for id := range m.runs {
		if r, err := read[Run](m.runs, id); err == nil && !r.Wake.IsZero() && !now.Before(r.Wake) {
			due = append(due, r)
		}
	}
	slices.SortFunc(due, func(a, b *Run) int { return a.Wake.Compare(b.Wake) })
	var ids []string
	for _, r := range due[:min(n, len(due))] {
		ids = append(ids, r.ID)
	}
	return ids, nil
}

// Unshown implements Store.
func (m *Memory) Unshown(_ context.Context, before time.Time, n int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for id, since := range m.unshown {
		if !since.After(before) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return m.unshown[a].Compare(m.unshown[b]) })
	return ids[:min(n, len(ids))], nil
}

// Shown implements Store.
func (m *Memory) Shown(_ context.Context, run string, version int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := read[Run](m.runs, run)
	if err != nil || r.Version != version {
		return ErrConflict
	}
	delete(m.unshown, run)
	return nil
}

// Lease implements Store.
func (m *Memory) Lease(_ context.Context, run, owner string, ttl time.Duration) (Lease, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if held, ok := m.leases[run]; ok && m.now().Before(held.until) {
		return Lease{}, ErrHeld
	}
	m.fence++
	l := Lease{Run: run, Owner: owner, Fence: m.fence}
	m.leases[run] = memoryLease{l, m.now().Add(ttl)}
	return l, nil
}

func (m *Memory) holds(run string, fence int64) bool {
	held, ok := m.leases[run]
	return ok && held.Fence == fence
}

// Renew implements Store.
func (m *Memory) Renew(_ context.Context, l Lease, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.holds(l.Run, l.Fence) {
		return ErrFenced
	}
	m.leases[l.Run] = memoryLease{l, m.now().Add(ttl)}
	return nil
}

// Release implements Store.
func (m *Memory) Release(_ context.Context, l Lease) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.holds(l.Run, l.Fence) {
		return ErrFenced
	}
	delete(m.leases, l.Run)
	return nil
}

// Lock implements Store.
func (m *Memory) Lock(_ context.Context, run string, names []string) ([]Holder, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var held []Holder
	for _, name := range names {
		if h, ok := m.locks[name]; ok && h.Run != run {
			held = append(held, h)
		}
	}
	if len(held) > 0 {
		return held, ErrHeld
	}
	for _, name := range names {
		m.locks[name] = Holder{Lock: name, Run: run, Since: m.now()}
	}
	return nil, nil
}

// Unlock implements Store.
func (m *Memory) Unlock(_ context.Context, run string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.locks, func(_ string, h Holder) bool { return h.Run == run })
	return nil
}

// BreakLock implements Store.
func (m *Memory) BreakLock(_ context.Context, mark Mark, lock, run string, entry Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.marks[mark]:
		return ErrSeen
	case m.locks[lock].Run != run:
		return ErrNotFound
	}
	delete(m.locks, lock)
	m.mark(Move{Mark: mark, Entries: []Entry{entry}})
	return nil
}

// Append implements Store.
func (m *Memory) Append(_ context.Context, mark Mark, entries ...Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.marks[mark] {
		return ErrSeen
	}
	m.mark(Move{Mark: mark, Entries: entries})
	return nil
}

// Seen implements Store.
func (m *Memory) Seen(_ context.Context, mark Mark) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.marks[mark], nil
}

// PutSecret implements Store.
func (m *Memory) PutSecret(_ context.Context, scope, name, secret string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.secrets[scope] == nil {
		m.secrets[scope] = map[string]string{}
	}
	m.secrets[scope][name] = secret
	return nil
}

// Secret implements Store.
func (m *Memory) Secret(_ context.Context, scope, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	secret, ok := m.secrets[scope][name]
	if !ok {
		return "", ErrNotFound
	}
	return secret, nil
}

// DropSecrets implements Store.
func (m *Memory) DropSecrets(_ context.Context, scope string, names ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		delete(m.secrets[scope], name)
	}
	return nil
}

// Epoch implements Store. Memory never fails over.
func (m *Memory) Epoch(context.Context) (string, error) { return "memory", nil }

func read[T any](from map[string][]byte, id string) (*T, error) {
	raw, ok := from[id]
	if !ok {
		return nil, ErrNotFound
	}
	v := new(T)
	return v, json.Unmarshal(raw, v)
}

func write(to map[string][]byte, id string, v any) error {
	raw, err := json.Marshal(v)
	if err == nil {
		to[id] = raw
	}
	return err
}
