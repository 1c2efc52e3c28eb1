package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/slackui"
)

// mishaps are the codes with which Slack says that something went wrong on its
// side. Its reference warns of them that some aspect of the call may have
// succeeded.
var mishaps = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout"}

// skew is how far Slack's clock may be behind that of a process: a message older
// than its subject by no more is found.
const skew = 10 * time.Minute

// refused reports whether Slack certainly did not post.
func refused(err error) bool {
	var limited *slack.RateLimitedError
	var held *heldBack
	var file *fileError
	if errors.As(err, &limited) || errors.As(err, &held) || errors.As(err, &file) {
		return true
	}
	code := slackCode(err)
	return code != "" && !slices.Contains(mishaps, code)
}

// passing reports whether Slack's code may be another one in a minute.
func passing(code string) bool { return code == "ratelimited" || slices.Contains(mishaps, code) }

// find looks for a message by its metadata: in its thread, or in the channel
// since its subject began. A person's direct messages cannot be searched; a lost
// one is sent again rather than not at all.
func (b *Bot) find(ctx context.Context, s subject, to posted, m slackui.Message) (posted, bool, error) {
	if to.channel != s.channel {
		return posted{}, false, nil
	}
	return b.search(ctx, s, to, func(found slack.Message) bool { return same(found, m) })
}

// search looks for a message that may have been posted. What Slack will not let
// it read, now or ever, counts as not there: the scope is missing, the bot was
// put out of the channel, the thread was deleted. Twice in a channel is better
// than never.
func (b *Bot) search(ctx context.Context, s subject, to posted, match func(slack.Message) bool) (posted, bool, error) {
	at, found, err := b.look(ctx, s, to, match)
	if code := slackCode(err); code != "" && !passing(code) {
		b.log.WarnContext(ctx, "Slack does not let a lost message be looked for; it is sent again", "about", s.id, "code", code)
		return posted{}, false, nil
	}
	return at, found, err
}

// look goes through a subject's thread, or through the channel where to has no ts.
func (b *Bot) look(ctx context.Context, s subject, to posted, match func(slack.Message) bool) (posted, bool, error) {
	cursor := ""
	for {
		messages, next, err := b.page(ctx, s, to, cursor)
		if err != nil {
			return posted{}, false, err
		}
		if i := slices.IndexFunc(messages, match); i >= 0 {
			return posted{to.channel, messages[i].Timestamp}, true, nil
		}
		if next == "" {
			return posted{}, false, nil
		}
		cursor = next
	}
}

func (b *Bot) page(ctx context.Context, s subject, to posted, cursor string) (messages []slack.Message, next string, err error) {
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
			Oldest: fmt.Sprintf("%d.000000", s.began.Add(-skew).Unix()),
		})
		if err != nil {
			return err
		}
		messages, next = got.Messages, got.ResponseMetaData.NextCursor
		return nil
	})
	return messages, next, err
}
