package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"registrar/bot/engine"
)

var errDead = errors.New("the process is dead")

// process is one process on a replica's store. After a number of writes it is
// dead, and nobody hears of it again; the last write may or may not land. One of
// its writes under a lease may find that the lease was lost.
type process struct {
	engine.Store
	w     *replicas
	other engine.Store
	lands bool

	mu    sync.Mutex
	left  int // writes until it dies
	theft int // writes under the lease until it is stolen; 0: never
	lease engine.Lease
}

func newProcess(w *replicas, m move) *process {
	return &process{Store: w.stores[m.on], other: w.stores[1-m.on], w: w, left: m.life, lands: m.lands, theft: m.theft}
}

// step counts a write.
func (p *process) step(fenced bool) (dead, last, stolen bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left <= 0 {
		return true, false, false
	}
	p.left--
	if fenced && p.theft > 0 {
		p.theft--
		stolen = p.theft == 0
	}
	return false, p.left == 0, stolen
}

func (p *process) dead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left <= 0
}

func (p *process) Save(ctx context.Context, m engine.Move) error {
	dead, last, stolen := p.step(m.Fence != 0)
	if dead || last && !p.lands {
		return errDead
	}
	stolen = stolen && p.steal(ctx)
	err := p.Store.Save(ctx, m)
	if err == nil && stolen {
		p.w.fail("a write under a lost lease was stored")
	}
	if err == nil {
		p.w.seen.saved(m)
	}
	if last {
		return errDead
	}
	return err
}

// steal has another process hold the lease for a moment.
func (p *process) steal(ctx context.Context) bool {
	if p.other.Release(ctx, p.lease) != nil {
		return false
	}
	thief, err := p.other.Lease(ctx, p.lease.Run, "thief", wait)
	if errors.Is(err, engine.ErrHeld) {
		return true // somebody was faster
	}
	return err == nil && p.other.Release(ctx, thief) == nil
}

func (p *process) Run(ctx context.Context, id string) (*engine.Run, error) {
	if p.dead() {
		return nil, errDead
	}
	return p.Store.Run(ctx, id)
}

func (p *process) Release(ctx context.Context, l engine.Lease) error {
	if p.dead() {
		p.w.mu.Lock()
		defer p.w.mu.Unlock()
		p.w.leases = append(p.w.leases, l)
		return errDead
	}
	return p.Store.Release(ctx, l)
}

// Lease remembers the lease, for the thief.
func (p *process) Lease(ctx context.Context, run, owner string, ttl time.Duration) (engine.Lease, error) {
	l, err := p.Store.Lease(ctx, run, owner, ttl)
	p.lease = l
	return l, err
}

// buryTheDead lets the leases of dead processes run out.
func (w *replicas) buryTheDead(rt *rapid.T) {
	ctx, cancel := testContext()
	defer cancel()
	for _, l := range w.leases {
		if err := w.stores[0].Release(ctx, l); err != nil && !errors.Is(err, engine.ErrFenced) {
			rt.Fatal(err)
		}
	}
	w.leases = nil
}

// force writes a decision past the engine's own checks, as a careless release
// might, where only the script's gate stands in the way.
func (w *replicas) force(ctx context.Context, now *engine.Run, m move) {
	late := !w.clock.time().Before(now.Expires)
	if now.Status == engine.AwaitingApproval && !late && !isSelf(m.who) && !decided(now, m.who) {
		return // the gate would be right to let it through
	}
	r := *now
	r.Status = engine.Approved
	r.Decisions = append(slices.Clone(r.Decisions), engine.Decision{By: m.who, At: w.clock.time(), Approved: true, Hash: r.Hash})
	gate := &engine.Gate{From: engine.AwaitingApproval, Hash: r.Hash, Decider: m.who.ID, Deadline: r.Expires}
	if err := w.stores[m.on].Save(ctx, engine.Move{Run: &r, Gate: gate}); err == nil {
		w.fail("the script let %s decide on a run that was %s, late: %t", m.who.ID, now.Status, late)
	}
}
