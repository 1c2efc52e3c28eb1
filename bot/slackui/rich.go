package slackui

import (
	"net/url"
	"regexp"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// inline is an element of a line of rich text.
type inline = slack.RichTextSectionElement

// line is one line of rich text, or one item of a list.
type line []inline

func words(s string) inline { return styled(s, nil) }
func bold(s string) inline  { return styled(s, &slack.RichTextSectionTextStyle{Bold: true}) }
func faint(s string) inline { return styled(s, &slack.RichTextSectionTextStyle{Italic: true}) }
func code(s string) inline  { return styled(s, &slack.RichTextSectionTextStyle{Code: true}) }

func styled(s string, style *slack.RichTextSectionTextStyle) inline {
	return slack.NewRichTextSectionTextElement(s, style)
}

// link is a page to open, or its text where the address is none a browser
// should follow.
func link(l runbook.Link) inline {
	text := visible(l.Text)
	if text == "" {
		text = "Open the page"
	}
	if !opens(l.URL) {
		return words(text)
	}
	return slack.NewRichTextSectionLinkElement(l.URL, cut(text, maxField), nil)
}

func opens(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && length(address) <= maxURL
}

var (
	userID  = regexp.MustCompile(`^[UW][A-Z0-9]{1,20}$`)
	groupID = regexp.MustCompile(`^S[A-Z0-9]{1,20}$`)
)

// mention names whoever is behind a Slack id, or shows a name as it is.
func mention(id string) inline {
	switch {
	case userID.MatchString(id):
		return slack.NewRichTextSectionUserElement(id, nil)
	case groupID.MatchString(id):
		return slack.NewRichTextSectionUserGroupElement(id)
	}
	return words(cut(visible(id), cardValue))
}

func person(p engine.Person) inline {
	if userID.MatchString(p.ID) || p.Name == "" {
		return mention(p.ID)
	}
	return words(cut(visible(p.Name), cardValue))
}

// mentions joins ids with commas and a last "or".
func mentions(ids []string) line {
	var l line
	for i, id := range ids {
		switch {
		case i > 0 && i == len(ids)-1:
			l = append(l, words(" or "))
		case i > 0:
			l = append(l, words(", "))
		}
		l = append(l, mention(id))
	}
	return l
}

// people are those behind roles, as far as they are known.
func (u UI) people(roles []runbook.Role) line {
	var ids []string
	for _, role := range roles {
		if known := u.Roles[role]; len(known) > 0 {
			ids = append(ids, known...)
		} else {
			ids = append(ids, string(role))
		}
	}
	return mentions(ids)
}

const dateFormat = "{date_short_pretty} at {time}"

// date shows each reader their own time.
func (u UI) date(t time.Time) inline {
	fallback := u.clock(t)
	return slack.NewRichTextSectionDateElement(t.Unix(), dateFormat, nil, &fallback)
}

func (u UI) clock(t time.Time) string {
	zone := u.Zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2 Jan 2006, 15:04 MST")
}

// weight is what a line costs against [messageWeight] and its like.
func (l line) weight() int {
	n := 0
	for _, e := range l {
		n += elementWeight + length(textOf(e))
		if t, ok := e.(*slack.RichTextSectionLinkElement); ok {
			n += length(t.URL)
		}
	}
	return n
}

func textOf(e inline) string {
	switch e := e.(type) {
	case *slack.RichTextSectionTextElement:
		return e.Text
	case *slack.RichTextSectionLinkElement:
		return e.Text
	}
	return ""
}

// filled is the line without empty texts, which Slack refuses.
func (l line) filled() []inline {
	var out []inline
	for _, e := range l {
		if t, ok := e.(*slack.RichTextSectionTextElement); ok && t.Text == "" {
			continue
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return []inline{faint("(empty)")}
	}
	return out
}

func sectionOf(l line) slack.RichTextElement { return slack.NewRichTextSection(l.filled()...) }

func quoteOf(l line) slack.RichTextElement {
	return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: l.filled()}
}

func preformatted(text string) slack.RichTextElement {
	return &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: line{words(text)}.filled()}
}

func listOf(style slack.RichTextListElementType, lines []line) slack.RichTextElement {
	items := make([]slack.RichTextElement, len(lines))
	for i, l := range lines {
		items[i] = sectionOf(l)
	}
	return slack.NewRichTextList(style, 0, items...)
}

func rich(elements ...slack.RichTextElement) slack.Block {
	return slack.NewRichTextBlock("", elements...)
}

// paragraph is a block of one line of rich text.
func paragraph(elements ...inline) slack.Block { return rich(sectionOf(elements)) }
