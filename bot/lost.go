package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/slackui"
)

// refused reports whether Slack certainly did not post.
func refused(err error) bool {
	var limited *slack.RateLimitedError
	return slackCode(err) != "" || errors.As(err, &limited)
}

// find looks for a message by its metadata: in its thread, or in the channel
// since the run began. A person's direct messages cannot be searched; a lost
// one is sent again rather than not at all.
func (b *Bot) find(ctx context.Context, r *engine.Run, to posted, m slackui.Message) (posted, bool, error) {
	if to.channel != b.channel {
		return posted{}, false, nil
	}
	cursor := ""
	for {
		messages, next, err := b.page(ctx, r, to, cursor)
		if err != nil {
			return posted{}, false, err
		}
		for _, found := range messages {
			payload := found.Metadata.EventPayload
			if found.Metadata.EventType == m.Metadata.EventType && payload["run"] == r.ID && payload["key"] == m.Metadata.EventPayload["key"] {
				return posted{to.channel, found.Timestamp}, true, nil
			}
		}
		if next == "" {
			return posted{}, false, nil
		}
		cursor = next
	}
}

func (b *Bot) page(ctx context.Context, r *engine.Run, to posted, cursor string) (messages []slack.Message, next string, err error) {
	const most = 100
	method := "conversations.history"
	if to.ts != "" {
		method = "conversations.replies"
	}
	err = b.paced(ctx, method, "", func() error {
		if to.ts != "" {
			var more bool
			messages, more, next, err = b.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: to.channel, Timestamp: to.ts, Cursor: cursor, Limit: most, IncludeAllMetadata: true,
			})
			if !more {
				next = ""
			}
			return err
		}
		got, err := b.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: to.channel, Cursor: cursor, Limit: most, IncludeAllMetadata: true,
			Oldest: fmt.Sprintf("%d.000000", r.Created.Add(-time.Minute).Unix()),
		})
		if err != nil {
			return err
		}
		messages, next = got.Messages, got.ResponseMetaData.NextCursor
		return nil
	})
	return messages, next, err
}
