package bench

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// batchMeasures are of work in bulk: merges, batches, comparisons.
func batchMeasures() []measure {
	return []measure{
		{"batch", batchOfWrites},
		{"week", endOfTheWeek},
		{"merge", mergeOfManyCourses},
		{"compare", comparisonOfEverybody},
	}
}

// mountain is the time zone that everybody is to have.
const mountain = "Mountain Time (US & Canada)"

// batchOfWrites gives so many people another time zone, with the portal-wide
// action, in runs of at most 500 people, while somebody looks people up and
// somebody else runs an action on one person. LearnUpon answers after 300 ms, a
// little later than it has been seen to.
func batchOfWrites(t *testing.T) []row {
	people, rate := size(2000, 60), size(300, 1200)
	o := newOffice(t, &meter{perMinute: rate, latency: time.Duration(size(300, 10)) * time.Millisecond})
	seen := o.seed(people)
	redis := o.redisCounts(t)

	var looks []time.Duration
	var single time.Duration
	var others sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var total reading
	var began, ended time.Time
	runs := 0
	for done := 0; done < people; done, runs = done+500, runs+1 {
		if err := o.Request(registrartest.Sam, "/set-time-zone all", nil); err != nil {
			t.Fatal(err)
		}
		from := time.Now()
		if runs == 0 {
			began = from
			others.Go(func() { looks = o.lookUps(t, ctx, seen) })
			others.Go(func() { single = o.oneAmongMany(t) })
		}
		o.until(t, "the end of the run", func() bool { return o.shown("Set time zone: done.") == runs+1 })
		ended = time.Now()
		r := o.portal.between(from, ended)
		total.calls, total.runs, total.lasted = total.calls+r.calls, total.runs+r.runs, total.lasted+r.lasted
		t.Logf("run %d: %d calls, %d of people, in %v; %.1f%% of the calls for runs", runs+1, r.runs, r.calls-r.runs, r.lasted.Round(time.Second), 100*r.share(rate))
	}
	stop()
	others.Wait()

	all := o.portal.between(began, ended)
	all.fairly(t, rate)
	for _, u := range o.LearnUpon.Snapshot().Users {
		if strings.HasPrefix(u.Email, "batch") && u.TimeZone != mountain {
			t.Fatalf("%s was not set: %s", u.Email, u.TimeZone)
		}
	}
	if total.share(rate) < 0.4 {
		t.Errorf("%.0f%% of the calls for runs were used: %d in %v", 100*total.share(rate), total.runs, total.lasted)
	}
	if len(looks) == 0 {
		t.Fatal("nobody was looked up")
	}
	written := o.redisCounts(t).minus(redis)
	held := o.memory(t)
	t.Logf("%d runs, %d look-ups, %d calls; Redis was sent %s in %d commands and holds %s more", runs, len(looks), all.calls, megabytes(written.input), written.commands, megabytes(written.memory))
	p99 := percentile(looks, 99)
	return []row{
		{name: fmt.Sprintf("%d user writes at %d calls/min: share of the runs' calls used", people, rate), ours: fmt.Sprintf("%.1f%%", 100*total.share(rate)), other: fmt.Sprintf("%d/min", rate*8/10), aim: "≥ 95%", held: judged(total.share(rate) >= 0.95)},
		{name: "  refused by the portal (429)", ours: fmt.Sprint(all.refused), other: fmt.Sprintf("%d calls, %d of people, in %v", all.calls, all.calls-all.runs, total.lasted.Round(time.Second)), aim: "0", held: judged(all.refused == 0)},
		{name: "  most calls in any 60 s", ours: fmt.Sprint(all.most), other: fmt.Sprint(rate), aim: "≤ limit", held: judged(all.most <= rate)},
		{name: "  /lookup meanwhile, command to answer, p50", ours: milliseconds(median(looks))},
		{name: "  /lookup meanwhile, command to answer, p99", ours: milliseconds(p99), aim: "≤ 3 s", held: judged(p99 <= 3*time.Second)},
		{name: "  another run meanwhile, Approve to done", ours: milliseconds(single)},
		{name: "  sent to Redis for one write", ours: kilobytes(written.input / int64(people))},
		{name: "  memory of the process, at most", ours: megabytes(held), aim: "< 256 MiB", held: judged(held < 256<<20)},
	}
}

