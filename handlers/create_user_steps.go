package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
)

func (d Deps) newUserSteps(t newUserTarget) []runbook.Step {
	var steps []runbook.Step
	if t.Made == nil {
		steps = append(steps, d.makeContact(t), d.awaitAccount(t), d.accountMade(t))
	}
	if t.promotes() {
		steps = append(steps, d.tickManager(t), d.awaitManager(t))
	}
	if t.Customer != nil {
		steps = append(steps, d.makeLogin(t))
	}
	if t.joins() { // last, since nothing else has to wait for it
		steps = append(steps, d.awaitGroups(t))
	}
	return steps
}

func (t newUserTarget) record() string { return "Contact of " + t.Email }

// contactOf is the person's contact as it is now; nil where it is not there yet.
func (d Deps) contactOf(ctx context.Context, t newUserTarget) (*salesforce.Contact, error) {
	found, err := d.Salesforce.ContactsByEmail(ctx, t.Email)
	differs := func(field, want, got string) (*salesforce.Contact, error) {
		return nil, &runbook.Mismatch{Record: t.record(), Field: field, Want: want, Got: got}
	}
	switch {
	case err != nil || len(found) == 0:
		return nil, err
	case len(found) > 1:
		return differs("Contacts with this address", "one", fmt.Sprint(len(found)))
	case found[0].AccountID != t.Account.ID:
		return differs("Account", t.Account.Name, found[0].Account)
	}
	return &found[0], nil
}

// ofNewUser is contactOf in a step that cannot do without it.
func (d Deps) ofNewUser(ctx context.Context, t newUserTarget) (salesforce.Contact, error) {
	c, err := d.contactOf(ctx, t)
	if err == nil && c == nil {
		err = &runbook.Mismatch{Record: t.record(), Field: "Contact", Want: "there", Got: "gone"}
	}
	if err != nil {
		return salesforce.Contact{}, err
	}
	return *c, nil
}

// userOf is the LearnUpon account the contact names; without a number where it
// names none, or one that is gone.
func (d Deps) userOf(ctx context.Context, c salesforce.Contact) (learnupon.User, error) {
	id, ok := learnUponID(c)
	if !ok {
		return learnupon.User{}, nil
	}
	u, err := d.Portals[0].UserByID(ctx, id)
	if rest.IsNotFound(err) {
		return learnupon.User{}, nil
	}
	return u, err
}

// makeContact is the first save: with it the package begins. The address is
// looked for once more, because nothing else keeps a second contact away.
func (d Deps) makeContact(t newUserTarget) runbook.Step {
	set := func(field, to string) runbook.Change {
		return runbook.Change{Record: "New contact", Field: field, To: to}
	}
	return runbook.Step{
		ID: "contact", Title: "Make the contact", System: runbook.Salesforce,
		Changes: []runbook.Change{
			set("First Name", t.First), set("Last Name", t.Last), set("Email", t.Email), set("Account", t.Account.Name),
			set(salesforce.ContactCreate.Label(), checked(true)),
		},
		Do: func(ctx context.Context, answers runbook.Answers) (string, error) {
			if err := d.stillStranger(ctx, t); err != nil {
				return "", err
			}
			c, err := d.Salesforce.CreateContact(ctx, salesforce.NewContact{
				FirstName: t.First, LastName: t.Last, Email: t.Email, AccountID: t.Account.ID, Create: true,
				Key: answers.RunID + "/" + answers.StepID, AllowDuplicate: t.Alike,
			})
			if salesforce.IsDuplicate(err) {
				return "", runbook.Refuse("A rule in Salesforce holds this person for a second one of somebody who is there, perhaps in another account, and refused; nothing was made. Look for the name in Salesforce. "+
					"If it is the same person, use that contact. If it is somebody else, whoever may save in spite of the rule has to make the contact in Salesforce: "+
					"in %s, with this name and address, and with %s checked. Then run the command again for the rest.", t.Account.Name, salesforce.ContactCreate.Label())
			}
			if err != nil {
				return "", declined(err, "So there is no contact yet, and no LearnUpon account.")
			}
			return c.ID.String(), nil
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.contactOf(ctx, t)
			return err == nil && c != nil, err
		},
	}
}

// stillStranger looks right before the contact is made.
func (d Deps) stillStranger(ctx context.Context, t newUserTarget) error {
	if _, err := d.contactOf(ctx, t); err != nil {
		return err
	}
	now, err := t.Account.unchanged(ctx, d.Salesforce)
	if err != nil {
		return err
	}
	if now.GroupID != t.Account.GroupID {
		return &runbook.Mismatch{Record: t.Account.record(), Field: groupIDField, Want: t.Account.GroupID, Got: now.GroupID}
	}
	u, err := userByEmail(ctx, d.Portals[0], t.Email)
	if err == nil && u != nil {
		err = &runbook.Mismatch{Record: "LearnUpon", Field: "Account with this address", Want: "none", Got: u.ID.String()}
	}
	return err
}

