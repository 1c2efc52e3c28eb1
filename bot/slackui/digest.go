package slackui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/alerts"
)

const (
	// digestTop is how many accounts and causes a digest names.
	digestTop = 8
	// digestPage is how many alerts one page of "Show all" lists.
	digestPage = 10
)

// Digest is the one message for a burst of alerts, as they are now.
func (u UI) Digest(d *alerts.Digest, list []*alerts.Alert) Message {
	people := count(len(list), "person", "people")
	blocks := []slack.Block{header("Sync errors: " + people + " at once"), u.digestStanding(d, list)}
	left := slices.DeleteFunc(slices.Clone(list), func(a *alerts.Alert) bool { return a.Status.Ended() })
	parts := []part{
		tally("By what mends it", left, u.cause),
		tally("By account", list, func(a *alerts.Alert) string { return cmp.Or(a.Account, a.AccountID, "no account known") }),
	}
	fit(parts, messageWeight-weightOf(blocks))
	blocks = append(blocks, blocksOf(parts)...)
	blocks = append(blocks, actions(button(PressAlerts, "Show all", "the alerts of this digest", Ref{Item: d.ID})))
	return digestMessage(d, "card", "Sync errors: "+people+" could not be synced.", blocks)
}

// DigestReminder asks, once, for somebody to take the alerts of a digest, in its
// thread.
func (u UI) DigestReminder(d *alerts.Digest) Message {
	return digestMessage(d, "reminder", "Sync errors wait for somebody.", []slack.Block{u.nobody("Nobody has taken some of these for four hours")})
}

func digestMessage(d *alerts.Digest, key, text string, blocks []slack.Block) Message {
	return Message{Text: unmarked(text), Blocks: blocks, Metadata: slack.SlackMetadata{
		EventType: EventDigest, EventPayload: map[string]any{"digest": d.ID, "key": key, "version": d.Version},
	}}
}

// digestStanding counts the alerts by where they stand.
func (u UI) digestStanding(d *alerts.Digest, list []*alerts.Alert) slack.Block {
	counts, open := map[string]int{}, 0
	for _, a := range list {
		counts[place(a)]++
		if !a.Status.Ended() {
			open++
		}
	}
	var said []string
	for _, p := range places {
		if counts[p] > 0 {
			said = append(said, fmt.Sprintf("%d %s", counts[p], p))
		}
	}
	next := "Nothing is left to do."
	if open > 0 {
		next = "“Show all” has the buttons of each."
	}
	return paragraph(words("Found "), u.date(d.Created), words(": "), bold(strings.Join(said, ", ")), words(". "+next))
}

// places are where an alert of a digest may stand, as a digest counts them.
var places = []string{"unassigned", "taken", "put aside", "dismissed", "mended"}

func place(a *alerts.Alert) string {
	switch {
	case a.Status == alerts.Closed:
		return "mended"
	case a.Status == alerts.Dismissed:
		return "dismissed"
	case a.Status == alerts.Snoozed:
		return "put aside"
	case a.Assignee != nil:
		return "taken"
	}
	return "unassigned"
}

// cause is what mends an alert, in a word that many share.
func (u UI) cause(a *alerts.Alert) string {
	if a.Explained.IsZero() {
		return "not known yet"
	}
	for _, f := range a.Why {
		if f.Mend == nil {
			continue
		}
		if action, ok := u.action(f.Mend.Action); ok {
			return action.Title
		}
		return f.Mend.Label
	}
	return "no reason found"
}

// tally counts alerts by a word, the most frequent first.
func tally(heading string, list []*alerts.Alert, of func(*alerts.Alert) string) part {
	counts := map[string]int{}
	for _, a := range list {
		counts[of(a)]++
	}
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	shown := part{heading: heading}
	for i, name := range names {
		if i == digestTop {
			shown.more = len(names) - i
			break
		}
		shown.add(bold(fmt.Sprintf("%d  ", counts[name])), words(cut(visible(name), cardValue)))
	}
	return shown
}

// Alerts is a page, from 0, of a digest's alerts with the buttons of each. A
// note, such as why a press had no effect, comes first. A page beyond the last
// is the last.
func (u UI) Alerts(d *alerts.Digest, list []*alerts.Alert, page int, note string) slack.ModalViewRequest {
	pages := max(1, (len(list)+digestPage-1)/digestPage)
	page = max(0, min(page, pages-1))
	var blocks []slack.Block
	if note != "" {
		blocks = append(blocks, section(note))
	}
	blocks = append(blocks, aside(fmt.Sprintf("Page %d of %d · %s", page+1, pages, count(len(list), "alert", "alerts"))))
	for _, a := range list[min(page*digestPage, len(list)):min((page+1)*digestPage, len(list))] {
		blocks = append(blocks, slack.NewDividerBlock(), u.alertRow(a), u.standing(a))
		if controls := alertControls(a); len(controls) > 0 {
			blocks = append(blocks, slack.NewActionBlock(controlsOf(a), controls...))
		}
	}
	var turns []slack.BlockElement
	turn := func(id, text string, to int) {
		turns = append(turns, button(id, text, fmt.Sprintf("page %d of %d", to+1, pages), Ref{Item: d.ID, Page: to}))
	}
	if page > 0 {
		turn(nth(PressAlerts, 1), "Previous", page-1)
	}
	if page < pages-1 {
		turn(PressAlerts, "Next", page+1)
	}
	if len(turns) > 0 {
		blocks = append(blocks, slack.NewDividerBlock(), actions(turns...))
	}
	return modal("Sync errors", ViewAlerts, Ref{Item: d.ID, Page: page}, blocks)
}

// alertRow is whom an alert is about and why, on a few lines.
func (u UI) alertRow(a *alerts.Alert) slack.Block {
	c := &contents{max: cardValue}
	l := line{bold(c.name(alertName(a))), words(" · "), c.value(a.Email), words(" · "), c.value(cmp.Or(a.Account, a.AccountID, "no account known"))}
	if len(a.Why) > 0 {
		l = append(l, words("\n"), words(cut(visible(a.Why[0].Text), cardText/2)))
	}
	return paragraph(l...)
}
