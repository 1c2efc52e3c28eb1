package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// listing are the ids of a list, "-" for what cannot be read.
func listing(t testing.TB, s *store.Store, q store.ListQuery) []string {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	listed, err := s.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, l := range listed {
		if l.Run == nil {
			ids = append(ids, "-")
			continue
		}
		ids = append(ids, l.Run.ID)
	}
	return ids
}

// submitAs submits a run of somebody's, some minutes old.
func submitAs(t testing.TB, s *store.Store, id string, who engine.Person, action string, minutes int) *engine.Run {
	t.Helper()
	d := storetest.NewDraft("draft-" + id)
	d.Requester = who
	if err := s.PutDraft(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	r := storetest.NewRun(id, d)
	r.Action, r.Created = action, storetest.Now().Add(-time.Duration(minutes)*time.Minute)
	if err := s.Submit(t.Context(), d, engine.Move{Run: r}); err != nil {
		t.Fatal(err)
	}
	return r
}

var (
	asker  = engine.Person{ID: "U1", Email: "Ada@x.edu"}
	again  = engine.Person{ID: "U9", Email: "ada@x.edu"} // the same person's second Slack account
	silent = engine.Person{ID: "U2"}                     // Slack does not tell the address
)

func TestLists(t *testing.T) {
	now := storetest.Now()
	s, _ := mini(t, func(c *store.Config) { c.Now = func() time.Time { return now } })
	submitAs(t, s, "old", asker, "opt-out", 31*24*60)
	submitAs(t, s, "one", asker, "opt-out", 5)
	submitAs(t, s, "two", silent, "opt-out", 4)
	submitAs(t, s, "three", again, "merge-users", 3)
	submitAs(t, s, "same/time", asker, "merge-users", 3)
	expect := func(q store.ListQuery, want ...string) {
		t.Helper()
		if got := listing(t, s, q); !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", q, got, want)
		}
		if n, err := s.Count(t.Context(), q); q.Beyond == "" && q.Limit == 0 && (err != nil || n != len(want)) {
			t.Errorf("%+v: counted %d, %v", q, n, err)
		}
	}
	expect(store.ListQuery{}, "three", "same/time", "two", "one")
	expect(store.ListQuery{Person: "ADA@x.edu"}, "three", "same/time", "one")
	expect(store.ListQuery{Person: "U2"}, "two")
	expect(store.ListQuery{Action: "opt-out"}, "two", "one")
	expect(store.ListQuery{Action: "opt-out", Person: "ada@x.edu"}, "one")
	expect(store.ListQuery{Action: "opt"})
	expect(store.ListQuery{Stage: engine.Scheduled}, "three", "same/time", "two", "one")
	expect(store.ListQuery{Stage: engine.Completed})

	r, err := s.Run(t.Context(), "two")
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []engine.Status{engine.Approved, engine.Applying, engine.Succeeded} {
		r.Status = status
		if err := s.Save(t.Context(), engine.Move{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	expect(store.ListQuery{Stage: engine.Completed}, "two")
	expect(store.ListQuery{Stage: engine.Completed, Person: "U2", Action: "opt-out"}, "two")
	expect(store.ListQuery{Stage: engine.InProgress})
	expect(store.ListQuery{Stage: engine.Scheduled}, "three", "same/time", "one")

	now = now.Add(30*24*time.Hour - 4*time.Minute)
	expect(store.ListQuery{}, "three", "same/time", "two")
}

// Pages are the same read forwards and backwards, and stay so while runs come.
func TestListPages(t *testing.T) {
	s, _ := mini(t)
	for i := range 10 { // two of each minute
		submitAs(t, s, fmt.Sprintf("r%d", i), asker, "opt-out", i/2)
	}
	all := listing(t, s, store.ListQuery{})
	if len(all) != 10 {
		t.Fatalf("%v", all)
	}
	var pages [][]store.Listed
	q := store.ListQuery{Limit: 4}
	for {
		page, err := s.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		pages = append(pages, page)
		q.Beyond = page[len(page)-1].Place
		submitAs(t, s, fmt.Sprintf("new%d", len(pages)), asker, "opt-out", 0)
	}
	var seen []string
	for _, page := range pages {
		for _, l := range page {
			seen = append(seen, l.Run.ID)
		}
	}
	if !slices.Equal(seen, all) || len(pages) != 3 {
		t.Errorf("%v in %d pages, want %v", seen, len(pages), all)
	}
	back := listing(t, s, store.ListQuery{Beyond: pages[2][0].Place, Newer: true, Limit: 4})
	if !slices.Equal(back, all[4:8]) {
		t.Errorf("back: %v, want %v", back, all[4:8])
	}
}

// client is a second connection to the Redis of a test, for what no release of
// ours does.
func client(t testing.TB, url string) *redis.Client {
	t.Helper()
	opt, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opt)
	t.Cleanup(func() { c.Close() })
	return c
}

// Runs that a release wrote which knew no lists are listed later, and those it
// moved are put where they belong.
func TestRelist(t *testing.T) {
	now := storetest.Now()
	s, m := mini(t, func(c *store.Config) { c.Now = func() time.Time { return now } })
	ctx, raw := t.Context(), client(t, "redis://"+m.Addr())
	for i := range 3 {
		submitAs(t, s, fmt.Sprintf("r%d", i), asker, "opt-out", 3-i)
	}
	raw.Del(ctx, "{registrar}:runs:lists")
	for i := range 3 {
		raw.HDel(ctx, fmt.Sprintf("{registrar}:run:r%d", i), "lists")
	}
	if err := s.Relist(ctx); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, s, store.ListQuery{}); !slices.Equal(got, []string{"r2", "r1", "r0"}) {
		t.Errorf("%v", got)
	}

	moved, err := s.Run(ctx, "r0")
	if err != nil {
		t.Fatal(err)
	}
	moved.Status = engine.Succeeded
	body, err := json.Marshal(moved)
	if err != nil {
		t.Fatal(err)
	}
	raw.HSet(ctx, "{registrar}:run:r0", "body", body, "status", string(moved.Status)) // as an older release saves it
	if err := s.Relist(ctx); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, s, store.ListQuery{Stage: engine.Completed}); !slices.Equal(got, []string{"r0"}) {
		t.Errorf("%v", got)
	}
	if got := listing(t, s, store.ListQuery{Stage: engine.Scheduled}); !slices.Equal(got, []string{"r2", "r1"}) {
		t.Errorf("%v", got)
	}

	now = now.Add(31 * 24 * time.Hour)
	if err := s.Relist(ctx); err != nil {
		t.Fatal(err)
	}
	if left := raw.ZRange(ctx, "{registrar}:runs:lists", 0, -1).Val(); len(left) != 0 {
		t.Errorf("never taken out: %v", left)
	}
}
