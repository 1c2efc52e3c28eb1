package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

type managerInput struct {
	Email  string `json:"email"`
	Group  string `json:"group"`
	Portal string `json:"portal,omitempty"`
	Which  string `json:"which,omitempty"`
}

// managerTarget is an account, the group it is to manage, and what it lacks for
// that.
type managerTarget struct {
	profile
	Group    groupRef   `json:"group"`
	Promote  bool       `json:"promote,omitempty"`
	Grant    bool       `json:"grant,omitempty"`
	Managers []groupRef `json:"managers,omitempty"` // the group of managers, where the account is not in it
}

// addManager makes a person the manager of a group.
func addManager(d Deps) runbook.Action {
	return runbook.Definition[managerInput, managerTarget]{
		Name: "add-manager", Title: "Add manager", Command: "/add-manager",
		Summary: "Let a person manage a group of LearnUpon",
		Help: "Makes the account a manager, lets it manage the group, and adds it to the group “" + institutionManagers + "” with its courses and its documentation, in that order. " +
			"What there is already is left alone. Managers enroll people of their group and see their results; they create no users unless LearnUpon is told so.",
		Example:    "learner@x.edu Hillcrest University",
		Permission: runbook.Support,
		Reason:     runbook.ReasonRequired,
		Fields: func(in *managerInput) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The person's address.", Bind: runbook.Email(&in.Email)},
				{Name: "group", Label: "Group", Placeholder: "Hillcrest University", WholeText: true, Hint: "The group to manage: its title, a part of it, or its number.", Bind: runbook.Text(&in.Group)},
				portalField(&in.Portal),
				{Name: "which", Label: "Which group", Chosen: true, Bind: runbook.Choice(&in.Which)},
			}
		},
		Plan: d.planManager,
		Approval: func(t managerTarget) runbook.Approval {
			return t.approved(1, "managers see and change other people's records")
		},
		Cases:         []managerTarget{{}},
		Beneficiaries: func(t managerTarget) []string { return t.Known },
		Preview:       managerTarget.preview,
		Steps:         d.managerSteps,
	}.Action()
}

func (d Deps) planManager(ctx context.Context, in managerInput) (managerTarget, error) {
	s, p, err := d.subject(ctx, in.Email, in.Portal)
	t := managerTarget{profile: p}
	if err != nil {
		return t, err
	}
	if s.user.Type == "admin" {
		t.Nothing = "This person is an admin in " + s.in() + ", and an admin manages every group. To make a manager of them, use Change role first."
		return t, nil
	}
	if err := s.adminAbove(); err != nil {
		return t, err
	}
	if err := s.mayRise(&t.profile, d); err != nil {
		return t, err
	}
	like, managers, err := s.groupsLike(ctx, in.Group)
	if err != nil {
		return t, err
	}
	group, err := d.pickGroup(ctx, s, &t.profile, like, in.Which)
	if err != nil {
		return t, err
	}
	t.Group = groupRef{ID: group.ID, Title: group.Title}
	for _, c := range s.contacts {
		if c.Sees(salesforce.ContactCreateAsManager) {
			t.fact("Create as Manager in LearnUpon", c.ID.String()+": "+pick(c.CreateAsManager, "checked", "not checked"))
		}
	}
	rights, err := s.portal.ManagedBy(ctx, s.user.ID)
	if err != nil {
		return t, fmt.Errorf("groups that user %d manages: %w", s.user.ID, err)
	}
	_, there := managerOf.find(rights, group.ID)
	t.Grant, t.Promote = !there, s.user.Type != "manager"
	switch {
	case managers == nil:
		t.warn("%s has no group “%s”, so the person gets neither its courses nor its documentation.", s.in(), institutionManagers)
	case s.inManagersGroup() == nil:
		t.Managers = []groupRef{{ID: managers.ID, Title: managers.Title}}
	}
	if t.Promote {
		has, err := d.duties(ctx, s.holding)
		if err != nil {
			return t, err
		}
		t.loseRole(s.user, has, "manager")
	}
	if len(d.managerSteps(t)) == 0 {
		t.Nothing = "This person manages “" + group.Title + "” already, and is in the group “" + institutionManagers + "”."
		if managers == nil {
			t.Nothing = "This person manages “" + group.Title + "” already."
		}
	}
	return t, nil
}

