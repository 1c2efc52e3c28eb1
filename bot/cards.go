package bot

import (
	"context"
	"strings"
)

// CardLinks are the addresses of the cards of runs and of the messages of alerts,
// by the id of the run or by the alert's face. What was not posted is missing; so
// is everything while Slack does not tell the workspace's address: a row without
// its link is better than no row.
func (b *Bot) CardLinks(ctx context.Context, ids []string) (map[string]string, error) {
	posts, err := b.store.PostsOf(ctx, ids, keyCard)
	if err != nil || len(posts) == 0 {
		return nil, err
	}
	workspace := b.workspace(ctx)
	if workspace == "" {
		return nil, nil
	}
	links := map[string]string{}
	for id, at := range posts {
		// As Slack's own "Copy link" makes it.
		links[id] = workspace + "/archives/" + at.Channel + "/p" + strings.ReplaceAll(at.TS, ".", "")
	}
	return links, nil
}

// workspace is the workspace's address. It is asked for until it is known.
func (b *Bot) workspace(ctx context.Context) string {
	b.team.mu.Lock()
	defer b.team.mu.Unlock()
	if b.team.url == "" {
		told, err := b.api.AuthTestContext(ctx)
		if err != nil {
			b.log.InfoContext(ctx, "Slack does not tell the workspace's address", "error", unwrapURL(err))
			return ""
		}
		b.team.url = strings.TrimSuffix(told.URL, "/")
	}
	return b.team.url
}
