package handlers

import (
	"context"
	"slices"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// inGroups is a step about the groups an account is a member of.
func inGroups(a account, id, title string, changes []runbook.Change) accountStep[[]learnupon.Group] {
	return accountStep[[]learnupon.Group]{
		account: a, id: id + "-" + a.Portal, title: title, changes: changes,
		read: func(ctx context.Context, c *learnupon.Client) ([]learnupon.Group, error) {
			return c.GroupsOf(ctx, a.ID)
		},
	}
}

// managing is a step about the groups an account manages.
func managing(a account, id, title string, changes []runbook.Change) accountStep[[]learnupon.GroupRights] {
	return accountStep[[]learnupon.GroupRights]{
		account: a, id: id + "-" + a.Portal, title: title, changes: changes,
		read: func(ctx context.Context, c *learnupon.Client) ([]learnupon.GroupRights, error) {
			return c.ManagedBy(ctx, a.ID)
		},
	}
}

// groupChanges are those of a step that makes the same of several groups.
func groupChanges(a account, field string, groups []groupRef, from, to string) []runbook.Change {
	var changes []runbook.Change
	for _, g := range groups {
		want := to
		if g.CreateUsers && to == "yes" {
			want = "yes, and may create users"
		}
		changes = append(changes, runbook.Change{Record: a.record(), Field: field + " “" + g.Title + "”", From: from, To: want})
	}
	return changes
}

// membership splits the wanted groups into those the account is in and those
// it is not in.
func membership(now []learnupon.Group, wanted []groupRef) (in, out []learnupon.ID) {
	for _, g := range wanted {
		if slices.ContainsFunc(now, func(n learnupon.Group) bool { return n.ID == g.ID }) {
			in = append(in, g.ID)
		} else {
			out = append(out, g.ID)
		}
	}
	return in, out
}

// management does the same for the groups it manages.
func management(now []learnupon.GroupRights, wanted []groupRef) (held, missing []learnupon.GroupRights) {
	for _, g := range wanted {
		if i := slices.IndexFunc(now, func(n learnupon.GroupRights) bool { return n.GroupID == g.ID }); i >= 0 {
			held = append(held, now[i])
		} else {
			missing = append(missing, learnupon.GroupRights{GroupID: g.ID, CanCreateUsers: g.CreateUsers})
		}
	}
	return held, missing
}

// joinGroups leaves the groups' courses alone: what the person had is carried
// over, and nothing else is added.
func joinGroups(part mergePart) accountStep[[]learnupon.Group] {
	a := part.Keep
	s := inGroups(a, "groups", "Add to "+count(len(part.Join), "group")+", without their courses", groupChanges(a, "Member of", part.Join, "no", "yes"))
	s.holds = func(now []learnupon.Group) bool {
		_, out := membership(now, part.Join)
		return len(out) == 0
	}
	s.write = func(ctx context.Context, c *learnupon.Client, now []learnupon.Group) (*[]learnupon.Group, error) {
		_, out := membership(now, part.Join)
		return partly(c.JoinGroups(ctx, a.ID, false, out...))
	}
	return s
}

func leaveGroups(part mergePart) accountStep[[]learnupon.Group] {
	a := part.Duplicate
	s := inGroups(a, "leave", "Take the duplicate out of "+count(len(part.Leave), "group"), groupChanges(a, "Member of", part.Leave, "yes", "no"))
	s.holds = func(now []learnupon.Group) bool {
		in, _ := membership(now, part.Leave)
		return len(in) == 0
	}
	s.write = func(ctx context.Context, c *learnupon.Client, now []learnupon.Group) (*[]learnupon.Group, error) {
		in, _ := membership(now, part.Leave)
		return partly(c.LeaveGroups(ctx, a.ID, in...))
	}
	return s
}

func grantRights(part mergePart) accountStep[[]learnupon.GroupRights] {
	a := part.Keep
	s := managing(a, "rights", "Let the kept account manage "+count(len(part.Grant), "group"), groupChanges(a, "Manager of", part.Grant, "no", "yes"))
	s.holds = func(now []learnupon.GroupRights) bool {
		_, missing := management(now, part.Grant)
		return len(missing) == 0
	}
	s.write = func(ctx context.Context, c *learnupon.Client, now []learnupon.GroupRights) (*[]learnupon.GroupRights, error) {
		_, missing := management(now, part.Grant)
		return partly(c.GrantRights(ctx, a.ID, missing...))
	}
	return s
}

func revokeRights(part mergePart) accountStep[[]learnupon.GroupRights] {
	a := part.Duplicate
	s := managing(a, "revoke", "End the duplicate's management of "+count(len(part.Revoke), "group"), groupChanges(a, "Manager of", part.Revoke, "yes", "no"))
	s.holds = func(now []learnupon.GroupRights) bool {
		held, _ := management(now, part.Revoke)
		return len(held) == 0
	}
	s.write = func(ctx context.Context, c *learnupon.Client, now []learnupon.GroupRights) (*[]learnupon.GroupRights, error) {
		held, _ := management(now, part.Revoke)
		return partly(c.RevokeRights(ctx, a.ID, held...))
	}
	return s
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