// groupsLike reads the groups once and finds those that can be meant and the
// one of managers. The very title wins over titles that contain what was typed.
func (s subject) groupsLike(ctx context.Context, typed string) (like []learnupon.Group, managers *learnupon.Group, err error) {
	runbook.Progress(ctx, "Reading the groups of "+s.in()+"…")
	var titled []learnupon.Group
	for g, err := range s.portal.Groups(ctx) {
		if err != nil {
			return nil, nil, fmt.Errorf("groups of %s: %w", s.in(), err)
		}
		title := strings.TrimSpace(g.Title)
		switch {
		case strings.EqualFold(title, typed), g.ID.String() == typed:
			titled = append(titled, g)
		case strings.Contains(strings.ToLower(title), strings.ToLower(typed)):
			like = append(like, g)
		}
		if isManagersGroup(g) {
			managers = &g
		}
	}
	if len(titled) > 0 {
		like = titled
	}
	switch n := len(like); {
	case n == 0:
		return nil, nil, runbook.Refuse("%s has no group whose title contains “%s”. Check the spelling; Create group makes the group of a Salesforce account.", s.in(), typed)
	case n > maxChoice:
		return nil, nil, runbook.Refuse("More than %d groups contain “%s” in their title. Type more of the title, or the group's number.", maxChoice, typed)
	}
	return like, managers, nil
}

// pickGroup decides for one of the groups, and adds it, with the Salesforce
// accounts it belongs to, to what the plan is about. It warns where the person
// belongs elsewhere.
func (d Deps) pickGroup(ctx context.Context, s subject, p *profile, like []learnupon.Group, which string) (learnupon.Group, error) {
	var options []runbook.Option
	for _, g := range like {
		options = append(options, runbook.Option{Value: g.ID.String(), Text: g.Title, Description: "group " + g.ID.String() + ", " + count(int(g.Members), "member")})
	}
	i, asked := choose("which", "Several groups have a title like this.", options, which)
	if asked == nil {
		like = like[i : i+1]
	}
	member := together(p.Account.Groups)
	p.Groups = together(member, numbers(like))
	institutions, err := d.ofGroups(ctx, s, like)
	if err != nil {
		return learnupon.Group{}, err
	}
	if d.Salesforce != nil {
		each := [][]string{p.Accounts}
		for _, of := range institutions {
			accounts, _ := offered(of)
			each = append(each, accounts)
		}
		p.Accounts = together(each...)
	}
	if asked != nil {
		return learnupon.Group{}, concerning(asked, p.Accounts, p.Groups)
	}
	if !slices.Contains(member, like[0].ID.String()) {
		p.warn("The person is not a member of “%s”; they manage it all the same.", like[0].Title)
	}
	for _, a := range institutions[0] {
		if !slices.ContainsFunc(s.contacts, func(c salesforce.Contact) bool { return c.AccountID == a.ID }) {
			p.warn("The group is that of the Salesforce account %s (%s), and no contact of the person belongs to it. Make sure that they may see its people.", a.Name, a.ID)
		}
	}
	return like[0], nil
}

// ofGroups are the Salesforce accounts whose groups these are, for each, as far
// as the field may be seen. Accounts are groups of the main portal.
func (d Deps) ofGroups(ctx context.Context, s subject, groups []learnupon.Group) ([][]salesforce.Account, error) {
	each := make([][]salesforce.Account, len(groups))
	if d.Salesforce == nil || s.portal != d.Portals[0] {
		return each, nil
	}
	for i, g := range groups {
		found, err := d.Salesforce.AccountsByGroupID(ctx, int64(g.ID))
		if _, hidden := errors.AsType[*salesforce.FieldError](err); err != nil && !hidden {
			return nil, err
		}
		each[i] = found
	}
	return each, nil
}

func (t managerTarget) preview() runbook.Preview {
	p := t.profile.preview()
	if t.Nothing != "" {
		return p
	}
	p.Requires = append(p.Requires, runbook.Fact{Label: "Group", Value: fmt.Sprintf("%s (group %d)", t.Group.Title, t.Group.ID)})
	p.Locks = append(p.Locks, fmt.Sprintf("learnupon:%s:group:%d", t.Account.Portal, t.Group.ID))
	return p
}

// managerSteps: LearnUpon takes a manager of a group only who is of that type.
func (d Deps) managerSteps(t managerTarget) []runbook.Step {
	if t.Nothing != "" {
		return nil
	}
	var steps []runbook.Step
	if t.Promote {
		steps = append(steps, t.Account.becomes("Make the person a manager", t.Role, "manager").step(d))
	}
	if t.Grant {
		steps = append(steps, t.Account.manages("rights", "Let the person manage the group", []groupRef{t.Group}).step(d))
	}
	if len(t.Managers) > 0 {
		steps = append(steps, t.Account.joins("managers", "Add the person to the group of managers, with its courses", t.Managers, true).step(d))
	}
	return steps
}
