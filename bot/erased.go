package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/slackui"
	"registrar/store"
)

// erasedVersion is drawn on a message that must not say again what it said: no
// version comes after it.
const erasedVersion = settledVersion + 1

// StillThere is a message or file that Slack does not let the bot erase.
type StillThere struct {
	Link string // where it stands; what is known of it where Slack tells no address
	Why  string // Slack's code
	// Channel and TS are its place as Slack names it, for where no link may stand.
	// Of a file TS is the id; of what was perhaps never posted both are empty.
	Channel, TS string
	Later       bool // Slack may let it another time: nothing says that the message itself cannot be changed
}

// ErrNotErased says that a run or an alert stands, so that what is shown of it
// does too.
var ErrNotErased = errors.New("not erased")

// Slack's codes of a message or file that is gone, of one that nobody may change
// any more, and of an app that may do nothing, or not this.
var (
	goneCodes  = []string{"message_not_found", "thread_not_found", "file_not_found", "file_deleted"}
	fixedCodes = []string{"cant_update_message", "edit_window_closed", "cant_delete_file"}
	appCodes   = []string{
		"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type",
		"missing_scope", "no_permission", "accesslimited", "ekm_access_denied", "enterprise_is_restricted",
		"org_login_required", "team_access_not_granted", "team_added_to_org", "two_factor_setup_required",
	}
)

// EraseMessages has every message about a run or an alert that was erased say
// that, and deletes its files. Done again it does what is left. An error says
// that Slack could not be asked or refuses the app, so that nothing is known of
// something, or that the record is not erased, [ErrNotErased]; what Slack refuses
// itself is returned.
func (b *Bot) EraseMessages(ctx context.Context, id string) ([]StillThere, error) {
	say, err := b.erasedWords(ctx, id)
	if err != nil {
		return nil, err
	}
	posts, err := b.store.Posts(ctx, id)
	if err != nil {
		return nil, err
	}
	var left []StillThere
	var errs []error
	for _, p := range posts {
		if !p.Posted {
			left = append(left, StillThere{Link: p.Key + " of " + id, Why: "it is not known whether it was posted"})
			continue
		}
		err := b.eraseMessage(ctx, p, say(p.Key))
		switch code := slackCode(err); {
		case err == nil, slices.Contains(goneCodes, code):
		case code != "" && !passing(code) && !slices.Contains(appCodes, code):
			left = append(left, StillThere{Link: b.linkTo(ctx, p), Why: code, Channel: p.Channel, TS: p.TS, Later: !slices.Contains(fixedCodes, code)})
		default:
			errs = append(errs, fmt.Errorf("%s of %s: %w", p.Key, id, unwrapURL(err)))
		}
	}
	return left, errors.Join(errs...)
}

// erasedWords is what stands in the place of a message, by its key.
func (b *Bot) erasedWords(ctx context.Context, id string) (func(key string) slackui.Message, error) {
	r, err := b.store.Run(ctx, id)
	switch {
	case err == nil && r.Erased.IsZero():
		return nil, fmt.Errorf("run %s is %w", id, ErrNotErased)
	case err == nil:
		return func(key string) slackui.Message {
			if key == keyCard {
				return b.ui.Card(r, b.now())
			}
			return b.ui.ErasedRun(r, key)
		}, nil
	case !errors.Is(err, engine.ErrNotFound):
		return nil, err
	}
	a, err := b.store.Alerts().Alert(ctx, id)
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		a = &alerts.Alert{ID: id, Status: alerts.Closed, Message: "erased"} // its time has come meanwhile
	case err != nil:
		return nil, err
	case a.Erased.IsZero():
		return nil, fmt.Errorf("alert %s is %w", id, ErrNotErased)
	}
	return func(key string) slackui.Message { return b.ui.ErasedAlert(a, key) }, nil
}

func (b *Bot) eraseMessage(ctx context.Context, p store.Post, m slackui.Message) error {
	if !strings.HasPrefix(p.Key, keyFile) {
		return b.draw(ctx, p.Run, p.Key, erasedVersion, posted{p.Channel, p.TS}, m)
	}
	files, err := b.filesOf(ctx, p)
	for _, file := range files {
		err = errors.Join(err, b.paced(ctx, "files.delete", "", func() error { return b.api.DeleteFileContext(ctx, file) }))
	}
	return err
}

// filesOf are the ids of what was posted: the file's own or, where it was found
// again in the thread after a crash, those of the message that shows it.
func (b *Bot) filesOf(ctx context.Context, p store.Post) (ids []string, err error) {
	if strings.HasPrefix(p.TS, "F") {
		return []string{p.TS}, nil
	}
	card, err := b.store.Post(ctx, p.Run, keyCard)
	if err != nil {
		return nil, err
	}
	_, _, err = b.look(ctx, subject{id: p.Run, channel: p.Channel}, posted{card.Channel, card.TS}, func(m slack.Message) bool {
		for _, f := range m.Files {
			if m.Timestamp == p.TS {
				ids = append(ids, f.ID)
			}
		}
		return m.Timestamp == p.TS
	})
	return ids, err
}

// linkTo is where a message stands.
func (b *Bot) linkTo(ctx context.Context, p store.Post) string {
	at := "/archives/" + p.Channel + "/p" + strings.ReplaceAll(p.TS, ".", "")
	if strings.HasPrefix(p.TS, "F") {
		at = "/archives/" + p.Channel + ", file " + p.TS
	}
	return b.workspace(ctx) + at
}
