package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/access"
	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
	"registrar/store"
)

const (
	// homeOpen is how many open runs are looked at for who they wait for, the
	// newest first, so that a Home tab costs the same however many there are.
	homeOpen = 100
	homeMine = 10
	homeMost = 20 // of the alerts
	// homePeople is how many Home tabs follow what happens; homeEvery is the least
	// time between two redraws of them, so that Slack's limit of about 100 calls
	// a minute is kept.
	homePeople = 20
	homeEvery  = 15 * time.Second
	// homesPicture is all of them, among what is to be drawn.
	homesPicture = "homes"
)

// onHome draws somebody's Home tab when they open it.
func (b *Bot) onHome(ev Event) answer {
	return answer{after: func(ctx context.Context) error {
		if err := b.store.HomeOpened(ctx, ev.person()); err != nil {
			return err
		}
		return b.publishHome(ctx, ev.person())
	}}
}

// publishHome puts a person's inbox on their Home tab, as it is now.
func (b *Bot) publishHome(ctx context.Context, person string) error {
	who, err := b.people.Person(ctx, person)
	if err != nil {
		return err
	}
	h, err := b.home(ctx, who)
	if err != nil {
		return err
	}
	return b.putHome(ctx, person, b.ui.Home(h))
}

func (b *Bot) putHome(ctx context.Context, person string, view slack.HomeTabViewRequest) error {
	return b.paced(ctx, "views.publish", "", func() error {
		_, err := b.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: person, View: view})
		return err
	})
}

// home gathers what concerns a person.
func (b *Bot) home(ctx context.Context, who engine.Person) (slackui.Home, error) {
	h := slackui.Home{At: b.now()}
	open, err := b.store.Runs(ctx, store.Query{Open: true, Limit: homeOpen})
	if err != nil {
		return h, err
	}
	h.Partly = len(open) == homeOpen
	for _, r := range open {
		waits, err := b.waitsFor(ctx, r, who)
		if err != nil {
			return h, err
		}
		if waits {
			h.Waiting = append(h.Waiting, r)
		}
	}
	if h.Mine, err = b.store.Runs(ctx, store.Query{Requester: who.ID, Limit: homeMine}); err != nil {
		return h, err
	}
	if h.Alerts, err = b.taken(ctx, who); err != nil {
		return h, err
	}
	for action := range b.engine.Catalog.All() {
		may, err := allowed(b.may(ctx, who, action))
		if err != nil {
			return h, err
		}
		if may {
			h.Actions = append(h.Actions, action)
		}
	}
	h.Cards, err = b.CardLinks(ctx, listedOn(h))
	return h, err
}

// listedOn are the ids of all that a Home tab lists, as their cards know them.
func listedOn(h slackui.Home) []string {
	var ids []string
	for _, r := range slices.Concat(h.Waiting, h.Mine) {
		ids = append(ids, r.ID)
	}
	for _, a := range h.Alerts {
		ids = append(ids, a.Face())
	}
	return ids
}

// waitsFor reports whether a run waits for somebody who this person may be.
func (b *Bot) waitsFor(ctx context.Context, r *engine.Run, who engine.Person) (bool, error) {
	s := engine.SubjectOf(r)
	var verb engine.Verb
	switch ask := r.OpenAsk(); {
	case r.Status == engine.AwaitingApproval && !r.Decided(who):
		verb = engine.VerbApprove
	case r.Status == engine.NeedsReview:
		verb = engine.VerbResolve
	case ask != nil && ask.Ask != nil:
		verb, s.NotRequester = engine.VerbAnswer, ask.Ask.NotRequester
	default:
		return false, nil
	}
	return allowed(b.engine.May(ctx, who, verb, s))
}

// allowed tells a refusal from a judgement that could not be made.
func allowed(err error) (bool, error) {
	if unknown := (*access.Unknown)(nil); errors.As(err, &unknown) {
		return false, err
	}
	if _, refused := runbook.PublicText(err); refused {
		return false, nil
	}
	return err == nil, err
}

// taken are the alerts a person has taken and that have not ended.
func (b *Bot) taken(ctx context.Context, who engine.Person) ([]*alerts.Alert, error) {
	if b.desk == nil {
		return nil, nil
	}
	page, err := b.desk.List(ctx, alerts.Query{Assignee: who.ID, Limit: homeMost})
	return page.Alerts, err
}

// homesChanged has the open Home tabs follow what has happened, soon.
func (b *Bot) homesChanged() {
	b.paint(picture{id: homesPicture, version: b.now().UnixNano(), every: b.posts.homes, show: func(ctx context.Context) error {
		people, err := b.store.Homes(ctx, homePeople)
		for _, person := range people {
			err = errors.Join(err, b.publishHome(ctx, person))
		}
		return err
	}})
}

// followPress redraws the Home tab of who has just pressed something, if they
// look at it.
func (b *Bot) followPress(ev Event) {
	if ev.Interaction == nil || ev.Interaction.Type != slack.InteractionTypeBlockActions && ev.Interaction.Type != slack.InteractionTypeViewSubmission {
		return
	}
	ctx, cancel := context.WithTimeout(b.life, replyTimeout)
	defer cancel()
	_, err := protected(func() (struct{}, error) {
		people, err := b.store.Homes(ctx, homePeople)
		if err != nil || !slices.Contains(people, ev.person()) {
			return struct{}{}, err
		}
		return struct{}{}, b.publishHome(ctx, ev.person())
	})
	if err != nil {
		b.log.InfoContext(ctx, "a Home tab is not drawn again", "person", ev.person(), "error", unwrapURL(err))
	}
}
