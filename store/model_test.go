package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"pgregory.net/rapid"

	"registrar/bot/engine"
	"registrar/store/storetest"
)

// Whatever is done in whatever order, the store on Redis answers as the one in
// memory does, which is short enough to be read and believed.
func TestStoreIsLikeMemory(t *testing.T) {
	m := miniredis.RunT(t)
	s := openAt(t, "redis://"+m.Addr())
	rapid.Check(t, func(rt *rapid.T) {
		m.FlushAll()
		p := &pair{t: t, rt: rt, redis: s, memory: engine.NewMemory(storetest.Now)}
		for i := range 2 {
			id := fmt.Sprint("r", i)
			storetest.Submitted(t, p.redis, id)
			storetest.Submitted(t, p.memory, id)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"save":  p.save,
			"lease": p.lease,
			"renew": p.renew,
			"lock":  p.lock,
			"look":  p.look,
			"show":  p.show,
			"":      p.same,
		})
		if err := s.Verify(t.Context(), ""); err != nil {
			rt.Fatal(err)
		}
	})
}

// pair does everything twice.
type pair struct {
	t      *testing.T
	rt     *rapid.T
	redis  engine.Store
	memory engine.Store
	stale  []*engine.Run // loaded some time ago
	leases []twins
}

// twins are one lease in both stores, whose fences need not be the same number.
type twins struct{ redis, memory engine.Lease }

var verdicts = []error{engine.ErrNotFound, engine.ErrConflict, engine.ErrSeen, engine.ErrHeld, engine.ErrFenced, engine.ErrRefused}

func (p *pair) agree(rt *rapid.T, what string, redis, memory error) {
	class := func(err error) int {
		return slices.IndexFunc(verdicts, func(v error) bool { return errors.Is(err, v) })
	}
	if (redis == nil) != (memory == nil) || class(redis) != class(memory) {
		rt.Fatalf("%s: on Redis %v, in memory %v", what, redis, memory)
	}
}

func (p *pair) run(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"r0", "r1"}).Draw(rt, "run")
}

func (p *pair) save(rt *rapid.T) {
	r, err := p.memory.Run(p.t.Context(), p.run(rt))
	if err != nil {
		rt.Fatal(err)
	}
	p.stale = append(p.stale, r)
	if rapid.IntRange(0, 3).Draw(rt, "stale") == 0 {
		r = rapid.SampledFrom(p.stale).Draw(rt, "loaded before")
	}
	move := engine.Move{Mark: engine.Mark(rapid.SampledFrom([]string{"", "", "m1", "m2", "m3"}).Draw(rt, "mark"))}
	next := *r
	next.Status = rapid.SampledFrom([]engine.Status{r.Status, engine.Approved, engine.AwaitingApproval}).Draw(rt, "status")
	next.Wake = rapid.SampledFrom([]time.Time{{}, storetest.Now(), storetest.Now().Add(time.Minute)}).Draw(rt, "wake")
	if rapid.Bool().Draw(rt, "decides") {
		by := rapid.SampledFrom([]string{"U1", "U2", "U3"}).Draw(rt, "decider")
		next.Decisions = append(slices.Clone(r.Decisions), engine.Decision{By: engine.Person{ID: by}, Approved: true, Hash: r.Hash})
		late := rapid.SampledFrom([]time.Duration{time.Hour, time.Hour, -time.Hour}).Draw(rt, "deadline")
		move.Gate = &engine.Gate{From: engine.AwaitingApproval, Hash: r.Hash, Decider: by, Deadline: storetest.Now().Add(late)}
	}
	move.Entries = []engine.Entry{storetest.Entry("run.moved", r.ID)}[:rapid.IntRange(0, 1).Draw(rt, "entries")]
	onRedis, inMemory := move, move
	a, b := next, next
	onRedis.Run, inMemory.Run = &a, &b
	if own := p.leasesOf(r.ID); len(own) > 0 && rapid.Bool().Draw(rt, "under a lease") {
		l := rapid.SampledFrom(own).Draw(rt, "lease")
		onRedis.Fence, inMemory.Fence = l.redis.Fence, l.memory.Fence
	}
	p.agree(rt, "Save", p.redis.Save(p.t.Context(), onRedis), p.memory.Save(p.t.Context(), inMemory))
	if a.Version != b.Version {
		rt.Fatalf("Save leaves version %d on Redis, %d in memory", a.Version, b.Version)
	}
}

