package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
)

// outcomePage is how many runs are looked at in one go.
const outcomePage = 500

// Outcomes counts the runs requested since, by where they stand now.
func (s *Store) Outcomes(ctx context.Context, since time.Time) (map[engine.Status]int, error) {
	ids, err := s.rdb.ZRangeArgs(ctx, redis.ZRangeArgs{
		Key: keyCreated, ByScore: true, Start: strconv.FormatInt(since.UnixMilli(), 10), Stop: "+inf",
	}).Result()
	if err != nil {
		return nil, failed("outcomes", err)
	}
	counts := map[engine.Status]int{}
	for page := range slices.Chunk(ids, outcomePage) {
		reads := make([]*redis.StringCmd, len(page))
		// A run that is gone has no status; each read's own error says so.
		_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, id := range page {
				reads[i] = p.HGet(ctx, keyRun(id), "status")
			}
			return nil
		})
		if ignoreNil(err) != nil {
			return nil, failed("outcomes", err)
		}
		for _, r := range reads {
			if status := r.Val(); status != "" {
				counts[engine.Status(status)]++
			}
		}
	}
	return counts, nil
}