func (d Deps) awaitAccount(t newUserTarget) runbook.Step {
	step := d.awaitPackage(contact{})
	step.Done = func(ctx context.Context, _ runbook.Answers) (bool, error) {
		c, err := d.contactOf(ctx, t)
		if err != nil || c == nil || c.LearnUponID != "" {
			return err == nil && c != nil, err
		}
		said, err := d.packageSaid(ctx, *c)
		return said != "", err
	}
	return step
}

// accountMade reads the account back, or tells what the package wrote down.
func (d Deps) accountMade(t newUserTarget) runbook.Step {
	return runbook.Step{
		ID: "made", Title: "Read the account back", System: runbook.LearnUpon, Repeatable: true,
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.ofNewUser(ctx, t)
			if err != nil {
				return "", err
			}
			if c.LearnUponID == "" {
				said, err := d.packageSaid(ctx, c)
				if err != nil {
					return "", err
				}
				return "", runbook.Refuse("LearnUpon made no account and answered “%s”. The contact %s is there; Fix sync finds what is in the way.", cmp.Or(said, "nothing"), c.ID)
			}
			u, err := d.userOf(ctx, c)
			switch {
			case err != nil:
				return "", err
			case u.ID == 0:
				return "", &runbook.Mismatch{Record: "Contact " + c.ID.String(), Field: luUserID, Want: "a LearnUpon account", Got: c.LearnUponID}
			case !strings.EqualFold(u.Email, t.Email):
				return "", &runbook.Mismatch{Record: "LearnUpon user " + u.ID.String(), Field: "E-mail address", Want: t.Email, Got: u.Email}
			}
			return "LU User ID " + u.ID.String() + ".", nil
		},
	}
}

// groupsWithin is how long the sync, and the team's own Flow behind it, may
// take to put somebody into their groups.
const groupsWithin = time.Hour

func (d Deps) awaitGroups(t newUserTarget) runbook.Step {
	var titles []string
	for _, g := range t.Groups {
		titles = append(titles, "“"+g.Title+"”")
	}
	return runbook.Step{
		ID: "groups", Title: "Membership in " + strings.Join(titles, " and "), System: runbook.LearnUpon,
		Wait: &runbook.Wait{Every: time.Minute, Until: groupsWithin},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.contactOf(ctx, t)
			if err != nil || c == nil {
				return false, err
			}
			id, ok := learnUponID(*c)
			if !ok {
				return false, nil
			}
			groups, err := d.Portals[0].GroupsOf(ctx, id)
			return err == nil && t.isIn(groups), err
		},
	}
}

// tickManager checks the manager's box: the package takes no notice of it
// before the contact was saved.
func (d Deps) tickManager(t newUserTarget) runbook.Step {
	f := salesforce.ContactCreateAsManager
	return runbook.Step{
		ID: "manager", Title: "Check " + f.Label(), System: runbook.Salesforce,
		Changes: []runbook.Change{{Record: t.contactRecord(), Field: f.Label(), From: checked(false), To: checked(true)}},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.ofNewUser(ctx, t)
			if err != nil {
				return "", err
			}
			_, err = d.Salesforce.SetCreateAsManager(ctx, c.ID, true, c.LastModified)
			return "", refusedSave("Contact "+c.ID.String(), err, "The account is there as a learner; Add manager makes it a manager.")
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.contactOf(ctx, t)
			return err == nil && c != nil && c.CreateAsManager, err
		},
	}
}

func (d Deps) awaitManager(t newUserTarget) runbook.Step {
	return runbook.Step{
		ID: "promoted", Title: "Promotion to manager by LearnUpon's package", System: runbook.LearnUpon,
		Wait: &runbook.Wait{Every: 30 * time.Second, Until: packageWithin},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.contactOf(ctx, t)
			if err != nil || c == nil {
				return false, err
			}
			u, err := d.userOf(ctx, *c)
			return err == nil && u.Type == "manager", err
		},
	}
}

// makeLogin makes the customer user, of which a contact can have one.
func (d Deps) makeLogin(t newUserTarget) runbook.Step {
	return runbook.Step{
		ID: "customer-user", Title: "Make the customer user", System: runbook.Salesforce,
		Changes: []runbook.Change{
			{Record: "New Salesforce user", Field: "Username", To: t.Email}, {Record: "New Salesforce user", Field: "Profile", To: t.Customer.Name},
		},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.ofNewUser(ctx, t)
			if err != nil {
				return "", err
			}
			u, err := d.Salesforce.CreateCustomerUser(ctx, c, salesforce.NewUser{ProfileID: t.Customer.ID, TimeZone: t.TimeZone})
			if err != nil {
				return "", declined(err, "The contact and the LearnUpon account are there; the customer user has to be enabled on the contact.")
			}
			return u.ID.String(), nil
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.contactOf(ctx, t)
			if err != nil || c == nil {
				return false, err
			}
			users, err := d.Salesforce.UsersOfContact(ctx, c.ID)
			return slices.ContainsFunc(users, func(u salesforce.User) bool { return u.Active }), err
		},
	}
}
