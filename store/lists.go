package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
)

// The lists of runs are one sorted set whose entries all have the same score,
// so that Redis sorts them as text: what they have in common, when the run was
// created, its id. A run has an entry for each way to choose it, and a page of
// any list is one range, however many runs there are. The run's own record
// keeps which entries it has, so that the script which moves it takes it out of
// those it leaves.

// entries are a run's places in the lists.
func entries(r *engine.Run) []string {
	place := placeOf(r)
	var all []string
	for _, stage := range []engine.Stage{"", r.Status.Stage()} {
		for _, person := range []string{"", listedPerson(r.Requester.ID, r.Requester.Email)} {
			for _, action := range []string{"", r.Action} {
				all = append(all, listName(stage, person, action)+place)
			}
		}
	}
	return all
}

// placeOf sorts runs by their creation.
func placeOf(r *engine.Run) string { return placeAt(r.Created) + "/" + url.PathEscape(r.ID) }

func placeAt(t time.Time) string { return fmt.Sprintf("%015d", millis(t)) }

// listName begins all entries of a list; what is empty is not looked at.
func listName(stage engine.Stage, person, action string) string {
	return string(stage) + "|" + url.PathEscape(person) + "|" + url.PathEscape(action) + "/"
}

// listedPerson is the address, which is one person's under any Slack account.
func listedPerson(id, email string) string {
	return cmp.Or(sameName(email), sameName(id))
}

// ListQuery chooses runs of the last 30 days. What is empty is not looked at.
type ListQuery struct {
	Stage  engine.Stage
	Person string // the requester's address, or Slack id where Slack tells no address
	Action string
	// Beyond is the Place of a run to go on from, to older ones, or with Newer to
	// newer ones. Empty: from the newest.
	Beyond string
	Newer  bool
	Limit  int
}

// Listed is a run with its place in every list it is in.
type Listed struct {
	Run   *engine.Run // nil where a newer release wrote it
	Place string
}

// List reads at most Limit runs, the newest first. It reads one index and the
// runs it returns, however many there are.
func (s *Store) List(ctx context.Context, q ListQuery) ([]Listed, error) {
	name := listName(q.Stage, sameName(q.Person), q.Action)
	newest, oldest := "("+name+"~", "["+name+placeAt(s.now().Add(-listedLife))
	r := redis.ZRangeArgs{Key: keyLists, ByLex: true, Rev: true, Start: newest, Stop: oldest, Count: int64(q.Limit)}
	switch {
	case q.Beyond != "" && q.Newer:
		r.Rev, r.Start, r.Stop = false, "("+name+q.Beyond, newest
	case q.Beyond != "":
		r.Start = "(" + name + q.Beyond
	}
	found, err := s.rdb.ZRangeArgs(ctx, r).Result()
	if err != nil {
		return nil, failed("list runs", err)
	}
	if !r.Rev {
		slices.Reverse(found)
	}
	ids := make([]string, len(found))
	for i, entry := range found {
		ids[i] = runAt(entry)
	}
	runs, err := readEach(ctx, s, "list runs", ids, keyRun, readRun)
	listed := make([]Listed, len(runs))
	for i, run := range runs {
		listed[i] = Listed{Run: run, Place: strings.TrimPrefix(found[i], name)}
	}
	return listed, err
}

// runAt is the id of the run an entry or a place is of.
func runAt(entry string) string {
	id, err := url.PathUnescape(entry[strings.LastIndexByte(entry, '/')+1:])
	if err != nil {
		return entry
	}
	return id
}

// Count is how many runs of the last 30 days a list has, without reading them;
// only what it chooses by counts in the query.
func (s *Store) Count(ctx context.Context, q ListQuery) (int, error) {
	name := listName(q.Stage, sameName(q.Person), q.Action)
	n, err := s.rdb.ZLexCount(ctx, keyLists, "["+name+placeAt(s.now().Add(-listedLife)), "("+name+"~").Result()
	return int(n), failed("count runs", err)
}

// relistAtOnce is how many runs Relist looks at in one round trip.
const relistAtOnce = 500

// Relist has every run of the last 30 days in the lists it belongs to: those of
// a release that knew no lists were never put there, and those such a release
// moves meanwhile are in the wrong ones. It also takes out what is older.
func (s *Store) Relist(ctx context.Context) error {
	for at := int64(0); ; at += relistAtOnce {
		ids, err := s.rdb.ZRange(ctx, keyCreated, at, at+relistAtOnce-1).Result()
		if err != nil {
			return failed("relist", err)
		}
		if err := s.relist(ctx, ids); err != nil {
			return err
		}
		if len(ids) < relistAtOnce {
			return s.unlist(ctx)
		}
	}
}

func (s *Store) relist(ctx context.Context, ids []string) error {
	loads := make([]*redis.SliceCmd, len(ids))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			loads[i] = p.HMGet(ctx, keyRun(id), "lists", "status")
		}
		return nil
	}); err != nil {
		return failed("relist", err)
	}
	for i, id := range ids {
		lists, _ := loads[i].Val()[0].(string)
		status, _ := loads[i].Val()[1].(string)
		if strings.Contains(lists, " "+listName(engine.Status(status).Stage(), "", "")) {
			continue
		}
		run, err := s.Run(ctx, id)
		if newer := (*SchemaError)(nil); errors.As(err, &newer) || errors.Is(err, engine.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		// CONFLICT: it has just been saved, and by a release that lists it.
		if _, err := s.judge(ctx, "enlist", enlistKeys(id), append([]any{run.Version}, list(entries(run))...)...); err != nil {
			return err
		}
	}
	return nil
}

// unlist takes runs older than 30 days out of the lists.
func (s *Store) unlist(ctx context.Context) error {
	all := listName("", "", "")
	for {
		old, err := s.rdb.ZRangeArgs(ctx, redis.ZRangeArgs{
			Key: keyLists, ByLex: true, Start: "[" + all, Stop: "(" + all + placeAt(s.now().Add(-listedLife)), Count: relistAtOnce,
		}).Result()
		if err != nil {
			return failed("unlist", err)
		}
		for _, entry := range old {
			if _, err := s.judge(ctx, "enlist", enlistKeys(runAt(entry)), append([]any{0}, list[string](nil)...)...); err != nil {
				return err
			}
		}
		if len(old) < relistAtOnce {
			return nil
		}
	}
}

func enlistKeys(run string) []string { return []string{keyRun(run), keyLists} }
