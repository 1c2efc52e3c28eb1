package store

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// PostsOf reads the post of one key of several runs, by run. A run whose message
// was not posted is missing.
func (s *Store) PostsOf(ctx context.Context, runs []string, key string) (map[string]Post, error) {
	loads := make([]*redis.MapStringStringCmd, len(runs))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, run := range runs {
			loads[i] = p.HGetAll(ctx, keyPost(run, key))
		}
		return nil
	}); err != nil {
		return nil, failed("posts", err)
	}
	found := map[string]Post{}
	for i, run := range runs {
		if post, err := readPost(run, key, loads[i].Val()); err == nil && post.Posted {
			found[run] = post
		}
	}
	return found, nil
}
