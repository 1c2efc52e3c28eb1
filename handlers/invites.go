package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
)

// latest keeps the newest invite to each group, newest first: an older one has
// been replaced by it.
func latest(all []learnupon.Invite) []learnupon.Invite {
	slices.SortFunc(all, func(a, b learnupon.Invite) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt.Time), cmp.Compare(b.ID, a.ID))
	})
	seen := map[learnupon.ID]bool{}
	return slices.DeleteFunc(all, func(i learnupon.Invite) bool {
		replaced := seen[i.GroupID]
		seen[i.GroupID] = true
		return replaced
	})
}

// invitesOf reads the newest invite of a person to each group of a portal.
func invitesOf(ctx context.Context, c *learnupon.Client, email string) ([]learnupon.Invite, error) {
	all, err := c.InvitesByEmail(ctx, email)
	if err != nil {
		return nil, fmt.Errorf("invites in %s: %w", systemName(portalName(c)), err)
	}
	return latest(all), nil
}

// waitingFor reads the invites that the person has not answered, lapsed ones
// included.
func waitingFor(ctx context.Context, c *learnupon.Client, email string) ([]learnupon.Invite, error) {
	newest, err := invitesOf(ctx, c, email)
	return slices.DeleteFunc(newest, func(i learnupon.Invite) bool { return i.Status != learnupon.InviteSent }), err
}

// invite is an invite as a plan keeps it; its accept link is not among it.
type invite struct {
	Portal    string       `json:"portal"`
	ID        learnupon.ID `json:"id"`
	Email     string       `json:"email"`
	GroupID   learnupon.ID `json:"group_id,omitempty"`
	Group     string       `json:"group,omitempty"`
	Role      string       `json:"role"`
	FirstName string       `json:"first_name,omitempty"`
	LastName  string       `json:"last_name,omitempty"`
	Sent      string       `json:"sent,omitempty"`
	Expires   string       `json:"expires,omitempty"`
	Page      string       `json:"page"`
}

// plannedInvite reads what a plan keeps of an invite.
func plannedInvite(ctx context.Context, c *learnupon.Client, i learnupon.Invite) (invite, error) {
	group, err := groupTitle(ctx, c, i.GroupID)
	return invite{
		Portal: portalName(c), ID: i.ID, Email: i.Email, GroupID: i.GroupID, Group: group, Role: cmp.Or(i.UserType, "learner"),
		FirstName: i.FirstName, LastName: i.LastName, Sent: findings.Day(i.CreatedAt), Expires: findings.Day(i.ExpiresAt), Page: invitePage(c, i),
	}, err
}

func invitePage(c *learnupon.Client, i learnupon.Invite) string {
	if i.GroupID == 0 {
		return c.PendingPage()
	}
	return c.InvitesPage(i.GroupID)
}

// groupTitle is a group's title; its number where the group is gone, and "" for
// no group.
func groupTitle(ctx context.Context, c *learnupon.Client, id learnupon.ID) (string, error) {
	if id == 0 {
		return "", nil
	}
	g, err := c.GroupByID(ctx, id)
	if rest.IsNotFound(err) {
		return "group " + id.String(), nil
	}
	if err != nil {
		return "", fmt.Errorf("group %d: %w", id, err)
	}
	return g.Title, nil
}

func (i invite) record() string { return fmt.Sprintf("%s invite %d", systemName(i.Portal), i.ID) }

// goal is what the invite is to, in words.
func (i invite) goal() string {
	if i.Group == "" {
		return systemName(i.Portal)
	}
	return "“" + i.Group + "” in " + systemName(i.Portal)
}

// preview is what every plan about an invite shows.
func (i invite) preview() runbook.Preview {
	p := runbook.Preview{
		Subject: i.Email,
		Requires: []runbook.Fact{
			{Label: "Invite", Value: fmt.Sprintf("%d, to %s", i.ID, i.goal())}, {Label: "E-mail address", Value: i.Email},
			{Label: "Role", Value: i.Role},
		},
		Records: []runbook.Record{{System: runbook.LearnUpon, ID: i.ID.String(), Title: i.record(), URL: i.Page}},
		Locks:   []string{fmt.Sprintf("learnupon:%s:invite:%d", i.Portal, i.ID)},
	}
	if i.Sent != "" {
		p.Facts = append(p.Facts, runbook.Fact{Label: "Invited on", Value: i.Sent})
	}
	p.Groups = i.groups()
	return p
}

// groups are for scoped roles: an invite to a portal belongs to none.
func (i invite) groups() []string {
	if i.GroupID == 0 {
		return nil
	}
	return []string{i.GroupID.String()}
}

// approval: a link that makes an admin is an admin right, whoever holds it.
func (i invite) approval(v delivery) runbook.Approval {
	if i.Role != "admin" {
		return v.approval()
	}
	return runbook.ApprovalsBy(1, "the invite makes an admin").AtLeastOne()
}

// unanswered reads the invite and checks that it still is the planned one.
func (i invite) unanswered(ctx context.Context, c *learnupon.Client) (learnupon.Invite, error) {
	now, err := c.Invite(ctx, i.ID)
	differs := func(field, want, got string) (learnupon.Invite, error) {
		return now, &runbook.Mismatch{Record: i.record(), Field: field, Want: want, Got: got}
	}
	switch {
	case rest.IsNotFound(err):
		return differs("Invite", "there", "gone")
	case err != nil:
		return now, err
	case now.Email != i.Email:
		return differs("E-mail address", "as planned", "another one")
	case now.Status != learnupon.InviteSent:
		return differs("Status", learnupon.InviteSent, now.Status)
	}
	return now, nil
}

// acceptLink is the full link of an invite, if it may be sent to anybody.
func acceptLink(c *learnupon.Client, i learnupon.Invite) (string, error) {
	if i.AcceptURL == "" {
		return "", runbook.Refuse("LearnUpon does not tell the link of this invite. Send a reminder from Pending Users on the portal's Users page instead.")
	}
	link, err := c.AcceptLink(i)
	if err != nil {
		return "", runbook.Refuse("The link of this invite does not lead to the portal's own address, so it is not sent. Please ask whoever looks after the portal.")
	}
	return link, nil
}
