package bot

import (
	"context"

	"registrar/store"
)

// Cards tells where the cards of runs stand, by run. A run whose card was not
// posted is missing.
func (b *Bot) Cards(ctx context.Context, runs []string) (map[string]store.Post, error) {
	return b.store.PostsOf(ctx, runs, keyCard)
}
