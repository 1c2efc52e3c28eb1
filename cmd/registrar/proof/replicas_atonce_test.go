package proof

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
)

// clash is two people, or one, doing something on two replicas at the same time.
type clash struct {
	name string
	deed deed
	// a and b are done at once: who presses what.
	a, b [2]string
	// rest goes on after that to the run's end.
	rest      func(ctx context.Context, k *talk, subject string) error
	approvals int // that are to be in the trail of each
	told      int // how many of the two are told that they came too late
	either    bool
}

func clashes() []clash {
	ana, ada := [2]string{registrartest.Ana, "Approve"}, [2]string{registrartest.Ada, "Approve"}
	done := func(ctx context.Context, k *talk, subject string) error { return k.ends(ctx, subject, ": done.") }
	return []clash{
		{name: "two approvers at once, one is needed", deed: makesGroup(), a: ana, b: ada, rest: done, approvals: 1, told: 1},
		{name: "two approvers at once, both are needed", deed: merges(), a: ana, b: ada, rest: done, approvals: 2},
		{name: "one approver twice at once, two are needed", deed: merges(), a: ana, b: ana, approvals: 2, told: 1,
			rest: func(ctx context.Context, k *talk, subject string) error {
				if err := k.press(ctx, registrartest.Ada, subject, "Approve", "Waiting for one approval"); err != nil {
					return err
				}
				return done(ctx, k, subject)
			}},
		{name: "approved and cancelled at once", deed: makesGroup(), a: ana, b: [2]string{"", "Cancel run"}, either: true,
			rest: func(ctx context.Context, k *talk, subject string) error {
				return k.until(ctx, "the end of "+subject, func() bool {
					cards := k.cards(subject)
					return len(cards) == 1 && (strings.HasSuffix(cards[0].Text, ": done.") || strings.HasSuffix(cards[0].Text, ": cancelled."))
				})
			}},
	}
}

// collide has each clash happen some times, and adds a row for each.
func (c *crew) collide(t *testing.T, staff []string, from int, rows *table) (runs int) {
	times := 3
	if *full {
		times = 40
	}
	for _, clash := range clashes() {
		before, told, wrong := c.trail(), c.told(), 0
		results := make(chan error, times)
		var pairs sync.WaitGroup
		var unpressed atomic.Int64
		for worker := range 3 {
			pairs.Go(func() {
				for i := worker; i < times; i += 3 {
					k := &talk{crew: c, who: staff[2*worker], mate: staff[2*worker+1], plan: [][]string{{crewNames[i%3]}, {crewNames[(i+1)%3]}, {crewNames[(i+2)%3]}}}
					ctx, cancel := context.WithTimeout(t.Context(), crewPatience)
					results <- c.clash(ctx, k, clash, clash.deed.seed(c, from+runs+i), &unpressed)
					cancel()
				}
			})
		}
		pairs.Wait()
		close(results)
		for err := range results {
			if err != nil {
				t.Errorf("%s: %v", clash.name, err)
				wrong++
			}
		}
		runs += times
		late := clash.told*times - int(unpressed.Load())
		if !clash.either {
			c.Wait(clash.name+": who came too late is told", func() bool { return c.told()-told >= late })
		}
		approvals := counted(c.trail(), `"run.approve"`) - counted(before, `"run.approve"`)
		if !clash.either && (approvals != clash.approvals*times || c.told()-told != late) {
			t.Errorf("%s: %d approvals in %d runs, and %d were told that they came too late", clash.name, approvals, times, c.told()-told)
			wrong++
		}
		rows.add(clash.deed.action, clash.name, times, "-", times-wrong, wrong)
	}
	return runs
}

// told is how often people were told something that nobody else saw.
func (c *crew) told() int {
	n := 0
	for _, u := range c.Slack.Snapshot().Users {
		n += len(c.Slack.Ephemerals(u.ID))
	}
	return n
}

// clash has two people press at once, and follows the run to its end. It counts
// whoever was so slow that the card had no such button any more.
func (c *crew) clash(ctx context.Context, k *talk, clash clash, subject string, unpressed *atomic.Int64) error {
	forms := map[string]any{"Reason": "ticket", "Add the people who were waiting?": "Yes, add them"}
	command := "/create-group " + subject
	if clash.deed.action == "merge-users" {
		command = "/merge-users " + subject + " " + goneOf(subject) + " delete"
	}
	if err := k.ask(ctx, command, forms); err != nil {
		return err
	}
	var card slacktest.Message
	if err := k.button(ctx, subject, clash.a[1], &card); err != nil {
		return err
	}
	var both sync.WaitGroup
	errs := make(chan error, 2)
	for _, press := range [][2]string{clash.a, clash.b} {
		who := press[0]
		if who == "" {
			who = k.who
		}
		hand := k.hand(who)
		both.Go(func() {
			_, err := hand.Click(ctx, card, press[1])
			switch {
			case err != nil && strings.Contains(err.Error(), "there is no"):
				unpressed.Add(1)
			case err != nil:
				errs <- fmt.Errorf("%s: %w", press[1], err)
			}
		})
	}
	both.Wait()
	close(errs)
	for err := range errs {
		return err
	}
	if err := clash.rest(ctx, k, subject); err != nil {
		return err
	}
	cards := c.cards(subject)
	if len(cards) != 1 {
		return fmt.Errorf("%d cards about %s", len(cards), subject)
	}
	once := clash.deed.once(c, subject)
	if strings.HasSuffix(cards[0].Text, ": cancelled.") {
		if once == nil {
			return fmt.Errorf("%s: cancelled, and yet it was done", subject)
		}
		return nil
	}
	return once
}

// homes opens Home and presses its button by way of every replica, while a run
// waits and when it is over: all show the same.
func (c *crew) homes(t *testing.T, staff []string, from int, rows *table) (runs int) {
	ctx, cancel := context.WithTimeout(t.Context(), crewPatience)
	defer cancel()
	d := makesGroup()
	subject, wrong, opened := d.seed(c, from), 0, 0
	k := &talk{crew: c, who: staff[0], mate: staff[1], plan: [][]string{{"a"}, {"b"}, {"c"}}}
	if err := k.ask(ctx, "/create-group "+subject, map[string]any{"Reason": "ticket", "Add the people who were waiting?": "Yes, add them"}); err != nil {
		t.Fatal(err)
	}
	shows := func(waits bool) {
		for i, name := range crewNames {
			ana := c.Slack.Person(registrartest.Ana)
			if _, err := ana.Via(tokenOf(name)).OpenHome(ctx); err != nil {
				t.Errorf("Home by way of %s: %v", name, err)
				wrong++
			}
			opened++
			if err := k.until(ctx, "Home by way of "+name, func() bool {
				v := ana.Home()
				return v != nil && strings.Contains(string(v.Blocks), subject) == waits
			}); err != nil {
				t.Error(err)
				wrong++
				continue
			}
			if _, err := ana.Via(tokenOf(crewNames[(i+1)%3])).Click(ctx, ana.Home(), "Refresh"); err != nil {
				t.Error(err)
				wrong++
			}
			opened++
		}
	}
	shows(true)
	if err := k.press(ctx, registrartest.Ana, subject, "Approve"); err != nil {
		t.Fatal(err)
	}
	if err := k.ends(ctx, subject, ": done."); err != nil {
		t.Fatal(err)
	}
	shows(false)
	rows.add("Home", "opened by one, pressed on another", 1, opened, opened-wrong, wrong)
	return 1
}
