package learnupon

import (
	"context"
	"net/http"
	"strings"

	"registrar/integrations/rest"
)

// CreateGroup makes a group of exactly that title and returns it as the portal then lists it. Titles are unique: where
// one is taken, compared without case, the portal refuses (see TitleTaken), and two callers at once never make two.
func (c *Client) CreateGroup(ctx context.Context, title string) (Group, error) {
	r := rest.Request{Method: http.MethodPost, Route: "/groups", Body: wrapped("Group", map[string]any{"title": title})}
	if strings.TrimSpace(title) == "" {
		return Group{}, c.api.Invalid(r, "a group needs a title")
	}
	res, err := c.api.Do(ctx, r)
	if err != nil {
		return Group{}, err
	}
	id, err := created(res.Body)
	if err != nil {
		return Group{}, c.api.Unclear(r, res, err)
	}
	g, err := c.GroupByID(ctx, id)
	switch {
	case err != nil:
		return Group{}, c.api.Unclear(r, res, err)
	case g.Title != title:
		return Group{}, c.api.Unclear(r, res, rest.ErrNotApplied)
	}
	return g, nil
}

// TitleTaken reports whether err is the portal's refusal to make a second group of a title. The wording is not
// documented; it is that of Rails, with which the portal is built.
func TitleTaken(err error) bool {
	return refusedWith(err, "taken", "already exists", "already in use", "must be unique")
}
