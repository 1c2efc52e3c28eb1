package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
)

const keyFile = "file-"

// Publish puts a step's file into the thread of the run's card, once. The card
// is posted first where it is not there yet.
func (b *Bot) Publish(ctx context.Context, r *engine.Run, step, name string, content []byte) error {
	card, err := b.thread(ctx, r)
	if err != nil {
		return err
	}
	_, _, err = b.sendOnce(ctx, r.ID, keyFile+step, parcel{
		find: func(ctx context.Context) (posted, bool, error) { return b.findFile(ctx, r, card, step, name) },
		send: func(ctx context.Context) (posted, error) {
			return b.upload(ctx, card, attachment(r.ID, step, name), name, content)
		},
	})
	return err
}

// Published reports whether a step's file is in the thread of the run's card.
func (b *Bot) Published(ctx context.Context, r *engine.Run, step, name string) (bool, error) {
	post, err := b.store.Post(ctx, r.ID, keyFile+step)
	if err == nil && post.Posted {
		return true, nil
	}
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		return false, err
	}
	card, err := b.thread(ctx, r)
	if err != nil {
		return false, err
	}
	_, there, err := b.findFile(ctx, r, card, step, name)
	return there, err
}

// thread is where the run's card stands. Its messages go below it.
func (b *Bot) thread(ctx context.Context, r *engine.Run) (posted, error) {
	post, err := b.store.Post(ctx, r.ID, keyCard)
	switch {
	case err == nil && post.Posted:
		return posted{post.Channel, post.TS}, nil
	case err != nil && !errors.Is(err, engine.ErrNotFound):
		return posted{}, err
	}
	at, err := b.card(ctx, r)
	if err != nil {
		return posted{}, fmt.Errorf("card: %w", err)
	}
	return at, nil
}

func (b *Bot) findFile(ctx context.Context, r *engine.Run, card posted, step, name string) (posted, bool, error) {
	wanted := attachment(r.ID, step, name)
	return b.search(ctx, b.about(r), card, func(m slack.Message) bool {
		return slices.ContainsFunc(m.Files, func(f slack.File) bool { return f.Name == wanted })
	})
}

// attachment is what a step's file is called in Slack, where it is found again
// by that name. It holds nothing but letters, digits, dots and hyphens.
func attachment(run, step, name string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '-'
	}, name)
	ext := path.Ext(plain)
	return strings.TrimSuffix(plain, ext) + "." + step + "." + run + ext
}

// upload is Slack's way to post a file: ask where to, send it there, and share
// it. Before the last call nobody can see anything.
func (b *Bot) upload(ctx context.Context, thread posted, name, title string, content []byte) (posted, error) {
	var place *slack.GetUploadURLExternalResponse
	err := b.paced(ctx, "files.getUploadURLExternal", "", func() (err error) {
		place, err = b.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: len(content)})
		return err
	})
	if err != nil {
		return posted{}, notShared(err)
	}
	// The address is a secret: whoever has it can send another content.
	err = b.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: place.UploadURL, Filename: name, Reader: bytes.NewReader(content)})
	if err != nil {
		return posted{}, notShared(unwrapURL(err))
	}
	err = b.paced(ctx, "files.completeUploadExternal", thread.channel, func() error {
		_, err := b.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: place.FileID, Title: title}}, Channel: thread.channel, ThreadTimestamp: thread.ts,
		})
		return err
	})
	if err != nil && refused(err) {
		return posted{}, notShared(err)
	}
	if err != nil {
		return posted{}, fmt.Errorf("files.completeUploadExternal: %w", unwrapURL(err))
	}
	b.metrics.posted("files.completeUploadExternal")
	return posted{thread.channel, place.FileID}, nil
}

// A fileError says that a file is certainly not in Slack.
type fileError struct {
	cause error
	code  string // Slack's, where it will say so again
}

func notShared(err error) error {
	code := slackCode(err)
	if passing(code) {
		code = ""
	}
	return &fileError{err, code}
}

func (e *fileError) Error() string { return "file: " + e.cause.Error() }
func (e *fileError) Unwrap() error { return e.cause }
func (e *fileError) Unsure() bool  { return false }

// RetryLater reports whether the next try may work.
func (e *fileError) RetryLater() (time.Duration, bool) { return 0, e.code == "" }

func (e *fileError) Public() string {
	if e.code == "" {
		return "Slack does not take the file at the moment; nothing was changed."
	}
	return "Slack does not take the file (" + e.code + "), so nothing was changed. Whoever runs Registrar has to look."
}
