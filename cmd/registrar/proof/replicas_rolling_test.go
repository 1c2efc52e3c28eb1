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

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/salesforce/salesforcetest"
)

// rollingStop replaces replicas one after the other while people
// keep asking for things and runs are under way: with SIGTERM, as a deployment
// does, and once with SIGKILL. Nobody is left without an answer but whom the
// killed process held, and that person presses again. No run is lost or done
// twice.
func rollingStop(t *testing.T, p registrartest.Program) {
	if !*full {
		t.Skip("a machine that is busy with other tests answers Slack too late while it starts and stops processes")
	}
	const runs, kills = 60, 1
	c := newCrew(t, p)
	free := unlimited(c.World)
	staff := c.staff(6)
	for _, name := range crewNames {
		c.join(name, free)
	}
	// So long, in whole runs' time, that every stop finds some of them writing.
	c.Salesforce.Around(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPatch {
			time.Sleep(400 * time.Millisecond)
		}
		next.ServeHTTP(w, r)
	})
	subjects := make(chan string, runs)
	for i := range runs {
		email := fmt.Sprintf("quiet%03d@hillcrest.example", i)
		c.Salesforce.AddContact(salesforcetest.Contact{FirstName: "Quentin", LastName: "Iet", Email: email, LastModified: longSince()})
		subjects <- email
	}
	close(subjects)
	c.Salesforce.ResetCalls()
	halfway := make(chan struct{})
	var mu sync.Mutex
	done := 0
	var people sync.WaitGroup
	again := 0
	for _, who := range staff {
		people.Go(func() {
			for subject := range subjects {
				ctx, cancel := context.WithTimeout(t.Context(), 2*crewPatience)
				presses, err := c.optsOut(ctx, who, subject)
				cancel()
				if err != nil {
					t.Errorf("%s: %v", subject, err)
				}
				mu.Lock()
				again += presses
				if done++; done == runs/4 {
					close(halfway)
				}
				mu.Unlock()
			}
		})
	}
	rows := &table{title: "Replicas replaced while runs are under way", head: []string{"what", "how often", "envelopes unanswered", "wrong"}}
	<-halfway
	for _, name := range crewNames {
		c.join(name+"2", free)
		if code := c.replicas[name].Stop(); code != 0 {
			t.Errorf("replica %s ended with %d:\n%s", name, code, tailOf(c.replicas[name].Log()))
		}
	}
	stopped := len(c.unanswered())
	if stopped > 0 {
		t.Errorf("not answered while replicas were told to stop: %v", c.unanswered())
	}
	rows.add("SIGTERM, one after the other", len(crewNames), stopped, stopped)
	for range kills {
		c.join("a3", free)
		c.replicas["a2"].Kill()
	}
	people.Wait()
	foreign := 0
	lost := c.Slack.Unanswered()
	for _, e := range lost {
		if !slices.Equal(e.Tokens, []string{tokenOf("a2")}) {
			foreign++
			t.Errorf("not answered by %v: %s", e.Tokens, e.Payload)
		}
	}
	rows.add("SIGKILL", kills, fmt.Sprintf("%d, all of the killed one; %d presses repeated", len(lost), again), foreign)
	wrong := 0
	writes := slices.DeleteFunc(c.Salesforce.Calls(), func(call salesforcetest.Call) bool { return call.Method != http.MethodPatch })
	if len(writes) != runs {
		wrong++
		t.Errorf("%d writes for %d runs", len(writes), runs)
	}
	for i := range runs {
		subject := fmt.Sprintf("quiet%03d@hillcrest.example", i)
		if contact, _ := c.Salesforce.Snapshot().Contact(subject); !contact.EmailOptOut || len(c.cards(subject)) != 1 {
			wrong++
			t.Errorf("%s: opted out: %t, %d cards", subject, contact.EmailOptOut, len(c.cards(subject)))
		}
	}
	trail := c.trail()
	if asked, ended := counted(trail, `"run.requested"`), counted(trail, `"run.succeeded"`); asked != runs || ended != runs {
		wrong++
		t.Errorf("the trail has %d requests and %d ends of %d runs", asked, ended, runs)
	}
	rows.add("runs, each written once", runs, "-", wrong)
	rows.print(t)
}

func tailOf(log string) string { return log[max(0, len(log)-4000):] }

// optsOut is a person who sees a run through, and presses again where Slack says
// that nothing came of it. It returns how often.
func (c *crew) optsOut(ctx context.Context, who, subject string) (again int, err error) {
	person, commanded := c.Slack.Person(who), false
	for ctx.Err() == nil {
		form, cards := person.Modal(), c.cards(subject)
		switch {
		case len(cards) > 0 && strings.HasSuffix(cards[0].Text, ": done."):
			for person.Modal() != nil {
				if err := person.CloseModal(ctx); err != nil && !unheard(err) {
					return again, err
				}
			}
			return again, nil
		case form == nil && !commanded:
			_, err = person.Command(ctx, registrartest.Approvals, "/opt-out "+subject)
			commanded = err == nil
		case form != nil && slices.Contains([]string{"Continue", "Apply"}, form.SubmitText()):
			_, err = person.Submit(ctx, nil)
			if now := person.Modal(); err != nil && now != nil && now.Hash != form.Hash {
				err = nil // it changed under their hand: they look again
			}
		case form != nil && form.SubmitText() == "" && strings.Contains(string(form.Blocks), "run the command again"):
			// Two processes that planned were stopped one after the other.
			err = person.CloseModal(ctx)
			commanded = false
			again++
		default:
			err = nil
		}
		switch {
		case unheard(err):
			again++
		case err != nil:
			return again, err
		}
		c.await(ctx, func() bool {
			now := person.Modal()
			return (now == nil) != (form == nil) || now != nil && now.Hash != form.Hash || len(c.cards(subject)) > len(cards) ||
				len(cards) > 0 && c.cards(subject)[0].Text != cards[0].Text
		})
		if form == nil && person.Modal() == nil && len(c.cards(subject)) == 0 {
			commanded = false // the window did not open
		}
	}
	cards := c.cards(subject)
	if len(cards) == 0 {
		return again, fmt.Errorf("no card, and the modal %v: %w", person.Modal(), ctx.Err())
	}
	return again, fmt.Errorf("it says %q: %w", cards[0].Text, ctx.Err())
}

// unheard is what a person sees where the app did not answer.
func unheard(err error) bool {
	return errors.Is(err, slacktest.ErrTimeout) || errors.Is(err, slacktest.ErrNoSocket)
}

// await waits for something to happen, as long as a person would before trying
// again.
func (c *crew) await(ctx context.Context, happens func() bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_ = c.Slack.Wait(ctx, happens) // nothing happened
}
