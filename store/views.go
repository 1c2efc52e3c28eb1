package store

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
)

// View is the modal that waits for a draft's plan or for a report: what is
// needed to update it, and whether its user has closed it. It is kept for as
// long as a draft.
type View struct {
	ID       string // Slack's view id
	External string // the app's own, of the waiting view alone; may be empty
	Closed   bool
}

// PutView remembers a draft's view.
func (s *Store) PutView(ctx context.Context, draft string, v View) error {
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, keyView(draft), "id", v.ID, "external", v.External, "closed", v.Closed)
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
	return View{ID: got["id"], External: got["external"], Closed: got["closed"] == "1"}, nil
}
