package proof

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
)

// people go on whatever happens to the program: they look at what is on their
// screen and do what it asks for, and once more where nothing came of it.
type people struct {
	*stage
	errand  errand
	revive  func() // called once, after the process was killed
	revived bool

	commanded, sent bool
	repeated        int
	opened          map[string]bool // who has looked at all changes
	reviews         []string        // what a person had to decide, and how
}

func newPeople(s *stage, e errand) *people {
	return &people{stage: s, errand: e, opened: map[string]bool{}}
}

// patience is how long a run may take, with a kill in it, on a machine that does
// much else.
const patience = 4 * time.Minute

// carry carries a run from the command to its end.
func (p *people) carry(ctx context.Context) error {
	for ctx.Err() == nil {
		if p.killed() && !p.revived {
			p.revived = true
			p.revive()
		}
		card, there := p.Card()
		var err error
		switch {
		case !there:
			err = p.ask(ctx)
		case over(card):
			return nil
		default:
			err = p.act(ctx, card)
		}
		if err != nil {
			return err
		}
	}
	card, _ := p.Card()
	form := ""
	if v := p.Slack.Person(registrartest.Sam).Modal(); v != nil {
		form = string(v.Blocks)
	}
	return fmt.Errorf("stuck at %q: %s; the form: %s", card.Text, slacktest.Buttons(card.Blocks), form)
}

// over reports whether a card shows a run that is closed.
func over(card slacktest.Message) bool {
	return slices.ContainsFunc([]string{": done.", ": failed.", ": rejected.", ": expired.", ": cancelled.", ": no longer fits."},
		func(end string) bool { return strings.HasSuffix(card.Text, end) })
}

// ask types the command and goes through the forms.
func (p *people) ask(ctx context.Context) error {
	sam := p.Slack.Person(registrartest.Sam)
	form := sam.Modal()
	switch {
	case form == nil && !p.commanded:
		if _, err := sam.Command(ctx, registrartest.Approvals, p.errand.command); err != nil {
			return p.unanswered(ctx, err)
		}
		p.commanded = true
		p.pause(ctx, func() bool { return sam.Modal() != nil })
	case form != nil && slices.Contains([]string{"Continue", "Request approval", "Apply"}, form.SubmitText()):
		wrong, err := sam.Submit(ctx, registrartest.Answers(form, p.typed()))
		if err != nil {
			return p.unanswered(ctx, err)
		}
		if len(wrong) > 0 {
			return fmt.Errorf("the form is refused: %v", wrong)
		}
		p.sent = p.sent || form.SubmitText() != "Continue"
		p.pause(ctx, func() bool { v := sam.Modal(); return v == nil || v.Hash != form.Hash })
	case form != nil && !p.sent && form.SubmitText() == "" && form.CallbackID != "planning":
		return p.repeat(ctx, form)
	case form == nil && !p.sent:
		return p.reopen(ctx, sam)
	default:
		p.pause(ctx, func() bool { _, there := p.Card(); return there || !same(form, sam.Modal()) })
	}
	return nil
}

// reopen opens the plan of a form that is gone, from the direct message about
// it, or else types the command again.
func (p *people) reopen(ctx context.Context, sam *slacktest.Person) error {
	plan := func() int {
		return slices.IndexFunc(sam.DMs(), func(m slacktest.Message) bool { return slices.Contains(slacktest.Buttons(m.Blocks), "Open plan") })
	}
	wait, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_ = p.Slack.Wait(wait, func() bool { _, there := p.Card(); return there || sam.Modal() != nil || plan() >= 0 })
	i := plan()
	if _, there := p.Card(); there || sam.Modal() != nil {
		return nil
	}
	if i < 0 {
		p.commanded = false
		return nil
	}
	if _, err := sam.Click(ctx, sam.DMs()[i], "Open plan"); err != nil {
		return p.unanswered(ctx, err)
	}
	p.pause(ctx, func() bool { return sam.Modal() != nil })
	return nil
}

// repeat does what people are told where nobody knows whether something was
// stored: they look again in a minute, and repeat it if need be.
func (p *people) repeat(ctx context.Context, form *slacktest.View) error {
	if p.repeated++; p.repeated > 2 {
		return fmt.Errorf("no plan: %s", form.Blocks)
	}
	if err := p.Slack.Person(registrartest.Sam).CloseModal(ctx); err != nil {
		return p.unanswered(ctx, err)
	}
	p.commanded = false
	minute, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_ = p.Slack.Wait(minute, func() bool { _, there := p.Card(); return there || p.killed() && !p.revived })
	return nil
}

// typed is what is typed into forms.
func (p *people) typed() map[string]any {
	values := map[string]any{"Reason": "ticket 4711"}
	maps.Copy(values, p.errand.values)
	return values
}

