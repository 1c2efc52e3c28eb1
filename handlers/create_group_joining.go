package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
)

// joining is somebody of the account who has a LearnUpon account and joins the
// group.
type joining struct {
	Contact salesforce.ID `json:"contact"`
	User    account       `json:"user"`
}

// maxJoining is how many join in one run. Each is a step, and more of them
// would hide the others.
const maxJoining = 50

// planJoining finds who waited for the group and, where somebody can be added,
// has the person decide.
func (d Deps) planJoining(ctx context.Context, add string, t *groupTarget) error {
	runbook.Progress(ctx, "Reading the people of the account…")
	people, err := d.Salesforce.ContactsOfAccount(ctx, t.Account.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(people, func(c salesforce.Contact) bool { return !c.Sees(salesforce.ContactLearnUponID) }) {
		t.note("Salesforce does not show Registrar's user the field LU User ID of contacts, so nobody knows who waited for this group.")
		return nil
	}
	inside, err := d.membersOf(ctx, *t)
	if err != nil {
		return err
	}
	var able []joining
	apart, pending, further := 0, 0, 0
	for _, c := range people {
		id, tied := learnUponID(c)
		switch {
		case c.Waiting():
			pending++
			continue
		case !tied || inside[id]:
			continue
		case len(able) == maxJoining:
			further++
			continue
		}
		j, ok, err := d.joiner(ctx, c, id)
		switch {
		case err != nil:
			return err
		case ok:
			able = append(able, j)
		default:
			apart++
		}
	}
	if pending > 0 {
		t.note("Meant for LearnUpon and without an account there: %s. The sync makes the account now that there is a group; look them up where it does not.", count(pending, "contact"))
	}
	if apart > 0 {
		t.note("Not added: %s whose LU User ID leads to no account, to a deactivated one or to somebody else's. Look them up.", count(apart, "contact"))
	}
	return t.decide(add, able, further)
}

// membersOf is who is in the group already.
func (d Deps) membersOf(ctx context.Context, t groupTarget) (map[learnupon.ID]bool, error) {
	inside := map[learnupon.ID]bool{}
	if t.Group == 0 {
		return inside, nil
	}
	for m, err := range d.Portals[0].MembersOf(ctx, t.Group) {
		if err != nil {
			return nil, fmt.Errorf("members of group %d: %w", t.Group, err)
		}
		inside[m.ID] = true
	}
	return inside, nil
}

// joiner is the LearnUpon account a contact names, if it is theirs.
func (d Deps) joiner(ctx context.Context, c salesforce.Contact, id learnupon.ID) (joining, bool, error) {
	main := d.Portals[0]
	u, err := main.UserByID(ctx, id)
	if rest.IsNotFound(err) {
		return joining{}, false, nil
	}
	if err != nil {
		return joining{}, false, err
	}
	if !u.Enabled || !tied(c, u) {
		return joining{}, false, nil
	}
	return joining{Contact: c.ID, User: account{
		Portal: portalName(main), ID: u.ID, Email: u.Email, Name: fullName(u.FirstName, u.LastName), Page: main.UserPage(u.ID),
	}}, true, nil
}

// tied reports whether the LearnUpon account a contact names is the contact's:
// one of one address, or one that names the contact.
func tied(c salesforce.Contact, u learnupon.User) bool {
	id, err := salesforce.ParseID(u.SFContactID)
	return err == nil && id == c.ID || u.SFContactID == "" && strings.EqualFold(c.Email, u.Email)
}

func (t *groupTarget) decide(add string, able []joining, further int) error {
	if len(able) == 0 {
		return nil
	}
	i, err := choose("add",
		fmt.Sprintf("Waiting for the group, with an account in LearnUpon: %s. They can be added, which also enrolls them in the group's courses.", count(len(able)+further, "contact")),
		[]runbook.Option{{Value: "yes", Text: "Yes, add them"}, {Value: "no", Text: "No, only the group"}}, add)
	if err != nil || i == 1 {
		return err
	}
	t.Joining = able
	if further > 0 {
		t.note("Only the first %d are added now; %s remain. Run the command again for them.", maxJoining, count(further, "contact"))
	}
	return nil
}

// join adds one person to the group, as the sync would.
func (d Deps) join(t groupTarget, j joining) runbook.Step {
	u := j.User
	return runbook.Step{
		ID: "member-" + u.ID.String(), Title: "Add " + cmp.Or(u.Name, u.record()) + " to the group, with its courses", System: runbook.LearnUpon,
		Changes: []runbook.Change{{Record: u.record(), Field: "Group", From: "not in it", To: t.Account.title()}},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.portal(t.Portal)
			if err != nil {
				return "", err
			}
			g, err := d.ours(ctx, t)
			if err != nil {
				return "", err
			}
			switch now, err := c.UserByID(ctx, u.ID); {
			case rest.IsNotFound(err):
				return "", &runbook.Mismatch{Record: u.record(), Field: "Account", Want: "there", Got: "gone"}
			case err != nil:
				return "", err
			case !strings.EqualFold(now.Email, u.Email):
				return "", &runbook.Mismatch{Record: u.record(), Field: "E-mail address", Want: "as planned", Got: "another one"}
			}
			_, err = c.JoinGroups(ctx, u.ID, true, g.ID)
			return "", err
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.portal(t.Portal)
			if err != nil {
				return false, err
			}
			groups, err := c.GroupsOf(ctx, u.ID)
			return slices.ContainsFunc(groups, func(g learnupon.Group) bool {
				return g.ID == t.Group || strings.EqualFold(strings.TrimSpace(g.Title), t.Account.title())
			}), err
		},
	}
}
