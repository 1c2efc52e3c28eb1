package alerts

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// Sentence is one plain sentence on where an alert stands, and the next move.
func Sentence(a *Alert) string {
	switch {
	case a.Status == Dismissed:
		return "This alert was dismissed; a new error for this person opens a new one."
	case a.Status == Closed:
		return "Nothing is amiss any more, so this alert has closed itself."
	case a.Run != "":
		return "A run that mends this is under way; the alert closes itself when its cause is gone."
	case a.Status == Snoozed:
		return fmt.Sprintf("Put aside until %s; then it is open again.", a.Snoozed.UTC().Format("2 January, 15:04 UTC"))
	case a.Assignee != nil:
		return "Somebody is taking care of it. “Fix…” proposes what mends it."
	case a.Reminded:
		return "Nobody has taken this for four hours. Press “Assign to me”, or “Fix…” to mend it."
	}
	return "Nobody has taken this yet. Press “Assign to me”, or “Fix…” to mend it."
}

// inWords says a length of time as a person would.
func inWords(d time.Duration) string {
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		n := d / u.size
		switch {
		case d%u.size != 0 || n == 0:
		case n == 1:
			return "1 " + u.name
		default:
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return d.String()
}

func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[size:]
}
