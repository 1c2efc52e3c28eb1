package handlers

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// zonesPerStep keeps the journal of a backfill of hundreds short, and what a
// step leaves to look at small.
const zonesPerStep = 20

// zonesAtOnce is how many accounts of a step are called about at a time.
// LearnUpon answers after a fifth of a second and more, so that one call after
// the other would leave some unused that it allows.
const zonesAtOnce = 4

// zoneSteps set those first who need not wait for the Flow.
func (d Deps) zoneSteps(t zoneTarget) []runbook.Step {
	held := slices.IndexFunc(t.People, func(c zoneChange) bool { return c.Flow != "" })
	if held < 0 {
		held = len(t.People)
	}
	var steps []runbook.Step
	add := func(people []zoneChange) {
		// A step is about one portal.
		for len(people) > 0 {
			n := 1
			for n < len(people) && n < zonesPerStep && people[n].Account.Portal == people[0].Account.Portal {
				n++
			}
			steps = append(steps, zoneBatch(people[:n]).step(len(steps)+1).step(d))
			people = people[n:]
		}
	}
	add(t.People[:held])
	if held < len(t.People) {
		steps = append(steps, d.waitForFlow(t.Until))
		add(t.People[held:])
	}
	return steps
}

// waitForFlow lets the Flow set its zone first: whatever is set before that, it
// overwrites.
func (d Deps) waitForFlow(until time.Time) runbook.Step {
	return runbook.Step{
		ID: "flow", Title: "Wait until the Flow in Salesforce has set its own zone", System: runbook.Salesforce,
		Wait: &runbook.Wait{Every: time.Minute, Until: 2 * flowDelay},
		Done: func(context.Context, runbook.Answers) (bool, error) { return !d.Now().Before(until), nil },
	}
}

// zoneBatch sets the zones of some accounts of one portal.
type zoneBatch []zoneChange

// users is what the portal holds of a batch, by number.
type users map[learnupon.ID]learnupon.User

func (b zoneBatch) step(n int) accountStep[users] {
	s := accountStep[users]{
		account: b[0].Account, id: fmt.Sprintf("zone-%d", n), title: "Set the time zone of " + b[0].Account.Email,
		read: b.read, write: b.write,
		holds: func(now users) bool {
			return !slices.ContainsFunc(b, func(c zoneChange) bool { return now[c.Account.ID].TimeZone != c.To })
		},
	}
	if len(b) > 1 {
		s.title = fmt.Sprintf("Set the time zone of %d people", len(b))
	}
	for _, c := range b {
		s.changes = append(s.changes, runbook.Change{Record: listed(c.Account.record(), c.Account.Email), Field: zoneField, From: c.From, To: c.To})
	}
	return s
}

func (b zoneBatch) read(ctx context.Context, c *learnupon.Client) (users, error) {
	found := make([]learnupon.User, len(b))
	err := b.each(func(i int, change zoneChange) (err error) {
		found[i], err = change.Account.userOf(ctx, c)
		return err
	})
	now := users{}
	for i, change := range b {
		now[change.Account.ID] = found[i]
	}
	return now, err
}

// write goes on past an account that is not as it was planned with, so that one
// person who chose a zone meanwhile does not hold up the others.
func (b zoneBatch) write(ctx context.Context, c *learnupon.Client, now users) (*users, error) {
	set, odd := make([]learnupon.User, len(b)), make([]error, len(b))
	err := b.each(func(i int, change zoneChange) (err error) {
		set[i] = now[change.Account.ID]
		if set[i].TimeZone == change.To {
			return nil
		}
		if odd[i] = change.unchanged(set[i]); odd[i] != nil {
			return nil
		}
		if set[i], err = c.UpdateUser(ctx, change.Account.ID, learnupon.UserUpdate{TimeZone: &change.To}); err != nil {
			return declined(err, fmt.Sprintf("So the time zone of %s is as before, and so may be that of others of this step and of those who come after. Set it on the record if LearnUpon takes it there; then run the command again for the rest.", change.Account.record()))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	then := users{}
	for i, change := range b {
		then[change.Account.ID] = set[i]
	}
	return &then, cmp.Or(odd...)
}

// each does something about every account, some at a time, and begins with no
// more once one has failed; what is under way is finished, because a write that
// is cut off is one in doubt. Of several errors it returns one of a write in
// doubt, if any is, and else the first. A panic goes on here, where whoever runs
// the step meets it.
func (b zoneBatch) each(do func(i int, change zoneChange) error) error {
	errs := make([]error, len(b))
	var next atomic.Int64
	var failed atomic.Bool
	var broken atomic.Pointer[string]
	var workers sync.WaitGroup
	for range zonesAtOnce {
		workers.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					failed.Store(true)
					told := fmt.Sprintf("%v\n%s", v, debug.Stack())
					broken.CompareAndSwap(nil, &told)
				}
			}()
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= len(b) {
					return
				}
				if errs[i] = do(i, b[i]); errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	workers.Wait()
	if told := broken.Load(); told != nil {
		panic(*told)
	}
	if i := slices.IndexFunc(errs, inDoubt); i >= 0 {
		return errs[i]
	}
	return cmp.Or(errs...)
}

// unchanged checks that the account is still the one that was planned with.
func (c zoneChange) unchanged(u learnupon.User) error {
	if err := c.Account.is(u, c.Account.Email); err != nil {
		return err
	}
	if u.TimeZone != c.From && (c.Flow == "" || u.TimeZone != c.Flow) {
		return &runbook.Mismatch{Record: c.Account.record(), Field: zoneField, Want: c.From, Got: u.TimeZone}
	}
	return nil
}
