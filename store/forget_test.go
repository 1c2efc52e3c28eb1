package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/store"
	"registrar/store/storetest"
)

// traces finds somebody.
func traces(t testing.TB, s *store.Store, addresses ...string) *store.Traces {
	t.Helper()
	who, err := store.NewPerson(addresses, nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Traces(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func forget(t testing.TB, s *store.Store, addresses ...string) *store.Traces {
	t.Helper()
	found := traces(t, s, addresses...)
	if salt, err := s.Forget(t.Context(), found, "U9"); err != nil || len(salt) != 32 {
		t.Fatalf("Forget: %q, %v", salt, err)
	}
	return found
}

// Ada is looked for. Of Bob, whose records lie between hers, everything stays.
const (
	adasAddress = "ada@learner.example"
	bobsAddress = "bada@learner.example"
)

// remember stores everything the store can hold of somebody: runs in each closed
// status and with everything that a run can gather, a draft, alerts of their
// own and in a digest, mails, links, secrets, look-ups.
func remember(t testing.TB, s *store.Store, who, name, prefix string) {
	t.Helper()
	ctx := t.Context()
	var errs []error
	draft := func(id string) *engine.Draft {
		d := storetest.NewDraft(id)
		d.Plan.Subject, d.Plan.Beneficiaries, d.Plan.Records[0].Title = name+" <"+who+">", []string{strings.ToUpper(who)}, name
		d.Plan.Records[0].URL = "https://portal.example/users?q=" + strings.ReplaceAll(who, "@", "%40")
		d.Plan.Locks, d.Plan.Losses = []string{"salesforce:new-contact:" + who}, []string{name + " loses everything"}
		d.Plan.Steps[0].Changes = []runbook.Change{{Record: name, Field: "E-mail address", From: who, To: "deleted+" + who}}
		d.Values, d.Input, d.Target = runbook.Values{"email": who}, fmt.Appendf(nil, `{"email":%q}`, who), fmt.Appendf(nil, `{"name":%q}`, name)
		return d
	}
	for _, status := range engine.Statuses() {
		if !status.Closed() {
			continue
		}
		id := prefix + "-" + string(status)
		d := draft("draft-" + id)
		r := storetest.NewRun(id, d)
		asked := storetest.Entry("run.requested", id)
		asked.Personal = map[string]string{"subject": name, "reason": "she asked"}
		errs = append(errs, s.PutDraft(ctx, d), s.PutSecret(ctx, d.ID, "link", "https://x/"+who),
			s.Submit(ctx, d, engine.Move{Run: r, Entries: []engine.Entry{asked}}))
		_, err := s.Lock(ctx, id, d.Plan.Locks)
		errs = append(errs, err, s.PutSecret(ctx, id, "password", "for "+name), s.MarkLinkUsed(ctx, "https://x/"+id, id), s.MailRecord(ctx, who, id))
		_, _, err = s.ClaimPost(ctx, id, "card", "a")
		errs = append(errs, err, s.Posted(ctx, id, "card", "C1", "1.2"))
		r.Decisions = []engine.Decision{{By: engine.Person{ID: "U2", Name: "Ann", Email: "ann@desk.example"}, Approved: true, Reason: "fine for " + name, Hash: r.Hash}}
		r.Steps[0].Note, r.Steps[0].Evidence, r.Steps[0].Values = "mailed "+name, who+" answered", map[string]string{"name": name}
		r.Steps[0].Status, r.Steps[0].By = engine.StepDone, &engine.Person{ID: "U2", Name: "Ann", Email: "ann@desk.example"}
		r.History = []engine.Event{{By: "U2", Text: "wrote to " + who}}
		r.Gifts = []engine.Gift{{ID: "g", Label: "The link of " + name}}
		r.Status, r.Why = status, "because of "+name
		errs = append(errs, s.Save(ctx, engine.Move{Run: r, Entries: []engine.Entry{storetest.Entry("run.moved", "")}}), s.Unlock(ctx, id))
	}
	live := draft(prefix + "-live")
	look := storetest.Entry("report.read", "")
	look.Personal = map[string]string{"email": "Deleted+" + who, "name": name}
	errs = append(errs, s.PutDraft(ctx, live), s.PutView(ctx, live.ID, store.View{ID: "V1"}), s.PlanningBegun(ctx, live.ID, time.Hour),
		s.PutSecret(ctx, live.ID, "link", "https://x/"+who), s.Append(ctx, "", look))
	for i, a := range []*alerts.Alert{newAlert(prefix + "-alone"), newAlert(prefix + "-among"), newAlert(prefix + "-contact")} {
		a.Person, a.Also, a.Contact, a.Name, a.Email = "contact of "+prefix, []string{who}, "contact of "+prefix, name, who
		a.Emails, a.Message = []runbook.Fact{{Label: "Contact", Value: who}}, name+" could not be synced"
		c := alerts.Change{Alerts: []*alerts.Alert{a}, Rows: []string{prefix + fmt.Sprint(i)}}
		if i == 1 {
			c.Digest = &alerts.Digest{Schema: alerts.DigestSchema, ID: "digest-" + prefix, Alerts: []string{a.ID}, Created: a.Created}
			a.Digest = c.Digest.ID
		}
		if i == 2 { // known by nothing but the contact
			a.Also, a.Email, a.Emails, a.Name = nil, "", nil, ""
		}
		c.Takes = map[string]alerts.Take{"contact of " + prefix: {Alert: a.ID, From: []string{"", prefix + "-alone", prefix + "-among"}[i]}}
		if i == 1 {
			c.Takes[who] = alerts.Take{Alert: a.ID, From: prefix + "-alone"}
		}
		c.Entries = []alerts.Entry{{At: a.Created, Kind: "alert.opened", Facts: map[string]string{"alert": a.ID}, Personal: map[string]string{"person": a.Person, "name": a.Name}}}
		errs = append(errs, s.Alerts().Save(ctx, c))
		a.Status, a.Ended, a.Wake = alerts.Closed, storetest.Now(), time.Time{}
		errs = append(errs, s.Alerts().Save(ctx, alerts.Change{Alerts: []*alerts.Alert{a}}))
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestForgetMissesNothing(t *testing.T) {
	t.Run("miniredis", func(t *testing.T) {
		s, m := mini(t)
		forgetsAda(t, s, func() string { return contents(t, m) })
	})
	t.Run("redis, in all of its files", func(t *testing.T) {
		redis := storetest.RealRedis(t, "--aof-use-rdb-preamble", "no")
		s := openAt(t, redis.URL())
		forgetsAda(t, s, func() string {
			if err := s.RewriteLog(t.Context()); err != nil {
				t.Fatal(err)
			}
			return eventually(t, redis.OnDisk, func(files string) bool { return !strings.Contains(files, " "+adasAddress) })
		})
	})
}

// contents is everything in a Redis. (Its own Dump cuts long values.)
func contents(t *testing.T, m *miniredis.Miniredis) string {
	return storetest.Contents(t, "redis://"+m.Addr())
}

// eventually reads again until what it reads is as wanted, for a minute at most.
func eventually(t *testing.T, read func() string, wanted func(string) bool) string {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if text := read(); wanted(text) || time.Now().After(deadline) {
			return text
		}
	}
}

func forgetsAda(t *testing.T, s *store.Store, everything func() string) {
	ctx := t.Context()
	remember(t, s, adasAddress, "Ada Lovelace", "A")
	remember(t, s, bobsAddress, "Bob Babbage", "B")
	if err := s.Append(ctx, "", storetest.Entry("lookup", "")); err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	found := traces(t, s, adasAddress)
	if len(found.Runs) != 6 || len(found.Alerts) != 3 || len(found.Drafts) != 7 || found.Mails != 6 || found.Links() != 6 || len(found.Open()) != 0 {
		t.Fatalf("%+v", found)
	}
	if !slices.Contains(found.Beside, "Ada Lovelace") || slices.ContainsFunc(found.Beside, func(text string) bool { return strings.Contains(text, "Bob") }) {
		t.Errorf("beside: %q", found.Beside)
	}
	forget(t, s, adasAddress)
	for what, text := range map[string]string{"Redis": everything(), "the export": export(t, s)} {
		// Bob's address ends with hers.
		text = strings.NewReplacer(bobsAddress, "bob", "bada%40learner.example", "bob").Replace(strings.ToLower(text))
		for _, trace := range []string{adasAddress, "learner.example", "ada%40", "lovelace", "contact of a"} {
			if i := strings.Index(text, trace); i >= 0 {
				t.Errorf("%q is still in %s: …%s…", trace, what, text[max(0, i-200):min(len(text), i+100)])
			}
		}
		if !strings.Contains(text, "bob babbage") {
			t.Errorf("nothing of Bob is in %s", what)
		}
	}
	if after := traces(t, s, adasAddress); !after.None() || len(after.Waiting) != 9 {
		t.Errorf("found again: %+v", after)
	}
	if left, err := s.Mentions(ctx, found.Who); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if v, err := s.Audit(ctx, head.String()); err != nil || v.Erased == 0 {
		t.Errorf("the chain: %+v, %v", v, err)
	}
	erasedRecords(t, s)
	if bobs := traces(t, s, bobsAddress); len(bobs.Runs) != 6 || len(bobs.Alerts) != 3 || len(bobs.Drafts) != 7 || bobs.Mails != 6 || bobs.Links() != 6 {
		t.Errorf("of Bob: %+v", bobs)
	}
}

func export(t *testing.T, s *store.Store) string {
	t.Helper()
	var all strings.Builder
	if err := errors.Join(s.Export(t.Context(), &all, store.JSONL), s.Export(t.Context(), &all, store.CSV)); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// erasedRecords checks what reads Ada's records from now on.
func erasedRecords(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	r, err := s.Run(ctx, "A-succeeded")
	if err != nil || r.Erased.IsZero() || r.Status != engine.Succeeded || r.Requester.ID != "U1" || r.Requester.Email == "" || r.Steps[0].ID != "confirm" {
		t.Errorf("a run: %+v, %v", r, err)
	}
	listed, err := s.List(ctx, store.ListQuery{Person: r.Requester.Email, Limit: 100})
	if err != nil || len(listed) != 12 {
		t.Errorf("List: %d, %v", len(listed), err)
	}
	if mine, err := s.Runs(ctx, store.Query{Requester: "U1"}); err != nil || len(mine) != 12 {
		t.Errorf("Runs: %d, %v", len(mine), err)
	}
	if err := s.Relist(ctx); err != nil {
		t.Error(err)
	}
	history, err := s.Alerts().History(ctx, store.AlertQuery{Limit: 100})
	if err != nil || len(history) != 6 {
		t.Errorf("History: %d, %v", len(history), err)
	}
	if last, err := s.Alerts().Last(ctx, []string{"contact of A", adasAddress, "contact of B"}); err != nil || len(last) != 1 || last["contact of B"] == nil {
		t.Errorf("Last: %v, %v", last, err)
	}
	if post, err := s.Post(ctx, "A-succeeded", "card"); err != nil || post.TS != "1.2" {
		t.Errorf("where the card stands: %+v, %v", post, err)
	}
	for id, want := range map[string]error{"A-succeeded": store.ErrErased, "A-alone": store.ErrErased, "B-succeeded": nil, "B-alone": nil} {
		if _, claimed, err := s.ClaimPost(ctx, id, "new", "a"); !errors.Is(err, want) || claimed != (want == nil) {
			t.Errorf("something new about %s: %v, %v", id, claimed, err)
		}
	}
	if _, err := s.Secret(ctx, "A-succeeded", "password"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a secret: %v", err)
	}
	if _, used, err := s.LinkUsed(ctx, "https://x/A-succeeded"); err != nil || used {
		t.Errorf("a link: %v, %v", used, err)
	}
	if n, err := s.MailSent(ctx, adasAddress, time.Hour); err != nil || n != 0 {
		t.Errorf("mails: %d, %v", n, err)
	}
	if sent, err := s.MailHas(ctx, "A-succeeded"); err != nil || sent {
		t.Errorf("a mail: %v, %v", sent, err)
	}
	if taken, err := s.TakePlanning(ctx, 10, time.Minute); err != nil || slices.Contains(taken, "A-live") {
		t.Errorf("drafts being planned: %v, %v", taken, err)
	}
}

// While something can still move, nothing is erased.
func TestForgetWaitsForWhatIsOpen(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	storetest.Submitted(t, s, "r1")
	before := contents(t, m)
	found := traces(t, s, adasAddress)
	if open := found.Open(); len(open) != 1 || open[0].ID != "r1" || open[0].Action != "confirm-user" {
		t.Fatalf("open: %+v", open)
	}
	if _, err := s.Forget(ctx, found, "U9"); !errors.Is(err, store.ErrStillOpen) || contents(t, m) != before {
		t.Errorf("Forget: %v", err)
	}
	a := newAlert("a1")
	a.Email = adasAddress
	if err := s.Alerts().Save(ctx, alerts.Change{Alerts: []*alerts.Alert{a}}); err != nil {
		t.Fatal(err)
	}
	if open := traces(t, s, adasAddress).Open(); len(open) != 2 || open[1].ID != "a1" || open[1].Action != "" {
		t.Errorf("open: %+v", open)
	}
}

// Who only asked or decided loses name and address, and the run stays.
func TestForgetSomebodyOfTheDesk(t *testing.T) {
	s, m := mini(t)
	remember(t, s, adasAddress, "Ada Lovelace", "A")
	forget(t, s, "Sam@desk.example", "ann@desk.example")
	if dump := strings.ToLower(contents(t, m)); strings.Contains(dump, "desk.example") || strings.Contains(dump, `ann\"`) || strings.Contains(dump, `sam\"`) || !strings.Contains(dump, adasAddress) {
		t.Errorf("left:\n%s", dump)
	}
	r, err := s.Run(t.Context(), "A-failed")
	if err != nil || !r.Erased.IsZero() || r.Requester != (engine.Person{ID: "U1"}) || r.Reason == "" {
		t.Errorf("%+v, %v", r, err)
	}
	if listed, err := s.List(t.Context(), store.ListQuery{Person: "u1", Limit: 100}); err != nil || len(listed) != 6 {
		t.Errorf("%d in the list, %v", len(listed), err)
	}
}

// Killed anywhere, it is done again, and then all is gone.
func TestForgetMayBeKilled(t *testing.T) {
	const step = 6
	name, err := store.NewPerson([]string{"x@x.edu"}, []string{"Lovelace"})
	if err != nil {
		t.Fatal(err)
	}
	for cut, killed := 0, true; killed; cut += step {
		s, m := mini(t)
		remember(t, s, adasAddress, "Ada Lovelace", "A")
		between := storetest.NewProxy(t, "redis://"+m.Addr())
		dying := openAt(t, between.URL())
		found := traces(t, dying, adasAddress)
		var commands atomic.Int64
		between.Hook(func(storetest.Command) storetest.Fate {
			return storetest.Fate{Cut: commands.Add(1) > int64(cut)}
		})
		_, err := dying.Forget(t.Context(), found, "U9")
		killed = err != nil
		forget(t, s, adasAddress)
		for _, who := range []store.Person{found.Who, name} {
			if left, err := s.Mentions(t.Context(), who); err != nil || len(left) > 0 {
				t.Fatalf("killed after %d commands: left %v, %v", cut, left, err)
			}
		}
		if waiting, err := s.ErasedUnshown(t.Context()); err != nil || len(waiting) != 9 {
			t.Fatalf("killed after %d commands: waiting %v, %v", cut, waiting, err)
		}
		if err := s.Verify(t.Context(), ""); err != nil {
			t.Fatalf("killed after %d commands: %v", cut, err)
		}
		if !killed && cut < 10*step {
			t.Errorf("it makes %d commands; is it cut at all?", cut)
		}
	}
}
