package store_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// fill stores runs as a release did that knew no lists, of 50 people and four
// actions over the last 20 days, and lists them.
func fill(t testing.TB, s *store.Store, raw *redis.Client, from, to int) {
	t.Helper()
	sample := storetest.NewRun("sample", storetest.NewDraft("draft"))
	sample.Version, sample.Schema = 1, engine.RunSchema
	statuses := []engine.Status{engine.Succeeded, engine.Succeeded, engine.Failed, engine.AwaitingApproval, engine.Cancelled}
	for from < to {
		pipe := raw.Pipeline()
		for range min(1000, to-from) {
			r := *sample
			r.ID, r.Status = engine.NewID(), statuses[from%len(statuses)]
			r.Created = storetest.Now().Add(-20 * 24 * time.Hour).Add(time.Duration(from) * 17 * time.Second)
			r.Requester = engine.Person{ID: fmt.Sprint("U", from%50), Email: fmt.Sprintf("u%d@x.edu", from%50)}
			r.Action = []string{"opt-out", "merge-users", "fix-sync", "create-user"}[from%4]
			body, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			pipe.HSet(t.Context(), "{registrar}:run:"+r.ID, "body", body, "schema", r.Schema, "version", r.Version, "status", string(r.Status))
			pipe.ZAdd(t.Context(), "{registrar}:runs:created", redis.Z{Score: float64(r.Created.UnixMilli()), Member: r.ID})
			from++
		}
		if _, err := pipe.Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Relist(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// views are what /runs may be asked for.
var views = []store.ListQuery{
	{Limit: 10}, {Stage: engine.Completed, Limit: 10}, {Person: "u4@x.edu", Limit: 10}, {Action: "opt-out", Limit: 10},
	{Stage: engine.Scheduled, Person: "u3@x.edu", Action: "create-user", Limit: 10},
}

// commands is how many commands Redis has carried out.
func commands(t testing.TB, raw *redis.Client) int {
	t.Helper()
	info, err := raw.Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for line := range strings.Lines(info) {
		var calls int
		name, rest, ok := strings.Cut(line, ":calls=")
		if _, err := fmt.Sscanf(rest, "%d,", &calls); ok && err == nil && name != "cmdstat_info" {
			total += calls
		}
	}
	return total
}

// A view costs the same number of commands, each of one key, with 1,000 runs in
// the store and with 20,000.
func TestViewsCostTheSameHoweverManyRuns(t *testing.T) {
	server := storetest.RealRedis(t, "--appendonly", "no")
	s, raw := openAt(t, server.URL()), client(t, server.URL())
	cost := func() (all []int) {
		for _, q := range views {
			before := commands(t, raw)
			listed, err := s.List(t.Context(), q)
			if err != nil || len(listed) == 0 {
				t.Fatalf("%+v: %d runs, %v", q, len(listed), err)
			}
			// One range, and the record of each run.
			if n := commands(t, raw) - before; n != 1+len(listed) {
				t.Errorf("%+v: %d commands for %d runs", q, n, len(listed))
			}
			all = append(all, len(listed))
		}
		return all
	}
	fill(t, s, raw, 0, 1000)
	few := cost()
	fill(t, s, raw, 1000, 20_000)
	if many := cost(); fmt.Sprint(many) != fmt.Sprint(few) {
		t.Errorf("pages of %v runs became pages of %v", few, many)
	}
	if n, err := s.Count(t.Context(), store.ListQuery{Stage: engine.Completed}); err != nil || n != 8000 {
		t.Errorf("%d completed, %v", n, err)
	}
}

// BenchmarkList reads a page of each view out of 100,000 runs.
func BenchmarkList(b *testing.B) {
	server := storetest.RealRedis(b, "--appendonly", "no")
	s, raw := openAt(b, server.URL()), client(b, server.URL())
	fill(b, s, raw, 0, 100_000)
	for b.Loop() {
		for _, q := range views {
			if _, err := s.List(b.Context(), q); err != nil {
				b.Fatal(err)
			}
		}
	}
}
