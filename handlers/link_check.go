package handlers

import (
	"net/url"
	"regexp"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

var (
	errForeignLink = runbook.Refuse("That is not a link of the portal's own address. Copy it from the user's record in LearnUpon.")
	errOtherLink   = runbook.Refuse("That is not a confirmation link. Copy the whole link shown next to N/A on the user's record in LearnUpon; the address of the record itself is of no use.")
)

// ownPages are pages of LearnUpon's interface that people copy by mistake.
var ownPages = regexp.MustCompile(`^/(users(/\d+(/edit)?|/pending|/sign_in|/sign_out)?|groups(/.*)?|dashboard|courses(/.*)?)/?$`)

// checkConfirmation judges a link that a person copied from a record, and
// returns it in full. LearnUpon does not publish what such a link looks like,
// so only what certainly is something else is refused: another host, a single
// word, a page of the interface.
func checkConfirmation(c *learnupon.Client, typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	full, err := c.CheckLink(typed)
	if err != nil {
		return "", errForeignLink
	}
	u, err := url.Parse(full)
	if err != nil {
		return "", errForeignLink
	}
	absolute := strings.HasPrefix(typed, "/") || strings.Contains(typed, "://")
	bare := u.RawQuery == "" && !strings.Contains(strings.Trim(u.Path, "/"), "/")
	if !absolute || bare || ownPages.MatchString(u.Path) && u.RawQuery == "" {
		return "", errOtherLink
	}
	return full, nil
}

// webLink finds addresses in a text, also in the form Slack gives them. What no
// link holds, such as an invisible character that was copied with it, ends one.
var webLink = regexp.MustCompile(`(?i)https?://[^\s<>|"'\\\p{Cc}\p{Cf}\x{FFFD}]+`)

// PrivateLinks returns what tells whether a text holds a link of a portal that
// whoever opens it could use: a confirmation or accept link. Such a text must
// not be stored or shown in clear.
func PrivateLinks(portals []*learnupon.Client) func(text string) bool {
	return func(text string) bool {
		for _, link := range webLink.FindAllString(text, -1) {
			for _, c := range portals {
				if _, err := checkConfirmation(c, link); err == nil {
					return true
				}
			}
		}
		return false
	}
}
