package store

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
)

// View is the modal that shows a draft: what is needed to update it, and
// whether its user has closed it. It is kept for as long as the draft.
type View struct {
	ID     string // Slack's view id
	Hash   string // Slack's guard against overwriting a newer view
	User   string
	Closed bool
}

// PutView remembers a draft's view.
func (s *Store) PutView(ctx context.Context, draft string, v View) error {
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, keyView(draft), "id", v.ID, "hash", v.Hash, "user", v.User, "closed", v.Closed)
		p.Expire(ctx, keyView(draft), viewLife)
		return nil
	})
	return failed("put view", err)
}

// View reads a draft's view; ErrNotFound where there is none.
func (s *Store) View(ctx context.Context, draft string) (View, error) {
	got, err := s.rdb.HGetAll(ctx, keyView(draft)).Result()
	if err != nil {
		return View{}, failed("view", err)
	}
	if len(got) == 0 {
		return View{}, fmt.Errorf("view of draft %s: %w", draft, engine.ErrNotFound)
	}
	return View{ID: got["id"], Hash: got["hash"], User: got["user"], Closed: got["closed"] == "1"}, nil
}
