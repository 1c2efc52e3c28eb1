package access

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

const (
	// refreshAfter is when an answer of Slack is asked for again; one that could
	// not be renewed is believed until maxAge. usergroups.users.list allows 20
	// calls a minute, for all replicas together.
	refreshAfter = 45 * time.Second
	maxAge       = 60 * time.Second
	// askTimeout leaves room for the decision itself before Slack's 3 seconds.
	askTimeout = time.Second
)

// People knows who is who and who is in which user group, from Slack, with
// answers at most a minute old. Use [NewPeople]; it may be used from any
// goroutine.
type People struct {
	members cache[[]string]
	users   cache[user]
}

type user struct {
	engine.Person
	gone bool // deactivated, or not a person
}

// NewPeople asks api. now is the clock the age of answers is measured by.
func NewPeople(api *slack.Client, now func() time.Time, log *slog.Logger) *People {
	return &People{
		members: newCache(now, log, func(ctx context.Context, id string) ([]string, error) {
			return api.GetUserGroupMembersContext(ctx, id)
		}),
		users: newCache(now, log, func(ctx context.Context, id string) (user, error) {
			u, err := api.GetUserInfoContext(ctx, id)
			if err != nil {
				return user{}, err
			}
			name := cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name)
			return user{Person: engine.Person{ID: u.ID, Name: name, Email: u.Profile.Email}, gone: u.Deleted || u.IsBot}, nil
		}),
	}
}

// Person is the active person with this Slack id. A deactivated person is
// refused, and so is everybody Slack cannot be asked about.
func (p *People) Person(ctx context.Context, id string) (engine.Person, error) {
	u, err := p.users.get(ctx, id)
	switch {
	case err != nil:
		return engine.Person{}, fmt.Errorf("users.info: %w", err)
	case u.gone:
		return engine.Person{}, runbook.Refuse("This Slack account is deactivated, so it may not do anything here.")
	}
	return u.Person, nil
}

// in reports whether the person is named by one of ids: themselves, or through
// a user group.
func (p *People) in(ctx context.Context, person string, ids []string) (bool, error) {
	if slices.Contains(ids, person) {
		return true, nil
	}
	for _, id := range ids {
		if id[0] != 'S' {
			continue
		}
		members, err := p.members.get(ctx, id)
		if err != nil {
			return false, fmt.Errorf("usergroups.users.list: %w", err)
		}
		if slices.Contains(members, person) {
			return true, nil
		}
	}
	return false, nil
}

// Members lists who a role's ids stand for, each person once.
func (p *People) Members(ctx context.Context, ids []string) ([]string, error) {
	var all []string
	for _, id := range ids {
		if id[0] != 'S' {
			all = append(all, id)
			continue
		}
		members, err := p.members.get(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("usergroups.users.list: %w", err)
		}
		all = append(all, members...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// cache keeps Slack's answers by id. One call is made at a time for each id.
type cache[T any] struct {
	now    func() time.Time
	log    *slog.Logger
	ask    func(ctx context.Context, id string) (T, error)
	flight *singleflight.Group
	mu     *sync.Mutex
	known  map[string]answer[T]
}

type answer[T any] struct {
	value T
	at    time.Time
}

func newCache[T any](now func() time.Time, log *slog.Logger, ask func(context.Context, string) (T, error)) cache[T] {
	return cache[T]{now: now, log: log, ask: ask, flight: new(singleflight.Group), mu: new(sync.Mutex), known: map[string]answer[T]{}}
}

func (c cache[T]) get(ctx context.Context, id string) (T, error) {
	last, ok := c.last(id)
	if ok && c.now().Sub(last.at) <= refreshAfter {
		return last.value, nil
	}
	asked := c.flight.DoChan(id, func() (any, error) {
		if a, ok := c.last(id); ok && c.now().Sub(a.at) <= refreshAfter {
			return a.value, nil // a flight that landed since
		}
		// Others wait for this answer too, so one caller's haste does not end it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
		defer cancel()
		at := c.now()
		value, err := c.ask(ctx, id)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.known[id] = answer[T]{value, at}
		return value, nil
	})
	var err error
	select {
	case r := <-asked:
		if r.Err == nil {
			return r.Val.(T), nil
		}
		err = r.Err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if ok && c.now().Sub(last.at) <= maxAge {
		c.log.WarnContext(ctx, "Slack did not answer; its last answer is still good", "id", id, "error", err)
		return last.value, nil
	}
	var none T
	return none, err
}

func (c cache[T]) last(id string) (answer[T], bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.known[id]
	return a, ok
}
