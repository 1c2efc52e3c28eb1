package store_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/alerts"
	"registrar/store"
	"registrar/store/storetest"
)

// TestEveryErrorOnceWhileReplicasDie writes 1,000 rows about 300 people to a
// log, out of order and many of them minutes late, while three replicas read it
// and die at random: before or after any of their writes, and between posting a
// message and recording it. In the end each person has one alert with all of
// their rows, and each alert or its digest one message.
func TestEveryErrorOnceWhileReplicasDie(t *testing.T) {
	for _, crowd := range []int{5, 60} { // how many rows become visible each minute
		t.Run(fmt.Sprint(crowd, " a minute"), func(t *testing.T) {
			t.Parallel()
			newSiege(t, crowd).run()
		})
	}
}

const (
	siegeRows   = 1000
	siegePeople = 300
)

// siege is the log, the channel, and three replicas on one Redis.
type siege struct {
	t       *testing.T
	redis   *miniredis.Miniredis
	now     time.Time
	rows    []alerts.Row
	visible []time.Time // when each row is committed

	mu       sync.Mutex
	rand     *rand.Rand
	calm     bool
	deaths   int
	messages map[string]int // by face
}

func newSiege(t *testing.T, crowd int) *siege {
	s := &siege{t: t, redis: miniredis.RunT(t), now: storetest.Now(), rand: rand.New(rand.NewPCG(7, uint64(crowd))), messages: map[string]int{}}
	people := s.rand.Perm(siegeRows)
	for i := range siegeRows {
		// Written at one time, seen up to six minutes later.
		at := s.now.Add(time.Duration(i/crowd)*time.Minute + s.upTo(time.Minute))
		who := people[i] % siegePeople
		row := alerts.Row{ID: fmt.Sprint("row", i), At: at, Contact: fmt.Sprint("003", who), Email: fmt.Sprintf("p%d@x.edu", who)}
		if s.rand.IntN(3) == 0 {
			row.Contact = "" // some rows do not refer to it
		}
		s.rows = append(s.rows, row)
		late := time.Duration(0)
		if s.rand.IntN(3) == 0 {
			late = s.upTo(6 * time.Minute)
		}
		s.visible = append(s.visible, at.Add(late))
	}
	return s
}

func (s *siege) upTo(d time.Duration) time.Duration { return time.Duration(s.rand.Int64N(int64(d))) }

// run goes on until the log is read to its end, and then a little without any
// deaths: what is to be said is said by then.
func (s *siege) run() {
	end := slices.MaxFunc(s.visible, time.Time.Compare)
	for !s.now.After(end) {
		s.minute()
	}
	s.calm = true
	for range 40 {
		s.minute()
	}
	s.judge()
}

// minute has all three replicas poll and reconcile at once.
func (s *siege) minute() {
	s.now = s.now.Add(time.Minute)
	s.redis.SetTime(s.now)
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() { s.live(fmt.Sprint("replica ", i)) })
	}
	all.Wait()
}

// live is one minute of a replica. It is over when the replica dies.
func (s *siege) live(owner string) {
	at := "redis://" + s.redis.Addr()
	kept, err := store.Open(s.t.Context(), store.Config{URL: at, SecretKey: secretKey, Now: func() time.Time { return s.now }})
	if err != nil {
		s.t.Error(err)
		return
	}
	defer kept.Close()
	ctx, die := context.WithCancel(s.t.Context())
	defer die()
	p := &doomed{Alerts: kept.Alerts(), s: s, store: kept, owner: owner, die: die}
	if !s.calm && s.chance(2) {
		p.left = 1 + s.chanceOf(12)
	}
	desk := &alerts.Desk{
		Store: p, Every: time.Minute, Owner: owner, Now: func() time.Time { return s.now }, Log: slog.New(slog.DiscardHandler),
		Rows:        s.read,
		Explain:     func(context.Context, *alerts.Alert) (alerts.Cause, error) { return alerts.Cause{}, ctx.Err() },
		Live:        func(context.Context, *alerts.Alert) (string, error) { return "", ctx.Err() },
		Watch:       func(ctx context.Context, a *alerts.Alert) { p.show(ctx, a.ID, a.Version) },
		WatchDigest: func(ctx context.Context, d *alerts.Digest) { p.show(ctx, d.ID, d.Version) },
	}
	_, err = desk.Poll(ctx)
	if err == nil {
		err = desk.Reconcile(ctx)
	}
	if err != nil && ctx.Err() == nil {
		s.t.Error(err)
	}
}