// seed adds so many people to LearnUpon and Salesforce whom LearnUpon shows the
// wrong time, and some whom it shows the right one, to be looked up.
func (o *office) seed(people int) (others []learnupontest.User) {
	ago := time.Now().AddDate(0, 0, -30)
	group := strconv.FormatInt(o.LearnUpon.AddGroup("Bench College"), 10)
	account := o.Salesforce.AddAccount(salesforcetest.Account{Name: "Bench College", TimeZone: "America/Denver", GroupID: group, LastModified: ago})
	add := func(email, zone string) learnupontest.User {
		u := learnupontest.User{Email: email, FirstName: "Ada", LastName: "Byron", TimeZone: zone, CreatedAt: ago, SignIns: 3, LastSignInAt: ago}
		u.ID = o.LearnUpon.AddUser(u)
		o.Salesforce.AddContact(salesforcetest.Contact{LastName: "Byron", Email: email, AccountID: account, LearnUponID: strconv.FormatInt(u.ID, 10), LastModified: ago})
		return u
	}
	about := map[string]bool{}
	for i := range people {
		u := add(fmt.Sprintf("batch%04d@bench.example", i), "Eastern Time (US & Canada)")
		about[fmt.Sprintf("/api/v1/users/%d", u.ID)] = true
	}
	o.portal.runsCall(about)
	for i := range 20 {
		others = append(others, add(fmt.Sprintf("asked%02d@bench.example", i), mountain))
	}
	return others
}

// lookUps looks people up, one every ten seconds at full size, until ctx ends.
func (o *office) lookUps(t *testing.T, ctx context.Context, people []learnupontest.User) []time.Duration {
	var all []time.Duration
	every := time.NewTicker(time.Duration(size(10_000, 500)) * time.Millisecond)
	defer every.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		took, err := o.lookUp(t, people[i%len(people)])
		if err != nil {
			t.Errorf("no answer to /lookup: %v", err)
			return all
		}
		all = append(all, took)
		select {
		case <-ctx.Done():
		case <-every.C:
		}
	}
	return all
}

// lookUp looks somebody up, and returns how long it took from the command to the
// answer.
func (o *office) lookUp(t *testing.T, u learnupontest.User) (time.Duration, error) {
	who, began := o.Slack.Person(registrartest.Max), time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shows := func(text string) error {
		return o.Slack.Wait(ctx, func() bool {
			v := who.Modal()
			return v != nil && (v.SubmitText() == text || strings.Contains(string(v.Blocks), text))
		})
	}
	if _, err := who.Command(ctx, registrartest.Approvals, "/lookup "+u.Email); err != nil {
		return 0, err
	}
	if err := shows("Look up"); err != nil {
		return 0, err
	}
	if _, err := who.Submit(ctx, nil); err != nil {
		return 0, err
	}
	err := shows(fmt.Sprintf("/users/%d", u.ID))
	return time.Since(began), err
}

// oneAmongMany runs an action on one person while a batch is under way.
func (o *office) oneAmongMany(t *testing.T) time.Duration {
	const who = "alone@bench.example"
	ago := time.Now().AddDate(0, 0, -30)
	o.LearnUpon.AddUser(learnupontest.User{Email: who, FirstName: "Ada", CreatedAt: ago, SignIns: 3, LastSignInAt: ago})
	if err := o.Request(registrartest.Sam, "/deactivate "+who, map[string]any{"Reason": "no longer there"}); err != nil {
		t.Error(err)
		return 0
	}
	began := time.Now()
	if err := o.Press(registrartest.Ana, "Approve"); err != nil {
		t.Error(err)
		return 0
	}
	o.until(t, "the end of the run on one person", func() bool { return o.shown("Deactivate: done.") == 1 })
	return time.Since(began)
}
