package learnupon

import (
	"context"
	"net/http"
	"slices"

	"registrar/integrations/rest"
)

// JoinGroups makes a user a member of the groups and reads them back once. Groups the user is in already are left as
// they are. enroll also enrolls the user in the courses of the groups joined.
func (c *Client) JoinGroups(ctx context.Context, user ID, enroll bool, groups ...ID) error {
	flag := "false"
	if enroll {
		flag = "true"
	}
	return c.each(ctx, groups,
		func(ctx context.Context) ([]ID, error) { return c.groupIDs(ctx, user) },
		func(group ID, in bool) (rest.Request, bool) {
			return rest.Request{Method: http.MethodPost, Route: "/group_memberships", Body: wrapped("GroupMembership",
				map[string]any{"group_id": group, "user_id": user, "process_enrollments": flag})}, !in
		}, true)
}

// LeaveGroups ends a user's membership of the groups and reads them back once. The user's enrollments stay.
func (c *Client) LeaveGroups(ctx context.Context, user ID, groups ...ID) error {
	return c.each(ctx, groups,
		func(ctx context.Context) ([]ID, error) { return c.groupIDs(ctx, user) },
		func(group ID, in bool) (rest.Request, bool) {
			// With 0 in the route LearnUpon looks for the membership that the body names.
			return rest.Request{Method: http.MethodDelete, Route: "/group_memberships/{id}", Args: []string{"0"},
				Body: wrapped("GroupMembership", map[string]any{"group_id": group, "user_id": user})}, in
		}, false)
}

// AddMember makes a user a member of one group without enrolling in its courses, and reads it back.
func (c *Client) AddMember(ctx context.Context, group, user ID) error {
	return c.JoinGroups(ctx, user, false, group)
}

// RemoveMember ends a user's membership of one group and reads it back.
func (c *Client) RemoveMember(ctx context.Context, group, user ID) error {
	return c.LeaveGroups(ctx, user, group)
}

func (c *Client) groupIDs(ctx context.Context, user ID) ([]ID, error) {
	groups, err := c.GroupsOf(ctx, user)
	var ids []ID
	for _, g := range groups {
		ids = append(ids, g.ID)
	}
	return ids, err
}

// GrantRights makes a user the manager of groups and reads them back once. Groups the user manages already are left as
// they are, with the rights they have there. The user has to be of type manager before.
func (c *Client) GrantRights(ctx context.Context, user ID, rights ...GroupRights) error {
	createUsers := map[ID]string{}
	var groups []ID
	for _, g := range rights {
		groups = append(groups, g.GroupID)
		createUsers[g.GroupID] = "false"
		if g.CanCreateUsers {
			createUsers[g.GroupID] = "true"
		}
	}
	return c.each(ctx, groups,
		func(ctx context.Context) ([]ID, error) {
			held, err := c.ManagedBy(ctx, user)
			return groupsManaged(held), err
		},
		func(group ID, has bool) (rest.Request, bool) {
			return rest.Request{Method: http.MethodPost, Route: "/group_managers", Body: wrapped("GroupManager",
				map[string]any{"group_id": group, "user_id": user, "can_create_users": createUsers[group]})}, !has
		}, true)
}

// RevokeRights ends a user's management of groups and reads them back once.
func (c *Client) RevokeRights(ctx context.Context, user ID, groups ...ID) error {
	numbers := map[ID]ID{}
	return c.each(ctx, groups,
		func(ctx context.Context) ([]ID, error) {
			held, err := c.ManagedBy(ctx, user)
			for _, g := range held {
				numbers[g.GroupID] = g.ID
			}
			return groupsManaged(held), err
		},
		func(group ID, has bool) (rest.Request, bool) {
			return rest.Request{Method: http.MethodDelete, Route: "/group_managers/{id}", Args: []string{numbers[group].String()}}, has
		}, false)
}

func groupsManaged(held []GroupRights) []ID {
	var groups []ID
	for _, g := range held {
		groups = append(groups, g.GroupID)
	}
	return groups
}

// each writes what is missing for each of the groups, then reads all of it back in one call: now and at the end, show
// lists the groups that are there, and there says whether the wanted ones have to be. An error after the first write
// leaves the rest undone; it may be called again.
func (c *Client) each(ctx context.Context, groups []ID, show func(context.Context) ([]ID, error),
	write func(group ID, is bool) (r rest.Request, needed bool), there bool) error {
	held, err := show(ctx)
	if err != nil {
		return err
	}
	var last rest.Request
	var res *rest.Response
	for _, group := range groups {
		r, needed := write(group, slices.Contains(held, group))
		if !needed {
			continue
		}
		if res, err = c.api.Do(ctx, r); err != nil {
			return err
		}
		last = r
	}
	if res == nil {
		return nil
	}
	if held, err = show(ctx); err != nil {
		return c.api.Unclear(last, res, err)
	}
	for _, group := range groups {
		if slices.Contains(held, group) != there {
			return c.api.Unclear(last, res, rest.ErrNotApplied)
		}
	}
	return nil
}
