package store

import (
	"context"
	"time"

	"registrar/bot/engine"
)

// Seen reports whether a mark's effect has been written within the last hour.
func (s *Store) Seen(ctx context.Context, mark engine.Mark) (bool, error) {
	n, err := s.rdb.Exists(ctx, keySeen(string(mark))).Result()
	return n == 1, failed("seen", err)
}

// Claim is for events that are acknowledged before they are handled, such as a
// command: it reports true to the first who asks, for an hour. What decides
// something writes its mark with its effect instead.
func (s *Store) Claim(ctx context.Context, mark string) (bool, error) {
	return s.claim(ctx, keySeen(mark), markLife)
}

// ClaimMinute reports true to the one replica that does the periodic work of
// that name in the minute of t.
func (s *Store) ClaimMinute(ctx context.Context, name string, t time.Time) (bool, error) {
	return s.claim(ctx, keyMinute(name, t.Unix()/60), minuteLife)
}

func (s *Store) claim(ctx context.Context, key string, life time.Duration) (bool, error) {
	v, err := s.judge(ctx, "claim", []string{key}, newWrite(), life.Milliseconds())
	return v.word == "OK", err
}
