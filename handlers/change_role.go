package handlers

import (
	"context"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
)

type roleInput struct {
	Email  string `json:"email"`
	Role   string `json:"role"`
	Portal string `json:"portal,omitempty"`
}

// roleTarget is an account and the user type it gets.
type roleTarget struct {
	profile
	To     string     `json:"to"`
	Revoke []groupRef `json:"revoke,omitempty"` // groups it manages no more
	Leave  []groupRef `json:"leave,omitempty"`  // the group of managers
}

// roles are LearnUpon's user types, as its API names them.
var roles = []runbook.Option{
	{Value: "learner", Text: "Learner"}, {Value: "instructor", Text: "Instructor"},
	{Value: "manager", Text: "Manager"}, {Value: "admin", Text: "Admin"},
}

// changeRole gives an account another user type.
func changeRole(d Deps) runbook.Action {
	return runbook.Definition[roleInput, roleTarget]{
		Name: "change-role", Title: "Change role", Command: "/change-role",
		Summary: "Make a person a learner, an instructor, a manager or an admin",
		Help: "Changes the user type of an account in LearnUpon. The plan says which rights to manage groups, which courses and which permissions go with the old one. " +
			"A manager manages nobody until they are given a group: Add manager does both at once. Whatever makes or unmakes an admin takes two approvals.",
		Example:    "learner@x.edu instructor",
		Permission: runbook.Support,
		Reason:     runbook.ReasonRequired,
		Fields: func(in *roleInput) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The person's address.", Bind: runbook.Email(&in.Email)},
				{Name: "role", Label: "Role", Hint: "What the person shall be: LearnUpon's user type.", Options: roles, Bind: role(&in.Role)},
				portalField(&in.Portal),
			}
		},
		Plan:          d.planRole,
		Approval:      roleTarget.approval,
		Cases:         []roleTarget{{To: "admin"}, {}},
		Beneficiaries: func(t roleTarget) []string { return t.Known },
		Preview:       roleTarget.preview,
		Steps:         d.roleSteps,
	}.Action()
}

// role binds a user type, however it is written behind a command.
func role(p *string) func(string) error {
	return func(s string) error {
		s = strings.ToLower(s)
		if !slices.ContainsFunc(roles, func(o runbook.Option) bool { return o.Value == s }) {
			return runbook.Refuse("A role is one of learner, instructor, manager and admin.")
		}
		*p = s
		return nil
	}
}

func (d Deps) planRole(ctx context.Context, in roleInput) (roleTarget, error) {
	s, p, err := d.subject(ctx, in.Email, in.Portal)
	t := roleTarget{profile: p, To: in.Role}
	if err != nil {
		return t, err
	}
	if s.user.Type == in.Role {
		t.Nothing = "This person is " + article(in.Role) + " in " + s.in() + " already."
		return t, nil
	}
	if err := s.adminAbove(); err != nil {
		return t, err
	}
	if err := s.lastAdmin(ctx, d, "another user type"); err != nil {
		return t, err
	}
	if in.Role != "learner" {
		if err := s.mayRise(&t.profile, d); err != nil {
			return t, err
		}
	}
	has, err := d.duties(ctx, s.holding)
	if err != nil {
		return t, err
	}
	t.loseRole(s.user, has, in.Role)
	if s.user.Type == "manager" && in.Role != "admin" {
		t.Revoke = has.manages
		t.Leave = s.inManagersGroup()
		for range t.Leave {
			t.lose("The membership of “%s”; the enrollments that came with it stay.", institutionManagers)
		}
	}
	if in.Role == "manager" {
		t.warn("A manager manages nobody until they are given a group: Add manager does both.")
	}
	return t, nil
}

// mayRise refuses to give rights to an account nobody can use, and warns of one
// that may be in the wrong hands.
func (s subject) mayRise(p *profile, d Deps) error {
	switch u := s.user; {
	case !u.Enabled:
		return &runbook.UserError{
			Text:    "This account is deactivated in " + s.in() + ", so the rights would be of no use, and nobody would think of them when it is reactivated. Reactivate it first.",
			Suggest: suggestReactivate(u.Email),
		}
	case findings.Expired(u, d.Now()):
		p.warn("The account expired on %s: the person cannot sign in until it is given a later date in LearnUpon.", findings.Day(u.AccountExpires))
	case !u.SignedIn():
		p.warn("Nobody has signed in to this account yet, so whose it is was never shown: make sure that the address is the person's.")
	}
	return nil
}

// inManagersGroup is the group of managers, where the account is in it.
func (s subject) inManagersGroup() []groupRef {
	i := slices.IndexFunc(s.groups, isManagersGroup)
	if i < 0 {
		return nil
	}
	return []groupRef{{ID: s.groups[i].ID, Title: s.groups[i].Title}}
}

func isManagersGroup(g learnupon.Group) bool {
	return strings.EqualFold(strings.TrimSpace(g.Title), institutionManagers)
}

func (t roleTarget) approval() runbook.Approval {
	if t.Role == "admin" || t.To == "admin" {
		return t.approvedByTwo("it is about the rights of an admin")
	}
	return t.approved(1, "it changes what the person may do")
}

func (t roleTarget) preview() runbook.Preview {
	p := t.profile.preview()
	if t.Nothing == "" && t.To == "admin" {
		p.Lead = "An admin sees and changes everything in the portal, everybody's records too, and can make further admins. LearnUpon's API cannot give fewer rights than all."
	}
	if t.To == "manager" {
		p.Suggest = []runbook.Suggestion{{Action: "add-manager", Label: "Add manager", Values: runbook.Values{"email": t.Account.Email}}}
	}
	return p
}

// roleSteps take rights away while the account still has the type for them, so
// that none waits for it to get that type again.
func (d Deps) roleSteps(t roleTarget) []runbook.Step {
	if t.Nothing != "" {
		return nil
	}
	var steps []runbook.Step
	if len(t.Revoke) > 0 {
		steps = append(steps, t.Account.managesNoMore("revoke", "End the management of "+count(len(t.Revoke), "group"), t.Revoke).step(d))
	}
	steps = append(steps, t.Account.becomes("Make the person "+article(t.To), t.Role, t.To).step(d))
	if len(t.Leave) > 0 {
		steps = append(steps, t.Account.leaves("leave", "Take the person out of the group of managers", t.Leave).step(d))
	}
	return steps
}

// article puts "a" or "an" before a user type.
func article(role string) string {
	return pick(strings.HasPrefix(role, "a") || strings.HasPrefix(role, "i"), "an ", "a ") + role
}
