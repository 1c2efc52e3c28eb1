package handlers

import (
	"context"
	"fmt"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
)

func (d Deps) groupSteps(t groupTarget) []runbook.Step {
	if t.Nothing != "" {
		return nil
	}
	var steps []runbook.Step
	if t.Group == 0 {
		steps = append(steps, d.makeGroup(t))
	}
	if !t.Right {
		steps = append(steps, d.linkGroup(t))
	}
	for _, j := range t.Joining {
		steps = append(steps, d.join(t, j))
	}
	return steps
}

// makeGroup never makes a second group of a title: it is looked for among all
// groups first, LearnUpon refuses a second one, and whoever was refused takes
// the group that is there.
func (d Deps) makeGroup(t groupTarget) runbook.Step {
	title := t.Account.title()
	return runbook.Step{
		ID: "group", Title: "Make the group", System: runbook.LearnUpon,
		Changes: []runbook.Change{{Record: "New group", Field: "Title", From: "", To: title}},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.portal(t.Portal)
			if err != nil {
				return "", err
			}
			g, err := c.CreateGroup(ctx, title)
			if learnupon.TitleTaken(err) {
				if g, err = c.GroupByTitle(ctx, title); rest.IsNotFound(err) {
					return "", runbook.Refuse("LearnUpon says that this title is taken, and lists no such group; nothing was changed. Look for it among the portal's groups, deleted ones too.")
				}
				return fmt.Sprintf("Somebody else had made it meanwhile: group %d.", g.ID), err
			}
			return fmt.Sprintf("Group %d.", g.ID), declined(err, "The title may be too long, or hold characters LearnUpon does not take.")
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			_, found, err := d.groupFor(ctx, t)
			return found, err
		},
	}
}

// groupFor is the group the account gets, as LearnUpon has it now.
func (d Deps) groupFor(ctx context.Context, t groupTarget) (g learnupon.Group, found bool, err error) {
	c, err := d.portal(t.Portal)
	if err != nil {
		return g, false, err
	}
	g, err = c.GroupByTitle(ctx, t.Account.title())
	if rest.IsNotFound(err) {
		return g, false, nil
	}
	return g, err == nil && (t.Group == 0 || t.Group == g.ID), err
}

// ours is groupFor in a step that cannot do without the group.
func (d Deps) ours(ctx context.Context, t groupTarget) (learnupon.Group, error) {
	g, found, err := d.groupFor(ctx, t)
	if err == nil && !found {
		err = &runbook.Mismatch{Record: "Group", Field: "Title", Want: t.Account.title(), Got: "gone, or another group"}
	}
	return g, err
}

// linkGroup writes the group's number to the account.
func (d Deps) linkGroup(t groupTarget) runbook.Step {
	to := "the number of the new group"
	if t.Group != 0 {
		to = t.Group.String()
	}
	return runbook.Step{
		ID: "link", Title: "Write the group's number to the account", System: runbook.Salesforce,
		Changes: []runbook.Change{{Record: t.Account.record(), Field: groupIDField, From: t.Account.GroupID, To: to}},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			g, err := d.ours(ctx, t)
			if err != nil {
				return "", err
			}
			now, err := t.Account.unchanged(ctx, d.Salesforce)
			switch {
			case err != nil:
				return "", err
			case now.GroupID == g.ID.String():
				return "Somebody else wrote it meanwhile.", nil
			case now.GroupID != t.Account.GroupID:
				return "", &runbook.Mismatch{Record: t.Account.record(), Field: groupIDField, Want: t.Account.GroupID, Got: now.GroupID}
			}
			_, err = d.Salesforce.SetAccountGroupID(ctx, t.Account.ID, int64(g.ID), now.LastModified)
			if salesforce.IsChanged(err) {
				return "", &runbook.Mismatch{Record: t.Account.record(), Field: "Last change", Want: "before this run read it", Got: "while this run was at it"}
			}
			return fmt.Sprintf("Group %d.", g.ID), declined(err, fmt.Sprintf(
				"The group %d is there, and the account does not name it yet: whoever may edit the account has to enter the number as %s.", g.ID, groupIDField))
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			g, found, err := d.groupFor(ctx, t)
			if err != nil || !found {
				return false, err
			}
			now, err := d.Salesforce.AccountByID(ctx, t.Account.ID)
			if salesforce.IsGone(err) {
				return false, nil
			}
			return err == nil && now.GroupID == g.ID.String(), err
		},
	}
}

// unchanged reads the account before a write and checks that it still is the
// one the plan was made for.
func (i institution) unchanged(ctx context.Context, s *salesforce.Client) (salesforce.Account, error) {
	now, err := s.AccountByID(ctx, i.ID)
	differs := func(field, want, got string) (salesforce.Account, error) {
		return now, &runbook.Mismatch{Record: i.record(), Field: field, Want: want, Got: got}
	}
	switch {
	case salesforce.IsGone(err):
		return differs("Account", "there", "gone")
	case err != nil:
		return now, err
	case !strings.EqualFold(strings.TrimSpace(now.Name), i.title()):
		return differs("Account Name", i.Name, now.Name)
	}
	return now, nil
}
