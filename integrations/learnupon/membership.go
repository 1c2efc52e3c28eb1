package learnupon

import (
	"context"
	"net/http"
	"slices"

	"registrar/integrations/rest"
)

// JoinGroups makes a user a member of groups the user is not in, and returns all groups of the user, read back in one
// call. enroll also enrolls the user in the courses of the groups joined. Where one call fails the rest is not tried.
func (c *Client) JoinGroups(ctx context.Context, user ID, enroll bool, groups ...ID) ([]Group, error) {
	flag := "false"
	if enroll {
		flag = "true"
	}
	var calls []rest.Request
	for _, group := range groups {
		calls = append(calls, rest.Request{Method: http.MethodPost, Route: "/group_memberships",
			Body: wrapped("GroupMembership", map[string]any{"group_id": group, "user_id": user, "process_enrollments": flag})})
	}
	return c.memberships(ctx, user, calls, func(now []ID) bool { return holds(now, groups) == len(groups) })
}

// LeaveGroups ends a user's membership of groups the user is in, and returns the groups that are left, read back in one
// call. The user's enrollments stay.
func (c *Client) LeaveGroups(ctx context.Context, user ID, groups ...ID) ([]Group, error) {
	var calls []rest.Request
	for _, group := range groups {
		// With 0 in the route LearnUpon looks for the membership that the body names.
		calls = append(calls, rest.Request{Method: http.MethodDelete, Route: "/group_memberships/{id}", Args: []string{"0"},
			Body: wrapped("GroupMembership", map[string]any{"group_id": group, "user_id": user})})
	}
	return c.memberships(ctx, user, calls, func(now []ID) bool { return holds(now, groups) == 0 })
}

func (c *Client) memberships(ctx context.Context, user ID, calls []rest.Request, shown func(now []ID) bool) ([]Group, error) {
	return readBack(ctx, c.api, calls,
		func() ([]Group, error) { return c.GroupsOf(ctx, user) },
		func(g Group) ID { return g.ID }, shown)
}

// GrantRights makes a user the manager of groups the user does not manage, and returns all the user manages, read back
// in one call. The user has to be of type manager before.
func (c *Client) GrantRights(ctx context.Context, user ID, rights ...GroupRights) ([]GroupRights, error) {
	var calls []rest.Request
	var groups []ID
	for _, g := range rights {
		flag := "false"
		if g.CanCreateUsers {
			flag = "true"
		}
		groups = append(groups, g.GroupID)
		calls = append(calls, rest.Request{Method: http.MethodPost, Route: "/group_managers",
			Body: wrapped("GroupManager", map[string]any{"group_id": g.GroupID, "user_id": user, "can_create_users": flag})})
	}
	return c.managements(ctx, user, calls, func(now []ID) bool { return holds(now, groups) == len(groups) })
}

// RevokeRights ends a user's management of groups, as ManagedBy lists it, and returns what is left, read back in one
// call.
func (c *Client) RevokeRights(ctx context.Context, user ID, rights ...GroupRights) ([]GroupRights, error) {
	var calls []rest.Request
	var groups []ID
	for _, g := range rights {
		groups = append(groups, g.GroupID)
		calls = append(calls, rest.Request{Method: http.MethodDelete, Route: "/group_managers/{id}", Args: []string{g.ID.String()}})
	}
	return c.managements(ctx, user, calls, func(now []ID) bool { return holds(now, groups) == 0 })
}

func (c *Client) managements(ctx context.Context, user ID, calls []rest.Request, shown func(now []ID) bool) ([]GroupRights, error) {
	return readBack(ctx, c.api, calls,
		func() ([]GroupRights, error) { return c.ManagedBy(ctx, user) },
		func(g GroupRights) ID { return g.GroupID }, shown)
}

// holds counts the wanted numbers among those that are there.
func holds(now, wanted []ID) int {
	n := 0
	for _, id := range wanted {
		if slices.Contains(now, id) {
			n++
		}
	}
	return n
}

// readBack makes the calls, then lists what there is now, once for all of them.
func readBack[T any](ctx context.Context, api *rest.Client, calls []rest.Request,
	list func() ([]T, error), number func(T) ID, shown func(now []ID) bool) ([]T, error) {
	var last rest.Request
	var res *rest.Response
	for _, last = range calls {
		var err error
		if res, err = api.Do(ctx, last); err != nil {
			return nil, err
		}
	}
	records, err := list()
	if err != nil && res != nil {
		return nil, api.Unclear(last, res, err)
	}
	var now []ID
	for _, r := range records {
		now = append(now, number(r))
	}
	if err == nil && res != nil && !shown(now) {
		err = api.Unclear(last, res, rest.ErrNotApplied)
	}
	return records, err
}
