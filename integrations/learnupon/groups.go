package learnupon

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"strings"

	"registrar/integrations/rest"
)

// Group is a set of users.
type Group struct {
	ID          ID     `json:"id"`
	Title       string `json:"title"` // unique in the portal
	Description string `json:"description"`
	Members     Int    `json:"number_of_members"`
}

// Groups walks through all groups of the portal.
func (c *Client) Groups(ctx context.Context) iter.Seq2[Group, error] {
	return pages[Group](ctx, c.api, get("/groups", nil), "groups")
}

// GroupByTitle returns the group of that title, compared without case as the portal does to keep titles unique. What its
// own filter makes of a title is not documented: it matches more, and where it finds nothing all groups are read, so that
// an answer of rest.IsNotFound can be relied on.
func (c *Client) GroupByTitle(ctx context.Context, title string) (Group, error) {
	title = strings.TrimSpace(title)
	is := func(g Group) bool { return strings.EqualFold(strings.TrimSpace(g.Title), title) }
	g, err := c.oneGroup(ctx, get("/groups", url.Values{"title": {title}}), is)
	if rest.IsNotFound(err) {
		return c.oneGroup(ctx, get("/groups", nil), is)
	}
	return g, err
}

// GroupByID returns the group with the number. No call asks for one group, so the pages are read until it appears.
func (c *Client) GroupByID(ctx context.Context, id ID) (Group, error) {
	return c.oneGroup(ctx, get("/groups", nil), func(g Group) bool { return g.ID == id })
}

func (c *Client) oneGroup(ctx context.Context, r rest.Request, is func(Group) bool) (Group, error) {
	for g, err := range pages[Group](ctx, c.api, r, "groups") {
		if err != nil {
			return Group{}, err
		}
		if is(g) {
			return g, nil
		}
	}
	return Group{}, c.api.NotFound(r)
}

// GroupsOf returns the groups a user belongs to. Only ID and Title are filled.
func (c *Client) GroupsOf(ctx context.Context, user ID) ([]Group, error) {
	query := url.Values{"user_id": {user.String()}}
	found := pages[Group](ctx, c.api, get("/group_memberships", query), "group", "groups")
	return all(found, func(Group) bool { return true })
}

// Member is a user of a group, as the group lists it.
type Member struct {
	ID    ID     `json:"id"` // of the user
	Email string `json:"email"`
}

// MembersOf walks through the users of a group.
func (c *Client) MembersOf(ctx context.Context, group ID) iter.Seq2[Member, error] {
	query := url.Values{"group_id": {group.String()}}
	return pages[Member](ctx, c.api, get("/group_memberships", query), "user", "users")
}

// GroupRights says that a user manages a group.
type GroupRights struct {
	ID             ID   `json:"id"`
	GroupID        ID   `json:"group_id"`
	UserID         ID   `json:"user_id"`
	CanCreateUsers bool `json:"can_create_users"`
}

// UnmarshalJSON reads the flag in any of the forms it comes in.
func (g *GroupRights) UnmarshalJSON(b []byte) error {
	type fields GroupRights
	raw := struct {
		*fields
		CanCreateUsers flag `json:"can_create_users"`
	}{fields: (*fields)(g)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	g.CanCreateUsers = bool(raw.CanCreateUsers)
	return nil
}

// ManagedBy returns the groups a user manages.
func (c *Client) ManagedBy(ctx context.Context, user ID) ([]GroupRights, error) {
	query := url.Values{"user_id": {user.String()}}
	found := pages[GroupRights](ctx, c.api, get("/group_managers", query), "group_managers", "group_manager")
	return all(found, func(g GroupRights) bool { return g.UserID == user })
}
