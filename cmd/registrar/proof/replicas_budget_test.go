package proof

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/rest/resttest"
	"registrar/integrations/salesforce/salesforcetest"
)

// sharedBudget gives three processes together 60 calls a
// minute. Runs want many more, and people look somebody up meanwhile. In full it
// goes on for minutes, with one process suspended for a while and another
// killed; in short for seconds, with so few calls that they are used up at once.
func sharedBudget(t *testing.T, p registrartest.Program) {
	const limit, people = 60, 15
	long := 8 * time.Second
	if *full {
		long = 3 * time.Minute
	}
	c := newCrew(t, p)
	staff := c.staff(4)
	var runs []string
	for i := range crewNames {
		runs = append(runs, c.bigAccount(i, people))
	}
	if *full {
		c.askedBefore(t, staff, runs)
	}
	c.LearnUpon.Limit(limit, 1e9)
	for _, name := range crewNames {
		c.join(name, map[string]string{"LEARNUPON_RATE_PER_MINUTE": fmt.Sprint(limit)})
	}
	seen := c.watchCalls()
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	var busy sync.WaitGroup
	for i, subject := range runs {
		k := &talk{crew: c, who: staff[i], mate: staff[3], plan: [][]string{{crewNames[i]}}}
		busy.Go(func() {
			if !*full {
				_ = k.ask(ctx, "/create-group "+subject, joins()) // what comes of it is counted
				return
			}
			if err := k.press(ctx, registrartest.Ana, subject, "Approve"); err != nil {
				t.Error(err)
			}
		})
	}
	var looks []time.Duration
	began := time.Now()
	busy.Go(func() { looks = c.looksUp(ctx, staff[3]) })
	if *full {
		c.disturb(ctx)
	}
	busy.Wait()
	calls := seen()
	refused := 0
	var times []time.Time
	for _, call := range calls {
		times = append(times, call.at)
		if call.status == http.StatusTooManyRequests {
			refused++
		}
	}
	most, from := densest(times, time.Minute)
	slices.Sort(looks)
	rows := &table{title: fmt.Sprintf("Three processes, %d calls a minute in all", limit), head: []string{"what", "seen"}}
	rows.add("calls in "+long.String(), len(calls))
	rows.add("most of them in any minute", fmt.Sprintf("%d, from %v on", most, from.Sub(began).Round(time.Second/10)))
	rows.add("refused by the vendor (429)", refused)
	rows.add("look-ups by people", len(looks))
	if len(looks) > 0 {
		rows.add("the slowest of them", looks[len(looks)-1].Round(10*time.Millisecond))
	}
	rows.print(t)
	// A call is counted when it is granted and comes a little later, now more and
	// now less: at the ends of a minute that moves some calls in or out.
	if refused > 0 || most > limit+limit/20 {
		t.Errorf("%d calls in one minute, %d were refused; the limit is %d", most, refused, limit)
	}
	if *full && len(calls) < limit*2 {
		t.Errorf("%d calls in %v: nothing was tried", len(calls), long)
	}
	if len(looks) == 0 {
		t.Error("nobody could look anything up meanwhile")
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

// joins is what is typed where many people are to join a group.
func joins() map[string]any {
	return map[string]any{"Reason": "ticket", "Add the people who were waiting?": "Yes, add them"}
}

// askedBefore has runs asked for by way of a replica without a limit, so that
// what is counted later is what runs need, and waits until those calls are out of
// the minute.
func (c *crew) askedBefore(t *testing.T, staff, runs []string) {
	t.Helper()
	c.LearnUpon.Limit(1e6, 1e9)
	early := c.join("early", map[string]string{"LEARNUPON_RATE_PER_MINUTE": "1000000"})
	ctx, cancel := context.WithTimeout(t.Context(), crewPatience)
	defer cancel()
	for i, subject := range runs {
		k := &talk{crew: c, who: staff[i], plan: [][]string{{"early"}}}
		if err := k.ask(ctx, "/create-group "+subject, joins()); err != nil {
			t.Fatal(err)
		}
	}
	early.Stop()
	time.Sleep(time.Minute) // it is the store's clock that counts
}

// bigAccount is an account whose group many people are to join, each in a step.
func (c *crew) bigAccount(n, people int) (name string) {
	name = fmt.Sprintf("Large Institute %d", n)
	account := c.Salesforce.AddAccount(salesforcetest.Account{Name: name, TimeZone: "America/Denver", LastModified: longSince()})
	for i := range people {
		email := fmt.Sprintf("many%d.%03d@institute.example", n, i)
		id := c.LearnUpon.AddUser(learnupontest.User{Email: email, FirstName: "Lee", LastName: "Arner", CreatedAt: longSince()})
		c.Salesforce.AddContact(salesforcetest.Contact{FirstName: "Lee", LastName: "Arner", Email: email, AccountID: account,
			Create: true, LearnUponID: fmt.Sprint(id), LastModified: longSince()})
	}
	return name
}

// forget closes what is open, to begin anew.
func (k *talk) forget(ctx context.Context) {
	for p := k.Slack.Person(k.who); p.Modal() != nil && ctx.Err() == nil; {
		_ = p.CloseModal(ctx) // it may have closed by itself
	}
	k.await(ctx, func() bool { return false })
}

// looksUp has a person look somebody up, every ten seconds, and returns how long
// each took that was answered with what was asked for.
func (c *crew) looksUp(ctx context.Context, who string) (took []time.Duration) {
	const about = "maria.obrien@hillcrest.example"
	for i := 0; ctx.Err() == nil; i++ {
		k := &talk{crew: c, who: who, plan: [][]string{nil}}
		person := c.Slack.Person(who)
		began := time.Now()
		soon, cancel := context.WithTimeout(ctx, 20*time.Second)
		if _, err := person.Command(soon, registrartest.Approvals, "/lookup "+about); err == nil {
			if k.until(soon, "the form", func() bool { v := person.Modal(); return v != nil && v.SubmitText() == "Look up" }) == nil {
				if _, err := person.Submit(soon, nil); err == nil &&
					k.until(soon, "the page", func() bool {
						v := person.Modal()
						return v != nil && counted([]string{string(v.Blocks)}, about, "Enrollments") == 1
					}) == nil {
					took = append(took, time.Since(began))
				}
			}
		}
		cancel()
		k.forget(ctx)
	}
	return took
}

// disturb suspends one process for a while and kills another.
func (c *crew) disturb(ctx context.Context) {
	at := func(d time.Duration) bool {
		select {
		case <-time.After(d):
			return true
		case <-ctx.Done():
			return false
		}
	}
	if at(40 * time.Second) {
		c.replicas["a"].Pause()
	}
	at(20 * time.Second)
	c.replicas["a"].Resume()
	if at(20 * time.Second) {
		c.replicas["b"].Kill()
	}
}

// vendorAnswer is a call as LearnUpon had it.
type vendorAnswer struct {
	at     time.Time
	status int
}

// watchCalls notes when each call came to the portal's API, and how it ended.
func (c *crew) watchCalls() (calls func() []vendorAnswer) {
	var mu sync.Mutex
	var all []vendorAnswer
	c.LearnUpon.Around(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		began, answer := time.Now(), &resttest.Answer{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		if _, _, api := r.BasicAuth(); !api {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, vendorAnswer{began, answer.Status})
	})
	return func() []vendorAnswer {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// densest is how many of the times lie in the fullest window of that length, and
// when that begins.
func densest(times []time.Time, window time.Duration) (most int, from time.Time) {
	slices.SortFunc(times, time.Time.Compare)
	first := 0
	for i, at := range times {
		for at.Sub(times[first]) >= window {
			first++
		}
		if n := i - first + 1; n > most {
			most, from = n, times[first]
		}
	}
	return most, from
}
