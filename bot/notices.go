package bot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
	"registrar/store"
)

// A notice is something said once about a run, besides its card.
type notice struct {
	key     string // names it among the run's posts; the same state gives the same key
	person  string // a direct message to; empty: into the card's thread
	message slackui.Message
}

// The beginnings of keys of notices that have buttons. Once these are of no
// more use, the notice is drawn again without them.
const (
	keyAsk      = "ask-"
	keyApproved = "approved-"
)

// settledVersion is drawn on a notice without its buttons: no version comes
// after it.
const settledVersion = math.MaxInt32

// directly sends the notices that go to one person each, and takes the buttons
// off what is settled.
func (b *Bot) directly(ctx context.Context, r *engine.Run) error {
	due, said, err := b.following(ctx, r)
	if err != nil {
		return err
	}
	var errs []error
	live := map[string]bool{}
	for _, n := range due {
		live[n.key] = true
		if n.person != "" {
			errs = append(errs, b.notify(ctx, r, n, posted{channel: n.person}, said))
		}
	}
	for _, p := range said {
		m, buttons := b.settled(r, p.Key, live)
		if !buttons || !p.Posted {
			continue
		}
		if err := b.settle(ctx, r, p, m); err != nil {
			errs = append(errs, fmt.Errorf("notice %s: %w", p.Key, err))
		}
	}
	return errors.Join(errs...)
}

// settle takes the buttons off a notice for good. Only the newest version of
// the run may: to an older one a notice said since looks like one that is over.
func (b *Bot) settle(ctx context.Context, r *engine.Run, p store.Post, m slackui.Message) error {
	if p.Drawn == settledVersion {
		return nil
	}
	current, err := b.engine.Store.Run(ctx, r.ID)
	if err != nil || current.Version > r.Version {
		return err
	}
	err = b.draw(ctx, r.ID, p.Key, settledVersion, posted{p.Channel, p.TS}, m)
	if slackCode(err) == "message_not_found" {
		return nil
	}
	return err
}

// publicly draws the card and sends the notices that go into its thread.
func (b *Bot) publicly(ctx context.Context, r *engine.Run) error {
	card, err := b.card(ctx, r)
	if err != nil {
		return fmt.Errorf("card: %w", err)
	}
	due, said, err := b.following(ctx, r)
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range due {
		if n.person == "" {
			errs = append(errs, b.notify(ctx, r, n, card, said))
		}
	}
	return errors.Join(errs...)
}

// following is what follows from the run, and what of it was posted before.
func (b *Bot) following(ctx context.Context, r *engine.Run) (due []notice, said []store.Post, err error) {
	if said, err = b.store.Posts(ctx, r.ID); err != nil {
		return nil, nil, err
	}
	due, err = b.notices(ctx, r)
	return due, said, err
}

// notify sends one notice, unless it was said.
func (b *Bot) notify(ctx context.Context, r *engine.Run, n notice, to posted, said []store.Post) error {
	if slices.ContainsFunc(said, func(p store.Post) bool { return p.Key == n.key && p.Posted }) {
		return nil
	}
	if _, _, err := b.postOnce(ctx, b.about(r), n.key, to, n.message); err != nil {
		return fmt.Errorf("notice %s: %w", n.key, err)
	}
	return nil
}

// settled is how a notice with buttons looks once they are of no more use.
func (b *Bot) settled(r *engine.Run, key string, live map[string]bool) (slackui.Message, bool) {
	switch {
	case strings.HasPrefix(key, keyAsk) && !live[key]:
		over := *r
		over.Status = engine.Succeeded // whatever is asked now, it is not this
		return b.ui.AskNotice(&over), true
	case strings.HasPrefix(key, keyApproved) && r.Status != engine.Approved:
		return b.ui.ApprovedInYourName(r), true
	}
	return slackui.Message{}, false
}

// notices lists everything that follows from the run as it is now.
func (b *Bot) notices(ctx context.Context, r *engine.Run) ([]notice, error) {
	var all []notice
	say := func(key, person string, m slackui.Message) { all = append(all, notice{key, person, m}) }
	if r.Status == engine.AwaitingApproval && r.Reminders > 0 {
		say(fmt.Sprintf("reminder-%d", r.Reminders), "", b.ui.Reminder(r))
	}
	if r.Plan.Irreversible && !r.NotBefore.IsZero() {
		for _, d := range r.Decisions {
			if d.Approved {
				say(keyApproved+d.By.ID, d.By.ID, b.ui.ApprovedInYourName(r))
			}
		}
	}
	for _, gift := range r.Gifts {
		say("gift-"+gift.ID, r.Requester.ID, b.ui.GiftNotice(r, gift))
	}
	if ask := r.OpenAsk(); ask != nil && ask.Ask != nil {
		key := occasion(keyAsk, r)
		people, err := b.asked(ctx, r, ask.Ask)
		if err != nil {
			return nil, err
		}
		say(key, "", b.ui.AskNotice(r))
		for _, person := range people {
			say(key+"-"+person, person, b.ui.AskNotice(r))
		}
	}
	if r.Status == engine.NeedsReview && r.Current() >= 0 {
		key := occasion("review-", r)
		say(key, "", b.ui.StatusNotice(r))
		say(key+"-"+r.Requester.ID, r.Requester.ID, b.ui.StatusNotice(r))
	}
	if r.Status.Closed() {
		say("result", "", b.ui.Result(r))
		say("result-"+r.Requester.ID, r.Requester.ID, b.ui.Result(r))
	}
	return all, nil
}

// occasion tells apart the times a step was opened, and its reminders.
func occasion(prefix string, r *engine.Run) string {
	s := r.Steps[r.Current()]
	return fmt.Sprintf("%s%s-%d-%d", prefix, s.ID, s.Started.Unix(), s.Reminded)
}

// asked is who gets a direct message about an open ask: the requester, or
// where it must be somebody else those who approved; later all approvers.
func (b *Bot) asked(ctx context.Context, r *engine.Run, ask *runbook.PlannedAsk) ([]string, error) {
	people := []string{r.Requester.ID}
	if ask.NotRequester {
		people = nil
		for _, d := range r.Decisions {
			if d.Approved && d.By.ID != r.Requester.ID {
				people = append(people, d.By.ID)
			}
		}
	}
	if !r.Escalated() {
		return people, nil
	}
	approvers, err := b.guard.Approvers(ctx, r.Plan.Approval)
	if err != nil {
		return nil, err
	}
	for _, id := range approvers {
		if id != r.Requester.ID && !slices.Contains(people, id) {
			people = append(people, id)
		}
	}
	return people, nil
}
