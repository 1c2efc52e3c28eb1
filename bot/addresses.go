package bot

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"registrar/bot/runbook"
)

// shown are the parts of a message that people write or read. The rest, such as
// who posted it and which metadata it has, is Slack's.
type shown struct {
	Text        string `json:"text"`
	Blocks      any    `json:"blocks"`
	Attachments any    `json:"attachments"`
}

var (
	// mailLink is a link that opens a mail program; what follows a question mark
	// is a subject and the like.
	mailLink = regexp.MustCompile(`(?i)mailto:([^\s<>|"?]+)(?:\?[^\s<>|"]*)?`)
	webLink  = regexp.MustCompile(`(?i)https?://[^\s<>|"]+`)
	// address is loose; [runbook.Email] judges what it finds.
	address = regexp.MustCompile("[\\p{L}\\p{N}.!#$%&'*+/=?^_`{}~-]+@[\\p{L}\\p{N}.-]+")
)

// addresses are the e-mail addresses in a message, each once, in the order in
// which they stand there: in its text, in links, in blocks and attachments.
func addresses(message json.RawMessage) []string {
	var m shown
	if json.Unmarshal(message, &m) != nil {
		return nil
	}
	var found []string
	add := func(candidate string) {
		var email string
		if runbook.Email(&email)(strings.Trim(candidate, ".'`*~")) == nil && !slices.Contains(found, email) {
			found = append(found, email)
		}
	}
	walk([]any{m.Text, m.Blocks, m.Attachments}, func(text string) { within(text, add) })
	return found
}

// unread are the keys of what nobody reads.
var unread = []string{"block_id", "action_id", "callback_id", "image_url", "thumb_url"}

// walk calls see with every text of a decoded JSON value that people can read.
func walk(v any, see func(text string)) {
	switch v := v.(type) {
	case string:
		see(v)
	case []any:
		for _, item := range v {
			walk(item, see)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			// The value of a button is our own or another app's; that of an
			// attachment's field, which has no type, is for people.
			if slices.Contains(unread, key) || key == "value" && v["type"] != nil {
				continue
			}
			walk(v[key], see)
		}
	}
}

// within calls add with whatever looks like an address in one text.
func within(text string, add func(candidate string)) {
	for _, m := range mailLink.FindAllStringSubmatch(text, -1) {
		to, err := url.PathUnescape(m[1])
		if err != nil {
			to = m[1]
		}
		for one := range strings.SplitSeq(unescaped(to), ",") {
			add(one)
		}
	}
	text = mailLink.ReplaceAllString(text, " ")
	text = webLink.ReplaceAllString(text, " ") // https://x@host/ holds no address
	for _, m := range address.FindAllString(unescaped(text), -1) {
		add(m)
	}
}

// unescaped turns back the three characters that Slack escapes in texts.
func unescaped(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}
