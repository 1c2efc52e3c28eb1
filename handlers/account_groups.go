package handlers

import (
	"context"
	"slices"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// groupTie is a way in which an account belongs to groups: T is what LearnUpon
// lists of it.
type groupTie[T any] struct {
	field string // of a change: "Member of"
	list  func(*learnupon.Client, context.Context, learnupon.ID) ([]T, error)
	group func(T) learnupon.ID
}

var (
	memberOf = groupTie[learnupon.Group]{"Member of", (*learnupon.Client).GroupsOf,
		func(g learnupon.Group) learnupon.ID { return g.ID }}
	managerOf = groupTie[learnupon.GroupRights]{"Manager of", (*learnupon.Client).ManagedBy,
		func(g learnupon.GroupRights) learnupon.ID { return g.GroupID }}
)

// find looks for a group among those an account has.
func (k groupTie[T]) find(now []T, group learnupon.ID) (T, bool) {
	i := slices.IndexFunc(now, func(t T) bool { return k.group(t) == group })
	if i < 0 {
		var none T
		return none, false
	}
	return now[i], true
}

// left are those of the groups with which something is still to do, so that the
// account has them, or has them no more.
func (k groupTie[T]) left(now []T, groups []groupRef, has bool) []groupRef {
	var left []groupRef
	for _, g := range groups {
		if _, there := k.find(now, g.ID); there != has {
			left = append(left, g)
		}
	}
	return left
}

// step is one about several groups. What write is given is what is left.
func (k groupTie[T]) step(a account, id, title string, groups []groupRef, has bool,
	write func(ctx context.Context, c *learnupon.Client, now []T, left []groupRef) ([]T, error)) accountStep[[]T] {
	s := accountStep[[]T]{
		account: a, id: id + "-" + a.Portal, title: title,
		read:  func(ctx context.Context, c *learnupon.Client) ([]T, error) { return k.list(c, ctx, a.ID) },
		holds: func(now []T) bool { return len(k.left(now, groups, has)) == 0 },
		write: func(ctx context.Context, c *learnupon.Client, now []T) (*[]T, error) {
			return partly(write(ctx, c, now, k.left(now, groups, has)))
		},
	}
	for _, g := range groups {
		from, to := "yes", "no"
		if has {
			from, to = to, pick(g.CreateUsers, "yes, and may create users", from)
		}
		s.changes = append(s.changes, runbook.Change{Record: a.record(), Field: k.field + " “" + g.Title + "”", From: from, To: to})
	}
	return s
}

// joins makes the account a member of groups. Their courses come with them only
// where courses is set.
func (a account) joins(id, title string, groups []groupRef, courses bool) accountStep[[]learnupon.Group] {
	return memberOf.step(a, id, title, groups, true,
		func(ctx context.Context, c *learnupon.Client, _ []learnupon.Group, left []groupRef) ([]learnupon.Group, error) {
			return c.JoinGroups(ctx, a.ID, courses, ids(left)...)
		})
}

// leaves takes the account out of groups; its enrollments stay.
func (a account) leaves(id, title string, groups []groupRef) accountStep[[]learnupon.Group] {
	return memberOf.step(a, id, title, groups, false,
		func(ctx context.Context, c *learnupon.Client, _ []learnupon.Group, left []groupRef) ([]learnupon.Group, error) {
			return c.LeaveGroups(ctx, a.ID, ids(left)...)
		})
}

// manages lets the account manage groups, for which it has to be a manager.
func (a account) manages(id, title string, groups []groupRef) accountStep[[]learnupon.GroupRights] {
	return managerOf.step(a, id, title, groups, true,
		func(ctx context.Context, c *learnupon.Client, _ []learnupon.GroupRights, left []groupRef) ([]learnupon.GroupRights, error) {
			var rights []learnupon.GroupRights
			for _, g := range left {
				rights = append(rights, learnupon.GroupRights{GroupID: g.ID, CanCreateUsers: g.CreateUsers})
			}
			return c.GrantRights(ctx, a.ID, rights...)
		})
}

// managesNoMore ends the account's management of groups.
func (a account) managesNoMore(id, title string, groups []groupRef) accountStep[[]learnupon.GroupRights] {
	return managerOf.step(a, id, title, groups, false,
		func(ctx context.Context, c *learnupon.Client, now []learnupon.GroupRights, left []groupRef) ([]learnupon.GroupRights, error) {
			var held []learnupon.GroupRights
			for _, g := range left {
				if right, there := managerOf.find(now, g.ID); there {
					held = append(held, right)
				}
			}
			return c.RevokeRights(ctx, a.ID, held...)
		})
}

func ids(groups []groupRef) []learnupon.ID {
	var all []learnupon.ID
	for _, g := range groups {
		all = append(all, g.ID)
	}
	return all
}

// partly is what was read back, or nothing where a write failed: then those
// before it were made.
func partly[T any](now T, err error) (*T, error) {
	if err == nil {
		return &now, nil
	}
	if public, ok := runbook.PublicText(err); ok {
		err = explained{err, public + " Groups of this step that came before may be changed already."}
	}
	return nil, err
}
