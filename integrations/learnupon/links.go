package learnupon

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"registrar/integrations/rest"
)

// Pages of the user interface, for people to open. LearnUpon documents none of these addresses.

// UserPage is a user's record; it holds the confirmation link of who has not confirmed.
func (c *Client) UserPage(id ID) string { return c.page("/users/" + id.String()) }

// HomePage is the portal's front page.
func (c *Client) HomePage() string { return c.page("/") }

// UsersPage lists the users; who has not confirmed shows as N/A.
func (c *Client) UsersPage() string { return c.page("/users") }

// PendingPage lists who was invited and has not accepted.
func (c *Client) PendingPage() string { return c.page("/users/pending") }

// GroupPage is a group's record.
func (c *Client) GroupPage(id ID) string { return c.page("/groups/" + id.String()) }

// InvitesPage lists the invites to a group.
func (c *Client) InvitesPage(group ID) string {
	return c.page("/groups/" + group.String() + "/invites")
}

func (c *Client) page(path string) string { return c.home.String() + path }

// errLink has a Public method, and deliberately not the link.
type errLink string

func (e errLink) Error() string  { return "learnupon: " + string(e) }
func (e errLink) Public() string { return strings.ToUpper(string(e[:1])) + string(e[1:]) + "." }

const (
	errLinkUnreadable errLink = "this is not a link that can be used"
	errLinkElsewhere  errLink = "the link does not lead to the portal's own address"
)

// CheckLink returns the link in full if it lies on the scheme, host and port of the portal's user interface; a
// relative one is taken to do so. It must be asked before a link is opened or mailed. The error never shows the link.
func (c *Client) CheckLink(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" || strings.ContainsFunc(raw, misleading) {
		return "", errLinkUnreadable
	}
	link, err := url.Parse(raw)
	if err != nil || link.Opaque != "" {
		return "", errLinkUnreadable
	}
	full := c.home.ResolveReference(link)
	if full.User != nil || !rest.SameOrigin(c.home, full) {
		return "", errLinkElsewhere
	}
	if strings.Trim(full.Path, "/") == "" && full.RawQuery == "" {
		return "", errLinkUnreadable
	}
	full.Scheme, full.Host = c.home.Scheme, c.home.Host
	return full.String(), nil
}

// misleading characters are read in one way by people or programs and in another by browsers.
func misleading(r rune) bool {
	return r == '\\' || r == unicode.ReplacementChar || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// AcceptLink is the full link with which the invited person accepts. It is a secret.
func (c *Client) AcceptLink(i Invite) (string, error) {
	if i.AcceptURL == "" {
		return "", errLink("LearnUpon does not tell the accept link of this invite")
	}
	return c.CheckLink(i.AcceptURL)
}

// OpenLink opens a confirmation link once, as a browser would: without credentials, keeping no cookies, following
// redirects only on the portal's own address, and dropping what it is shown. That the portal answers 200 does not
// prove that the person is confirmed. It is refused while planning, since it changes something.
func (c *Client) OpenLink(ctx context.Context, raw string) error {
	checked, err := c.CheckLink(raw)
	if err != nil {
		return err
	}
	link, err := url.Parse(checked)
	if err != nil {
		return errLinkUnreadable
	}
	_, err = c.ui.Do(ctx, rest.Request{
		Method: http.MethodGet, Route: "{confirmation link}", Link: link, Changes: true,
		Header: http.Header{"Accept": {"text/html"}},
	})
	return err
}
