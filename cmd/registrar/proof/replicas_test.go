package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"registrar/cmd/registrar/registrartest"
)

var crewNames = []string{"a", "b", "c"}

// TestReplicas is about several processes on one Redis. Each part prints a table.
func TestReplicas(t *testing.T) {
	p := registrartest.Build(t)
	for name, part := range map[string]func(*testing.T, registrartest.Program){
		"AnyEnvelopeAnywhere": anyEnvelopeAnywhere, "RollingStop": rollingStop, "Suspended": suspended, "SharedBudget": sharedBudget,
		"LearnedByOne": learnedByOne,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t, p)
		})
	}
}

// anyEnvelopeAnywhere has three processes on one Redis, and each
// thing a person does in a conversation goes to another of them: the command,
// the forms, the presses. Nothing is done twice, every press is answered, and
// there is one card.
func anyEnvelopeAnywhere(t *testing.T, p registrartest.Program) {
	c := newCrew(t, p)
	free := unlimited(c.World)
	staff := c.staff(24)
	for _, name := range crewNames {
		c.join(name, free)
	}
	rows := &table{title: "Any envelope on any of three replicas", head: []string{"action", "delivered", "conversations", "envelopes", "done", "wrong"}}
	total := 0
	var acting sync.WaitGroup
	for i, d := range deeds() {
		first, own := total, staff[8*i:8*i+8]
		for _, s := range spreads() {
			total += len(s.plans(d))
		}
		acting.Go(func() {
			for _, s := range spreads() {
				plans := s.plans(d)
				wrong := c.hold(t, d, own, first, plans)
				first += len(plans)
				rows.add(d.action, s.name, len(plans), len(plans)*d.envelopes, len(plans)-wrong, wrong)
			}
		})
	}
	acting.Wait()
	for _, person := range append(staff, registrartest.Ana, registrartest.Ada) {
		for _, m := range c.Slack.Ephemerals(person) {
			t.Errorf("%s was told: %s %s", person, m.Text, m.Blocks)
		}
	}
	total += c.homes(t, staff, total, rows)
	total += c.collide(t, staff, total, rows)
	if lost := c.unanswered(); len(lost) > 0 {
		t.Errorf("not answered: %v", lost)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	if n := counted(c.trail(), `"run.requested"`); n != total {
		t.Errorf("%d requests in the trail, want %d", n, total)
	}
	rows.print(t)
}

// spread is how the envelopes of a conversation are dealt out.
type spread struct {
	name  string
	plans func(d deed) [][][]string // for each conversation, for each envelope: which replicas
}

func spreads() []spread {
	return []spread{
		{"each to one", func(d deed) [][][]string { return plans(d, 1) }},
		{"each to two at once", func(d deed) [][][]string { return plans(d, 2) }},
	}
}

// plans are ways to deal out a conversation's envelopes. In short, every
// neighbouring two go from each replica to each other at least once; in full, all
// the ways where there are not too many, or a sample.
func plans(d deed, copies int) (all [][][]string) {
	const most = 243 // 3^5
	ways := 1
	for range d.envelopes {
		ways *= len(crewNames)
	}
	deal := func(way int) (plan [][]string) {
		for i := range d.envelopes {
			first := way % len(crewNames)
			way /= len(crewNames)
			to := []string{crewNames[first]}
			if copies == 2 {
				to = append(to, crewNames[(first+1+i%2)%len(crewNames)])
			}
			plan = append(plan, to)
		}
		return plan
	}
	switch {
	case !*full:
		// Strides 0, 1 and 2 from each start: nine ordered pairs of neighbours.
		for start := range len(crewNames) {
			for stride := range len(crewNames) {
				way, base := 0, 1
				for i := range d.envelopes {
					way += (start + i*stride) % len(crewNames) * base
					base *= len(crewNames)
				}
				all = append(all, deal(way))
			}
			if copies == 2 {
				break
			}
		}
	case copies == 1 && ways <= most:
		for way := range ways {
			all = append(all, deal(way))
		}
	default:
		sample := rand.New(rand.NewPCG(1, uint64(copies)))
		for range 81 {
			all = append(all, deal(sample.IntN(ways)))
		}
	}
	return all
}

// hold has a conversation for each plan, as many at once as there are people,
// and returns how many went wrong.
func (c *crew) hold(t *testing.T, d deed, staff []string, from int, plans [][][]string) (wrong int) {
	t.Helper()
	type turn struct {
		subject string
		plan    [][]string
	}
	turns := make(chan turn, len(plans))
	for i, plan := range plans {
		turns <- turn{d.seed(c, from+i), plan}
	}
	close(turns)
	var mu sync.Mutex
	var people sync.WaitGroup
	for i := 0; i+1 < len(staff); i += 2 {
		people.Go(func() {
			for turn := range turns {
				ctx, cancel := context.WithTimeout(t.Context(), crewPatience)
				k := &talk{crew: c, who: staff[i], mate: staff[i+1], plan: turn.plan}
				err := c.held(ctx, k, d, turn.subject)
				cancel()
				if err != nil {
					t.Errorf("%s, %s over %s: %v", d.action, turn.subject, dealt(turn.plan), err)
					mu.Lock()
					if wrong++; wrong == 1 {
						c.dump(turn.subject)
					}
					mu.Unlock()
				}
			}
		})
	}
	people.Wait()
	return wrong
}

// held has one conversation and says what is wrong about its end.
func (c *crew) held(ctx context.Context, k *talk, d deed, subject string) error {
	if err := d.play(ctx, k, subject); err != nil {
		return err
	}
	if k.next != d.envelopes {
		return fmt.Errorf("it took %d envelopes, and the plan is for %d", k.next, d.envelopes)
	}
	if n := len(c.cards(subject)); n != 1 {
		return fmt.Errorf("%d cards", n)
	}
	for _, person := range []string{k.who, k.mate} {
		for p := c.Slack.Person(person); p.Modal() != nil; {
			if err := p.CloseModal(ctx); err != nil {
				return err
			}
		}
	}
	return d.once(c, subject)
}

func dealt(plan [][]string) string {
	var out []string
	for _, to := range plan {
		out = append(out, strings.Join(to, "+"))
	}
	return strings.Join(out, " ")
}
