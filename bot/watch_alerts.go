package bot

import (
	"context"
	"errors"
	"fmt"

	"registrar/bot/alerts"
	"registrar/store"
)

const keyReminder = "reminder"

// WatchAlert has an alert's card drawn, soon, and its reminder posted. It
// returns at once; versions in between are skipped.
func (b *Bot) WatchAlert(_ context.Context, a *alerts.Alert) {
	b.paint(picture{
		id: a.ID, version: a.Version, last: a.Status.Ended(),
		show: func(ctx context.Context) error { return b.showAlert(ctx, a) },
	})
}

// WatchDigest has the one message of a digest's alerts drawn, soon.
func (b *Bot) WatchDigest(_ context.Context, d *alerts.Digest) {
	b.paint(picture{
		id: d.ID, version: d.Version,
		show: func(ctx context.Context) error { return b.showDigest(ctx, d.ID) },
	})
}

// showAlert makes Slack show an alert as it is, and tells the desk so: until
// then the desk hands it to one replica after another.
func (b *Bot) showAlert(ctx context.Context, a *alerts.Alert) error {
	if err := b.drawAlert(ctx, a); err != nil && !errors.Is(err, store.ErrErased) {
		return err
	}
	return b.desk.Shown(ctx, a.ID, a.Version)
}

func (b *Bot) drawAlert(ctx context.Context, a *alerts.Alert) error {
	s := subject{a.ID, b.alertsChannel, a.Created}
	card, err := b.cardOf(ctx, s, a.Version, b.ui.Alert(a))
	if err != nil {
		return fmt.Errorf("alert: %w", err)
	}
	if a.Reminded && !a.Status.Ended() {
		if _, _, err := b.postOnce(ctx, s, keyReminder, card, b.ui.AlertReminder(a)); err != nil {
			return fmt.Errorf("reminder: %w", err)
		}
	}
	return nil
}

// showDigest does the same for a digest, as it is now.
func (b *Bot) showDigest(ctx context.Context, id string) error {
	d, list, err := b.desk.Digest(ctx, id)
	if err != nil {
		return err
	}
	s := subject{d.ID, b.alertsChannel, d.Created}
	card, err := b.cardOf(ctx, s, d.Version, b.ui.Digest(d, list))
	if err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	for _, a := range list {
		if !a.Reminded || a.Status.Ended() {
			continue
		}
		if _, _, err := b.postOnce(ctx, s, keyReminder, card, b.ui.DigestReminder(d)); err != nil {
			return fmt.Errorf("reminder: %w", err)
		}
		break
	}
	return b.desk.Shown(ctx, d.ID, d.Version)
}