// read gives what is visible, in no order.
func (s *siege) read(ctx context.Context, since time.Time) ([]alerts.Row, error) {
	var found []alerts.Row
	for i, r := range s.rows {
		if !s.visible[i].After(s.now) && !r.At.Before(since) {
			found = append(found, r)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rand.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	return found, ctx.Err()
}

func (s *siege) chanceOf(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.IntN(n)
}

func (s *siege) chance(oneIn int) bool { return s.chanceOf(oneIn) == 0 }

func (s *siege) judge() {
	s.t.Helper()
	kept := openAt(s.t, "redis://"+s.redis.Addr())
	rows, persons, faces := 0, map[string]bool{}, map[string]bool{}
	page, err := kept.Alerts().List(s.t.Context(), alerts.Query{Limit: siegeRows})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range page.Alerts {
		rows, persons[a.Email], faces[a.Face()] = rows+a.Rows, true, true
	}
	if len(page.Alerts) != siegePeople || len(persons) != siegePeople || rows != siegeRows {
		s.t.Errorf("%d alerts of %d people with %d rows, want %d, %d, %d", len(page.Alerts), len(persons), rows, siegePeople, siegePeople, siegeRows)
	}
	for face := range faces {
		if s.messages[face] != 1 {
			s.t.Errorf("%s has %d messages, want 1", face, s.messages[face])
		}
	}
	if len(s.messages) != len(faces) {
		s.t.Errorf("%d messages for %d faces", len(s.messages), len(faces))
	}
	if err := kept.Verify(s.t.Context(), ""); err != nil {
		s.t.Error(err)
	}
	s.t.Logf("%d messages; replicas died %d times", len(faces), s.deaths)
	if s.deaths < 5 {
		s.t.Errorf("replicas died only %d times", s.deaths)
	}
}

// doomed is one process on the store. It dies of one of its writes, which lands
// or does not. Now and then it polls when it is not its turn.
type doomed struct {
	store.Alerts
	s     *siege
	store *store.Store
	owner string
	left  int // writes until it dies; 0: it lives
	die   func()
}

// write does a write, unless the process dies before, or is dead.
func (p *doomed) write(ctx context.Context, do func() error) error {
	if ctx.Err() != nil {
		return errDead
	}
	p.left--
	dies := p.left == 0
	if dies {
		p.s.mu.Lock()
		p.s.deaths++
		p.s.mu.Unlock()
		defer p.die()
		if p.s.chance(2) {
			return errDead
		}
	}
	err := do()
	if dies {
		return errDead
	}
	return err
}

func (p *doomed) BeginPoll(ctx context.Context, owner string, every, life time.Duration) (alerts.Turn, error) {
	turn, err := p.Alerts.BeginPoll(ctx, owner, every, life)
	if err == nil && !turn.Mine && p.s.chance(5) {
		turn.Mine = true // as one that was silent for longer than its turn
	}
	return turn, err
}

func (p *doomed) Save(ctx context.Context, c alerts.Change) error {
	return p.write(ctx, func() error { return p.Alerts.Save(ctx, c) })
}

func (p *doomed) EndPoll(ctx context.Context, owner string, cursor time.Time, read bool) error {
	return p.write(ctx, func() error { return p.Alerts.EndPoll(ctx, owner, cursor, read) })
}

// show posts a face as the bot does: claim, look for it where another may have
// posted it, post, record. It may die at each of these.
func (p *doomed) show(ctx context.Context, face string, version int64) {
	var claimed, unsure bool
	steps := []func() error{
		func() error {
			post, mine, err := p.store.ClaimPost(ctx, face, "card", p.owner)
			claimed, unsure = mine, post.Unsure
			return err
		},
		func() error {
			p.s.mu.Lock()
			defer p.s.mu.Unlock()
			if claimed && (!unsure || p.s.messages[face] == 0) {
				p.s.messages[face]++
			}
			return nil
		},
		func() error {
			if !claimed {
				return nil
			}
			return p.store.Posted(ctx, face, "card", "C1", "1.1")
		},
		func() error { return ignoreConflict(p.Alerts.Shown(ctx, face, version)) },
	}
	for _, step := range steps {
		if err := p.write(ctx, step); err != nil {
			return
		}
	}
}

func ignoreConflict(err error) error {
	if errors.Is(err, alerts.ErrConflict) {
		return nil
	}
	return err
}
