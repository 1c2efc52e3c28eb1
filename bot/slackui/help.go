package slackui

import (
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/runbook"
)

// HelpEntry is one action in help, as one person may use it.
type HelpEntry struct {
	Action  runbook.Action
	Allowed bool
	Why     string   // why not, where not allowed
	WhoCan  []string // Slack ids of user groups and users, or names
}

// Help lists what a person may use, what not and who can, and what is not set
// up here and why. A note, which may hold what was typed, comes first.
func (u UI) Help(note string, entries []HelpEntry, absent ...runbook.Absent) Message {
	c := &contents{max: cardText}
	may := part{heading: "What you can do"}
	mayNot := part{heading: "What others can do", rank: 1}
	off := part{heading: "Not set up here", rank: 2}
	for _, e := range entries {
		a := e.Action
		if e.Allowed {
			may.add(bold(a.Command), words("  "+c.cut(visible(a.Summary), c.max)+" Example: "), code(visible(strings.TrimSpace(a.Command+" "+a.Example))))
			continue
		}
		l := line{bold(a.Command), words("  "), c.sentence(a.Summary + " " + e.Why)}
		if len(e.WhoCan) > 0 {
			l = append(append(l, words(" Who can: ")), mentions(e.WhoCan)...)
			l = append(l, words("."))
		}
		mayNot.add(l...)
	}
	for _, a := range absent {
		off.add(bold(a.Command), words("  "), c.sentence(a.Title+": "+a.Why))
	}
	parts := []part{may, mayNot, off}
	blocks := []slack.Block{header("Registrar")}
	if note != "" {
		blocks = append(blocks, section(note))
	}
	if len(may.lines) == 0 {
		blocks = append(blocks, section("You cannot use any of its actions yet."))
	}
	tail := aside("Each command also works behind /registrar. What you type after it fills in the fields.")
	fit(parts, messageWeight-weightOf(append(blocks, tail)))
	blocks = append(append(blocks, blocksOf(parts)...), tail)
	return Message{Text: "What Registrar can do for you.", Blocks: blocks}
}
