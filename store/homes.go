package store

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// homeLife is how long after it was opened somebody may still be looking at
// their Home tab. Slack does not say when they leave it.
const homeLife = 30 * time.Minute

// HomeOpened remembers that a person has opened their Home tab.
func (s *Store) HomeOpened(ctx context.Context, person string) error {
	now := s.now()
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.ZAdd(ctx, keyHomes, redis.Z{Score: float64(now.UnixMilli()), Member: person})
		p.ZRemRangeByScore(ctx, keyHomes, "-inf", "("+strconv.FormatInt(now.Add(-homeLife).UnixMilli(), 10))
		p.Expire(ctx, keyHomes, homeLife)
		return nil
	})
	return failed("home opened", err)
}

// Homes lists at most n people who may be looking at their Home tab, who opened
// it last first.
func (s *Store) Homes(ctx context.Context, n int) ([]string, error) {
	people, err := s.rdb.ZRangeArgs(ctx, redis.ZRangeArgs{
		Key: keyHomes, ByScore: true, Rev: true, Start: "+inf", Stop: s.now().Add(-homeLife).UnixMilli(), Count: int64(n),
	}).Result()
	return people, failed("homes", err)
}