func same(a, b *slacktest.View) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Hash == b.Hash
}

// act does what the card asks for.
func (p *people) act(ctx context.Context, card slacktest.Message) error {
	buttons := slacktest.Buttons(card.Blocks)
	offers := func(button string) bool { return slices.Contains(buttons, button) }
	shows := string(card.Blocks)
	switch {
	case offers("It happened"):
		return p.review(ctx, card)
	case offers("Approve"):
		who := registrartest.Ana
		if strings.Contains(shows, "Approvals: 1 of ") {
			who = registrartest.Ada
		}
		if offers("Show all changes") && !p.opened[who] {
			return p.open(ctx, who, card)
		}
		return p.press(ctx, who, card, "Approve")
	case offers("Done"):
		return p.answer(ctx, card)
	case p.errand.meanwhile != nil && strings.HasSuffix(card.Text, ": waiting for a system."):
		p.byPackage(func() { p.errand.meanwhile(p.stage) })
	}
	p.look(ctx, card)
	return nil
}

// review decides truthfully about a step whose outcome no system can be asked
// about. Any other step must not ask.
func (p *people) review(ctx context.Context, card slacktest.Message) error {
	for step, happened := range p.errand.unread {
		if !strings.Contains(string(card.Blocks), step) {
			continue
		}
		button := "It did not happen"
		if happened(p.stage) {
			button = "It happened"
		}
		if n := len(p.reviews); n == 0 || p.reviews[n-1] != card.TS+step+button {
			p.reviews = append(p.reviews, card.TS+step+button)
		}
		return p.press(ctx, registrartest.Ana, card, button)
	}
	return fmt.Errorf("a person is asked about what could be read back: %s", card.Blocks)
}

// answer does what a step asks for, and says so.
func (p *people) answer(ctx context.Context, card slacktest.Message) error {
	var typed map[string]any
	if p.errand.does != nil {
		typed = p.errand.does(p.stage)
	}
	max := p.Slack.Person(registrartest.Max)
	if form := max.Modal(); form == nil {
		if err := p.press(ctx, registrartest.Max, card, "Done"); err != nil {
			return err
		}
	}
	form := max.Modal()
	if form == nil {
		return nil
	}
	if form.SubmitText() != "Done" {
		return fmt.Errorf("no answer is taken: %s", form.Blocks)
	}
	_, err := max.Submit(ctx, registrartest.Answers(form, typed))
	switch now := max.Modal(); {
	case err != nil:
		return p.unanswered(ctx, err)
	case now != nil:
		// What was typed counts already, or does not count any more.
		if err := max.CloseModal(ctx); err != nil {
			return p.unanswered(ctx, err)
		}
	}
	p.look(ctx, card)
	return nil
}

func (p *people) open(ctx context.Context, who string, card slacktest.Message) error {
	person := p.Slack.Person(who)
	if _, err := person.Click(ctx, card, "Show all changes"); err != nil {
		return p.unanswered(ctx, err)
	}
	p.pause(ctx, func() bool { return person.Modal() != nil })
	if person.Modal() != nil {
		p.opened[who] = true
		if err := person.CloseModal(ctx); err != nil {
			return p.unanswered(ctx, err)
		}
	}
	return nil
}

func (p *people) press(ctx context.Context, who string, card slacktest.Message, button string) error {
	person := p.Slack.Person(who)
	if _, err := person.Click(ctx, card, button); err != nil {
		return p.unanswered(ctx, err)
	}
	p.pause(ctx, func() bool { return p.moved(card) || person.Modal() != nil })
	return nil
}

// unanswered is what a person sees of a process that has died: they wait a
// little and look again.
func (p *people) unanswered(ctx context.Context, err error) error {
	gone := errors.Is(err, slacktest.ErrNoSocket) || errors.Is(err, slacktest.ErrTimeout) || strings.Contains(err.Error(), "to press; there are")
	if !gone && !errors.Is(err, slacktest.ErrNoModal) && ctx.Err() == nil {
		return err
	}
	p.pause(ctx, func() bool { return p.killed() && !p.revived || p.Slack.Sockets() > 0 })
	return nil
}

// look waits a little for the card to change.
func (p *people) look(ctx context.Context, card slacktest.Message) {
	p.pause(ctx, func() bool { return p.moved(card) })
}

func (p *people) moved(card slacktest.Message) bool {
	now, _ := p.Card()
	return now.Revision() != card.Revision() || now.TS != card.TS
}

// pause waits until something shows, for as long as people do before they try
// again.
func (p *people) pause(ctx context.Context, shows func() bool) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	_ = p.Slack.Wait(ctx, func() bool { return shows() || p.killed() && !p.revived })
}
