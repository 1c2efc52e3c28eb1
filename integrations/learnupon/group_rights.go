package learnupon

import (
	"context"
	"net/url"
)

// ManagersOf returns who manages a group, deactivated people too.
func (c *Client) ManagersOf(ctx context.Context, group ID) ([]GroupRights, error) {
	query := url.Values{"group_id": {group.String()}}
	found := pages[GroupRights](ctx, c.api, get("/group_managers", query), "group_managers", "group_manager")
	return all(found, func(g GroupRights) bool { return g.GroupID == group })
}
