package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// erasedForAge stands in the place of what was erased after its time.
const erasedForAge = "erased after its time"

// Expired counts what [Store.Expire] has erased.
type Expired struct{ Runs, Alerts, Values int }

// Expire erases the content of runs and alerts that ended before a time, and
// what is personal in audit entries made before it, and adds an entry that says
// how much that was. What is open stays, however old. Where it is interrupted,
// the next call goes on; several at once do no harm. A record that cannot be read
// is an error, and the others go all the same. The messages of what was erased are
// for the caller, see [Store.AgedUnshown].
func (s *Store) Expire(ctx context.Context, before time.Time) (Expired, error) {
	var done Expired
	err := errors.Join(s.expireRuns(ctx, before, &done), s.expireAlerts(ctx, before, &done), s.expireValues(ctx, before, &done))
	if done == (Expired{}) {
		return done, err
	}
	entry := engine.Entry{At: s.now(), Kind: "personal.expired", Facts: map[string]string{
		"runs": strconv.Itoa(done.Runs), "alerts": strconv.Itoa(done.Alerts), "values": strconv.Itoa(done.Values),
	}}
	// Also where the time for the rest is over.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	return done, errors.Join(err, s.Append(ctx, "", entry))
}

// recordWithin is how long an erasure that was interrupted may take to say so.
const recordWithin = 10 * time.Second

// unread collects the errors to go on past, those of one record; where Redis
// itself fails it returns that. A record of a newer release is left to that.
func unread(err error, all *[]error) (stop error) {
	if own := (*Error)(nil); errors.As(err, &own) {
		return err
	}
	if newer := (*SchemaError)(nil); err != nil && !errors.As(err, &newer) {
		*all = append(*all, err)
	}
	return nil
}

func (s *Store) expireRuns(ctx context.Context, before time.Time, done *Expired) error {
	var bad []error
	err := s.scan(ctx, keyRun("*"), func(keys []string) error {
		var old []string
		for _, key := range keys {
			if id := key[len(keyRun("")):]; !madeAfter(id, before) {
				old = append(old, id)
			}
		}
		loads := make([]*redis.SliceCmd, len(old))
		if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, id := range old {
				loads[i] = p.HMGet(ctx, keyRun(id), "status", "erased")
			}
			return nil
		}); err != nil {
			return failed("expire runs", err)
		}
		for i, id := range old {
			status, _ := loads[i].Val()[0].(string)
			if !engine.Status(status).Closed() || loads[i].Val()[1] != nil {
				continue
			}
			err := s.rewriteRun(ctx, id, keyAged, func(r *engine.Run) bool {
				gone := r.Updated.Before(before) && r.Erase(s.now(), erasedForAge)
				if gone {
					done.Runs++
				}
				return gone
			})
			if err := unread(err, &bad); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(append(bad, err)...)
}

// madeAfter tells by a run's id that it was made after a time, so that it need
// not be read.
func madeAfter(id string, t time.Time) bool {
	parsed, err := uuid.Parse(id)
	if err != nil || parsed.Version() != 7 {
		return false
	}
	sec, nsec := parsed.Time().UnixTime()
	return time.Unix(sec, nsec).After(t)
}

func (s *Store) expireAlerts(ctx context.Context, before time.Time, done *Expired) error {
	ids, err := s.rdb.ZRangeArgs(ctx, redis.ZRangeArgs{Key: keyAlertsEnded, ByScore: true, Start: "-inf", Stop: "(" + strconv.FormatInt(before.UnixMilli(), 10)}).Result()
	if err != nil {
		return failed("expire alerts", err)
	}
	var bad []error
	for _, id := range ids {
		err := s.rewriteAlert(ctx, id, keyAged, func(a *alerts.Alert) bool {
			gone := a.Erase(s.now(), erasedForAge)
			if gone {
				done.Alerts++
			}
			return gone
		})
		if errors.Is(err, ErrStillOpen) {
			continue
		}
		if err := unread(err, &bad); err != nil {
			return errors.Join(append(bad, err)...)
		}
	}
	return errors.Join(bad...)
}

// expireValues goes on where it once ended, so that a long chain is read once.
func (s *Store) expireValues(ctx context.Context, before time.Time, done *Expired) error {
	from, err := s.rdb.Get(ctx, keyExpired).Int64()
	if ignoreNil(err) != nil {
		return failed("expire values", err)
	}
	for {
		page, err := s.rdb.XRangeN(ctx, keyAudit, fmt.Sprintf("(%d-0", from), "+", pageSize).Result()
		if err != nil {
			return failed("expire values", err)
		}
		var fields []string
		to := from
		for _, m := range page {
			var l line
			if err := json.Unmarshal([]byte(entryText(m)), &l); err != nil || !l.At.Before(before) {
				break // it is for Verify to say what is wrong with it
			}
			for name := range l.Personal {
				fields = append(fields, personalField(l.Seq, name))
			}
			to = l.Seq
		}
		for some := range slices.Chunk(fields, dropAtOnce) {
			n, err := s.rdb.HDel(ctx, keyPersonal, some...).Result()
			if err != nil {
				return failed("expire values", err)
			}
			done.Values += int(n)
		}
		if to == from {
			return nil
		}
		if err := s.rdb.Set(ctx, keyExpired, to, 0).Err(); err != nil {
			return failed("expire values", err)
		}
		from = to
	}
}
