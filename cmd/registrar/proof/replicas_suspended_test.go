package proof

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/store/storetest"
)

// nap is where in a step a process is suspended, for longer than its lease.
type nap string

const (
	beforeWrite nap = "between the note that the step starts and the write"
	beforeDone  nap = "when the write was sent, before it is applied"
	beforeReply nap = "when the write was applied, before the reply"
)

// suspended suspends the replica that holds a run, in the middle of
// a step, until another has taken the run over and ended it, and wakes it up
// again: it must not write what another has, and nothing is done twice. Where
// nobody can know whether it was done, a person says so.
func suspended(t *testing.T, p registrartest.Program) {
	if !*full {
		t.Skip("a lease runs out in 30 s; in short, bot/engine has the same with a clock of its own (TestASuspendedProcessDoesNotWrite)")
	}
	rows := &table{title: "A replica suspended for longer than its lease", head: []string{"action", "suspended", "on the way", "writes", "wrong"}}
	for _, d := range []deed{makesGroup(), confirms()} {
		var all sync.WaitGroup
		for _, n := range []nap{beforeWrite, beforeDone, beforeReply} {
			all.Go(func() {
				b := &bed{crew: newCrew(t, p), deed: d, nap: n, asleep: make(chan struct{})}
				reviewed, err := b.play(t)
				wrong := 0
				if err == nil {
					err = b.once()
				}
				if err != nil {
					wrong = 1
					t.Errorf("%s, %s: %v\n%s", d.action, n, err, tailOf(b.replicas[b.sleeper].Log()))
				}
				rows.add(d.action, n, reviewed, b.writes(), wrong)
			})
		}
		all.Wait()
	}
	rows.print(t)
}

// bed is a crew one of whom is suspended.
type bed struct {
	*crew
	deed    deed
	nap     nap
	subject string

	falling sync.Mutex
	holder  string // who noted that it starts a step
	sleeper string
	asleep  chan struct{} // closed when somebody is
}

// suspend suspends whoever holds the run, once.
func (b *bed) suspend() {
	b.falling.Lock()
	defer b.falling.Unlock()
	if b.sleeper != "" || b.holder == "" {
		return
	}
	b.sleeper = b.holder
	b.replicas[b.sleeper].Pause()
	close(b.asleep)
}

// play has the conversation, until the one that was suspended is awake and has
// seen that it came too late.
func (b *bed) play(t *testing.T) (reviewed string, err error) {
	staff := b.staff(2)
	scripts := storetest.LoadScripts(t, b.redis.URL())
	for _, name := range crewNames {
		proxy := storetest.NewProxy(t, b.redis.URL())
		proxy.Hook(func(cmd storetest.Command) storetest.Fate {
			if scripts.Of(cmd) != "save" || !strings.Contains(strings.Join(cmd.Args, " "), `"step.started"`) {
				return storetest.Fate{}
			}
			return storetest.Fate{After: func() {
				b.falling.Lock()
				b.holder = name
				b.falling.Unlock()
				if b.nap == beforeWrite {
					b.suspend()
				}
			}}
		})
		b.join(name, map[string]string{"REDIS_URL": proxy.URL()})
	}
	b.LearnUpon.Around(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		writes := r.Method != http.MethodGet || strings.Contains(r.URL.Path, "confirm")
		if writes && b.nap == beforeDone {
			b.suspend()
		}
		next.ServeHTTP(w, r)
		if writes && b.nap == beforeReply {
			b.suspend()
		}
	})
	b.subject = b.deed.seed(b.crew, 1)
	b.LearnUpon.ResetCalls()
	k := &talk{crew: b.crew, who: staff[0], mate: staff[1], plan: [][]string{{"a"}, {"b"}, {"c"}}}
	ctx, cancel := context.WithTimeout(t.Context(), 2*crewPatience)
	defer cancel()
	played := make(chan error, 1)
	go func() { played <- b.deed.play(ctx, k, b.subject) }()
	select {
	case <-b.asleep:
	case err := <-played:
		return "", fmt.Errorf("nobody was suspended: %w", err)
	}
	others := slices.DeleteFunc(slices.Clone(crewNames), func(name string) bool { return name == b.sleeper })
	k.mu.Lock()
	k.plan = [][]string{{others[0]}, {others[1]}}
	k.mu.Unlock()
	reviewed, err = b.resolve(ctx, others, played)
	b.replicas[b.sleeper].Resume()
	if err != nil {
		return reviewed, err
	}
	// It is back when it answers again, and has seen what became of its run.
	for errors.Is(ctx.Err(), nil) {
		if _, err = b.Slack.Person(staff[0]).Via(tokenOf(b.sleeper)).Command(ctx, registrartest.Approvals, "/registrar"); err == nil {
			break
		}
		time.Sleep(time.Second)
	}
	for ctx.Err() == nil && !strings.Contains(b.replicas[b.sleeper].Log(), "visit failed") {
		time.Sleep(100 * time.Millisecond)
	}
	return reviewed, errors.Join(err, ctx.Err())
}

// resolve waits for the conversation's end. Where a review is asked for, an
// approver looks at the record and says what it shows.
func (b *bed) resolve(ctx context.Context, others []string, played <-chan error) (reviewed string, err error) {
	ana, reviewed := b.Slack.Person(registrartest.Ana).Via(tokenOf(others[0])), "went on by itself"
	for {
		select {
		case err := <-played:
			return reviewed, err
		case <-b.Slack.Changes():
		case <-ctx.Done():
			return reviewed, ctx.Err()
		}
		for _, card := range b.cards(b.subject) {
			button := "It did not happen"
			if b.deed.once(b.crew, b.subject) == nil {
				button = "It happened"
			}
			if _, err := ana.Click(ctx, card, button); err == nil {
				reviewed = "needs review: " + strings.ToLower(button[:1]) + button[1:]
			}
		}
	}
}

// writes is how often LearnUpon was asked for what may be done once.
func (b *bed) writes() int {
	return b.LearnUpon.Count("POST", "/groups") + b.LearnUpon.Count("GET", learnupontest.ConfirmationRoute)
}

// once says what was written twice, or shown wrongly.
func (b *bed) once() error {
	if err := b.deed.once(b.crew, b.subject); err != nil {
		return err
	}
	if n := b.writes(); n != 1 {
		return fmt.Errorf("written %d times", n)
	}
	if n := len(b.cards(b.subject)); n != 1 {
		return fmt.Errorf("%d cards", n)
	}
	b.trail()
	return b.Check()
}
