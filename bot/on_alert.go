package bot

import (
	"context"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
)

// onAlert handles a button of an alert, on its card or in the list of a digest.
// Whoever may ask for what mends it may press them all.
func (b *Bot) onAlert(ctx context.Context, ev Event, press string, ref slackui.Ref, who engine.Person) (answer, error) {
	if b.desk == nil {
		return answer{}, runbook.Refuse("Alerts are not set up here any more.")
	}
	if press == slackui.PressAlerts {
		return b.listed(ctx, ev, ref, who)
	}
	a, err := b.desk.Alert(ctx, ref.Item)
	if err != nil {
		return answer{}, err
	}
	if err := b.mayMend(ctx, who, a); err != nil {
		return answer{}, err
	}
	p := alerts.Press{Alert: a.ID, By: alerts.Who{ID: who.ID, Name: who.Name}, Mark: string(ev.mark())}
	switch press {
	case slackui.PressFix:
		return b.fix(ctx, ev, a, who)
	case slackui.PressAssign:
		a, err = b.desk.Assign(ctx, p)
	case slackui.PressUnassign:
		a, err = b.desk.Unassign(ctx, p)
	case slackui.PressDismiss:
		a, err = b.desk.Dismiss(ctx, p)
	case slackui.PressSnooze:
		length := alerts.SnoozeHour
		if ref.Step == slackui.SnoozeDay {
			length = alerts.SnoozeDay
		}
		a, err = b.desk.Snooze(ctx, p, length)
	}
	return b.afterAlert(ctx, ev, a, err)
}

// afterAlert has the press seen where it was made: on the card, which the desk
// has had redrawn already, or in the list.
func (b *Bot) afterAlert(ctx context.Context, ev Event, a *alerts.Alert, err error) (answer, error) {
	if a != nil && err != nil {
		b.redrawAlert(ctx, a) // the card shows an older state, or the press had been refused
	}
	note, public := runbook.PublicText(err)
	if err != nil && !public || ev.Interaction.View.CallbackID != slackui.ViewAlerts {
		return answer{}, err
	}
	if err != nil {
		b.record(ctx, ev, err)
	}
	return answer{after: func(ctx context.Context) error {
		on := ev.Interaction.View
		ref, err := slackui.ParseRef(on.PrivateMetadata)
		if err != nil {
			return err
		}
		d, list, err := b.desk.Digest(ctx, ref.Item)
		if err != nil {
			return err
		}
		_, err = b.show(ctx, &pane{id: on.ID}, b.ui.Alerts(d, list, ref.Page, note))
		return err
	}}, nil
}

// redrawAlert has the message drawn that shows the alert.
func (b *Bot) redrawAlert(ctx context.Context, a *alerts.Alert) {
	if a.Digest == "" {
		b.WatchAlert(ctx, a)
		return
	}
	b.WatchDigest(ctx, &alerts.Digest{ID: a.Digest})
}

// mayMend judges by the action that mends alerts and by the accounts shown.
func (b *Bot) mayMend(ctx context.Context, who engine.Person, list ...*alerts.Alert) error {
	s := engine.Subject{Action: alerts.FixSync, Requester: who, Known: true}
	for _, a := range list {
		s.Accounts = append(s.Accounts, a.AccountID)
	}
	return b.engine.May(ctx, who, engine.VerbRequest, s)
}

// fix opens the form of what mends the alert, filled in.
func (b *Bot) fix(ctx context.Context, ev Event, a *alerts.Alert, who engine.Person) (answer, error) {
	if a.Status.Ended() {
		return b.afterAlert(ctx, ev, a, runbook.Refuse("There is nothing to fix any more. %s", alerts.Sentence(a)))
	}
	mend := a.Fix()
	return b.mend(ctx, ev, slackui.Ref{Action: mend.Action, Values: mend.Values}, who)
}

// listed shows a page of a digest's alerts: on top of the card, and in place of
// another page.
func (b *Bot) listed(ctx context.Context, ev Event, ref slackui.Ref, who engine.Person) (answer, error) {
	d, list, err := b.desk.Digest(ctx, ref.Item)
	if err != nil {
		return answer{}, err
	}
	if err := b.mayMend(ctx, who, list...); err != nil {
		return answer{}, err
	}
	view := b.ui.Alerts(d, list, ref.Page, "")
	return b.later(ev, func(ctx context.Context) error {
		if on := ev.Interaction.View; on.CallbackID == slackui.ViewAlerts {
			_, err := b.show(ctx, &pane{id: on.ID}, view)
			return err
		}
		return b.open(ctx, ev, view)
	}), nil
}