func (p *pair) leasesOf(run string) []twins {
	var own []twins
	for _, l := range p.leases {
		if l.redis.Run == run {
			own = append(own, l)
		}
	}
	return own
}

func (p *pair) lease(rt *rapid.T) {
	run := p.run(rt)
	a, errA := p.redis.Lease(p.t.Context(), run, "a", time.Minute)
	b, errB := p.memory.Lease(p.t.Context(), run, "a", time.Minute)
	p.agree(rt, "Lease", errA, errB)
	if errA == nil {
		p.leases = append(p.leases, twins{a, b})
	}
}

func (p *pair) renew(rt *rapid.T) {
	if len(p.leases) == 0 {
		rt.Skip("no lease yet")
	}
	l := rapid.SampledFrom(p.leases).Draw(rt, "lease")
	if rapid.Bool().Draw(rt, "release") {
		p.agree(rt, "Release", p.redis.Release(p.t.Context(), l.redis), p.memory.Release(p.t.Context(), l.memory))
		return
	}
	p.agree(rt, "Renew", p.redis.Renew(p.t.Context(), l.redis, time.Minute), p.memory.Renew(p.t.Context(), l.memory, time.Minute))
}

func (p *pair) lock(rt *rapid.T) {
	run := p.run(rt)
	if rapid.IntRange(0, 3).Draw(rt, "unlock") == 0 {
		p.agree(rt, "Unlock", p.redis.Unlock(p.t.Context(), run), p.memory.Unlock(p.t.Context(), run))
		return
	}
	names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"user 1", "user 2", "group 3"}), 1, 3, rapid.ID).Draw(rt, "locks")
	a, errA := p.redis.Lock(p.t.Context(), run, names)
	b, errB := p.memory.Lock(p.t.Context(), run, names)
	p.agree(rt, "Lock", errA, errB)
	if !slices.Equal(a, b) {
		rt.Fatalf("holders of %v: on Redis %v, in memory %v", names, a, b)
	}
}

func (p *pair) look(rt *rapid.T) {
	mark := engine.Mark(rapid.SampledFrom([]string{"m1", "m2", "m4"}).Draw(rt, "mark"))
	p.agree(rt, "Append", p.redis.Append(p.t.Context(), mark, storetest.Entry("lookup", "")),
		p.memory.Append(p.t.Context(), mark, storetest.Entry("lookup", "")))
}

func (p *pair) show(rt *rapid.T) {
	run, version := p.run(rt), rapid.Int64Range(1, 6).Draw(rt, "version")
	p.agree(rt, "Shown", p.redis.Shown(p.t.Context(), run, version), p.memory.Shown(p.t.Context(), run, version))
}

// same compares what both stores hold, after every step.
func (p *pair) same(rt *rapid.T) {
	state := func(s engine.Store) string {
		var all []any
		for _, id := range []string{"r0", "r1"} {
			r, err := s.Run(p.t.Context(), id)
			all = append(all, r, err)
		}
		due, errDue := s.Due(p.t.Context(), storetest.Now(), 10)
		unshown, errUnshown := s.Unshown(p.t.Context(), storetest.Now(), 10)
		// Of the same moment, either may come first.
		slices.Sort(due)
		slices.Sort(unshown)
		all = append(all, fmt.Sprint(due, errDue, unshown, errUnshown))
		raw, err := json.Marshal(all)
		if err != nil {
			rt.Fatal(err)
		}
		return string(raw)
	}
	if redis, memory := state(p.redis), state(p.memory); redis != memory {
		rt.Fatalf("on Redis\n%s\nin memory\n%s", redis, memory)
	}
}
