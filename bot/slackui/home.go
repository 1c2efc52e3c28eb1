package slackui

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// What a Home tab lists at most of each; the rest is counted.
const (
	homeRuns   = 12
	homeAlerts = 8
	// homeActions is how many buttons Slack takes in a row of them.
	homeActions = 25
)

// Home is one person's inbox.
type Home struct {
	Waiting []*engine.Run    // runs they may approve, answer for or look at
	Mine    []*engine.Run    // runs they asked for
	Alerts  []*alerts.Alert  // alerts they have taken
	Actions []runbook.Action // what they may use
	// Cards are the addresses of cards, by the id of the run or the alert's face.
	Cards map[string]string
	// Partly says that there are more open runs than were looked at.
	Partly bool
	At     time.Time
}

// Home draws the Home tab.
func (u UI) Home(h Home) slack.HomeTabViewRequest {
	as := slack.NewSectionBlock(label("Everything that waits for you, as of "+u.clock(h.At), maxSection), nil,
		slack.NewAccessory(button(PressHome, "Refresh", "your inbox", Ref{})))
	blocks := []slack.Block{header("Your inbox"), as}
	blocks = append(blocks, h.list("Waiting for you", h.Waiting, "Nothing waits for you.")...)
	if h.Partly {
		blocks = append(blocks, aside("There are more open runs than fit here. /runs lists them all."))
	}
	blocks = append(blocks, h.list("Your runs", h.Mine, "You have asked for nothing in the last 30 days.")...)
	blocks = append(blocks, h.alerts()...)
	blocks = append(blocks, slack.NewDividerBlock(), paragraph(bold("What would you like to do?")))
	var buttons []slack.BlockElement
	for i, a := range h.Actions {
		if i < homeActions {
			buttons = append(buttons, button(nth(PressMend, i), a.Title, a.Summary, Ref{Action: a.Name}))
		}
	}
	if len(buttons) == 0 {
		return homeView(append(blocks, section("None of the actions is yours to ask for. /registrar says who can.")))
	}
	return homeView(append(blocks, actions(buttons...), aside("Each is also a slash command. /registrar lists them all.")))
}

// HomeProblem says on the Home tab why it cannot be shown.
func (u UI) HomeProblem(a Answer) slack.HomeTabViewRequest {
	again := actions(button(PressHome, "Try again", "your inbox", Ref{}))
	return homeView(append(append([]slack.Block{header("Your inbox")}, a.blocks()...), again))
}

func homeView(blocks []slack.Block) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}, CallbackID: ViewHome}
}

// list is a row for each run: what it is, how it stands, and its card.
func (h Home) list(heading string, runs []*engine.Run, none string) []slack.Block {
	blocks := homeHeading(heading, len(runs))
	if len(runs) == 0 {
		return append(blocks, section(none))
	}
	for i, r := range runs {
		if i == homeRuns {
			return append(blocks, more(len(runs)-i))
		}
		p := &r.Plan
		text := fmt.Sprintf("%s: %s\n%s", cut(visible(p.Title), maxHeader), cut(visible(p.Subject), cardValue), cut(visible(engine.Sentence(r)), cardText))
		blocks = append(blocks, homeRow(text, h.Cards[r.ID], p.Title+" "+p.Subject))
	}
	return blocks
}

func homeHeading(heading string, n int) []slack.Block {
	if n > 0 {
		heading = fmt.Sprintf("%s (%d)", heading, n)
	}
	return []slack.Block{slack.NewDividerBlock(), paragraph(bold(heading))}
}

func homeRow(text, card, about string) slack.Block {
	row := slack.NewSectionBlock(lines(text, maxSection), nil, nil)
	if open := linkButton(runbook.Link{Text: "Open", URL: card}, about); open != nil {
		row.Accessory = slack.NewAccessory(open)
	}
	return row
}

func (h Home) alerts() []slack.Block {
	blocks := homeHeading("Alerts you have taken", len(h.Alerts))
	if len(h.Alerts) == 0 {
		return append(blocks, section("You have taken no alert."))
	}
	for i, a := range h.Alerts {
		if i == homeAlerts {
			return append(blocks, more(len(h.Alerts)-i))
		}
		text := fmt.Sprintf("%s\n%s", cut(visible(alertName(a)), cardValue), visible(alerts.Sentence(a)))
		blocks = append(blocks, homeRow(text, h.Cards[a.Face()], "sync error of "+alertName(a)))
		if controls := alertControls(a); len(controls) > 0 {
			blocks = append(blocks, slack.NewActionBlock(controlsOf(a), controls...))
		}
	}
	return blocks
}
