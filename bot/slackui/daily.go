package slackui

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
)

// EventDaily marks the daily digest, with {day, key}.
const EventDaily = "registrar_daily"

// Daily is what the last day was like, for the audit channel. It holds numbers
// and nothing from outside.
type Daily struct {
	Day      time.Time             // in UTC
	Runs     map[engine.Status]int // requested in the last 24 hours, by where they stand now
	OpenRuns int
	// Alerts is nil where sync-error alerts are off.
	Alerts *DailyAlerts
	// Entries is how many the audit trail has, and Head its end, as `registrar
	// audit verify` takes it.
	Entries int64
	Head    string
}

// DailyAlerts are the alerts opened and ended in the last 24 hours, and those
// that are open now.
type DailyAlerts struct{ Opened, Ended, Open int }

// Daily is the day's one message in the audit channel.
func (u UI) Daily(d Daily) Message {
	lines := []part{{heading: "Runs", lines: dailyRuns(d)}}
	if a := d.Alerts; a != nil {
		lines = append(lines, part{heading: "Sync errors", lines: []line{{words(fmt.Sprintf(
			"%s in the last 24 hours, %d closed or dismissed; %d open now", count(a.Opened, "alert", "alerts"), a.Ended, a.Open))}}})
	}
	day := d.Day.UTC().Format(time.DateOnly)
	trail, text := d.trail()
	lines = append(lines, part{heading: "Audit trail", lines: []line{trail}})
	blocks := append([]slack.Block{header("The day until " + d.Day.UTC().Format("2 January 2006, 15:04 UTC"))}, blocksOf(lines)...)
	return Message{Text: "Registrar, " + day + ": " + text, Blocks: blocks, Metadata: slack.SlackMetadata{
		EventType: EventDaily, EventPayload: map[string]any{"day": day, "key": "daily"},
	}}
}

// trail is the end of the audit trail and how to check it, for the message and
// for its notification: some read no blocks. Before its first entry the trail
// has no end, and `registrar audit verify` takes none.
func (d Daily) trail() (shown line, text string) {
	if d.Entries == 0 {
		return line{words("There is no entry yet, so nothing to check.")}, "the audit trail has no entry yet."
	}
	entries, check := count(int(d.Entries), "entry", "entries"), "registrar audit verify --head "+d.Head
	return line{words(entries + ". To check that none is lost or changed: "), code(check)},
		fmt.Sprintf("the audit trail has %s. To check it against today: `%s`", entries, check)
}

func dailyRuns(d Daily) []line {
	var all []string
	total := 0
	for _, status := range engine.Statuses() {
		if n := d.Runs[status]; n > 0 {
			total += n
			all = append(all, fmt.Sprintf("%d %s", n, statusWords[status]))
		}
	}
	text := count(total, "run", "runs") + " requested in the last 24 hours"
	if total > 0 {
		text += ": " + strings.Join(all, ", ")
	}
	return []line{{words(text + fmt.Sprintf("; %d open now", d.OpenRuns))}}
}
