package handlers

import (
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/salesforce"
)

type newUserInput struct {
	First    string `json:"first"`
	Last     string `json:"last"`
	Email    string `json:"email"`
	Account  string `json:"account"`
	Manager  bool   `json:"manager,omitempty"`
	Customer bool   `json:"customer,omitempty"`
	Which    string `json:"which,omitempty"`   // Salesforce account
	Alike    string `json:"alike,omitempty"`   // contact of the same name, or that it is somebody else
	Profile  string `json:"profile,omitempty"` // of the customer user
}

// newUserTarget is somebody who is in neither system yet, or whom an earlier run
// did not get done with.
type newUserTarget struct {
	First    string       `json:"first"`
	Last     string       `json:"last"`
	Email    string       `json:"email"`
	Account  institution  `json:"account"`
	TimeZone string       `json:"time_zone,omitempty"` // of the account
	Groups   []groupRef   `json:"groups"`              // that the sync puts the person into: first the account's
	Manager  bool         `json:"manager,omitempty"`
	Customer *communityID `json:"customer,omitempty"` // how the person signs in; nil: no customer user
	// Alike says that a contact of the same name is somebody else.
	Alike bool           `json:"alike,omitempty"`
	Made  *madeUser      `json:"made,omitempty"` // by an earlier run; nil: nobody knows the person yet
	Facts []runbook.Fact `json:"facts,omitempty"`
	Notes []string       `json:"notes,omitempty"`
}

// communityID is the profile of a customer user.
type communityID struct {
	ID   salesforce.ID `json:"id"`
	Name string        `json:"name"`
}

// createUser makes a person in Salesforce, from where LearnUpon's package makes
// the account: who is made in LearnUpon first does not sync.
func createUser(d Deps) runbook.Action {
	return runbook.Definition[newUserInput, newUserTarget]{
		Name: "create-user", Title: "Create user", Command: "/create-user",
		Summary: "Make a person's contact in Salesforce and their LearnUpon account",
		Help: "Makes the contact with Create in LearnUpon checked, waits until LearnUpon's package has made the account, and looks that the person is in the group of the Salesforce account and in “" + targetX + "”. " +
			"A manager's box is checked after that. On request it makes a customer user, with which the person signs in through the User Community. " +
			"The account needs its group first; who is in one of the systems already is a case for Fix sync. Where a run stopped after the account was made, run the command again for the rest.",
		Example:    `Ada Byron learner@x.edu "Hillcrest University"`,
		Permission: runbook.Support,
		Reason:     runbook.ReasonOptional,
		Fields:     newUserFields,
		Plan:       d.planNewUser,
		Approval: func(t newUserTarget) runbook.Approval {
			switch {
			case t.promotes():
				return runbook.ApprovalsBy(1, "managers see and change other people's records")
			case t.Customer != nil:
				return runbook.ApprovalsBy(1, "a Salesforce user can never be deleted")
			}
			return runbook.NoApproval()
		},
		Cases:         []newUserTarget{{Manager: true}, {Customer: &communityID{}}},
		Beneficiaries: func(t newUserTarget) []string { return []string{t.Email} },
		Preview:       newUserTarget.preview,
		Steps:         d.newUserSteps,
	}.Action()
}

func newUserFields(in *newUserInput) []runbook.Field {
	choice := []runbook.Option{{Value: "no", Text: "No"}, {Value: "yes", Text: "Yes"}}
	return []runbook.Field{
		{Name: "first-name", Label: "First name", Placeholder: "Ada", Hint: "As it is to be in both systems.", Bind: personName(&in.First, 40)},
		{Name: "last-name", Label: "Last name", Placeholder: "Byron", Hint: "As it is to be in both systems.", Bind: personName(&in.Last, 80)},
		{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The address the person signs in with.", Bind: runbook.Email(&in.Email)},
		{Name: "account", Label: "Salesforce account", Placeholder: "Hillcrest University", Hint: "Its name, a part of it, or its id.", Bind: runbook.Text(&in.Account)},
		{Name: "as-manager", Label: "As manager", Optional: true, Options: choice, Hint: "Whether the person becomes a manager in LearnUpon.", Bind: yes(&in.Manager)},
		{Name: "customer-user", Label: "Customer user", Optional: true, Options: choice, Hint: "Whether to make a Salesforce user for the User Community. It can never be deleted.", Bind: yes(&in.Customer)},
		{Name: "which", Label: "Which account", Chosen: true, Bind: runbook.Choice(&in.Which)},
		{Name: "alike", Label: "Somebody who is there already?", Chosen: true, Bind: runbook.Choice(&in.Alike)},
		{Name: "profile", Label: "Community profile", Chosen: true, Bind: runbook.Choice(&in.Profile)},
	}
}

// personName binds a name of at most so many characters, which is how long
// Salesforce's fields are.
func personName(p *string, most int) func(string) error {
	return func(s string) error {
		if len([]rune(s)) > most {
			return runbook.Refuse("At most %d characters, please.", most)
		}
		*p = strings.Join(strings.Fields(s), " ")
		return nil
	}
}

func yes(p *bool) func(string) error {
	return func(s string) error {
		switch strings.ToLower(s) {
		case "yes":
			*p = true
		case "no":
			*p = false
		default:
			return runbook.Refuse("Please answer yes or no.")
		}
		return nil
	}
}

// newContactLock is held by whoever has an account made for the address: the
// contact itself may not be there yet.
func newContactLock(email string) string {
	return "salesforce:new-contact:" + strings.ToLower(email)
}

// scope is the account's group, for scoped roles; the other one is everybody's.
func (t newUserTarget) scope() []string {
	if len(t.Groups) == 0 {
		return nil
	}
	return []string{t.Groups[0].ID.String()}
}

func (t newUserTarget) preview() runbook.Preview {
	a := t.Account
	p := runbook.Preview{
		Subject: t.Email, Facts: t.Facts, Warnings: t.Notes, Accounts: []string{a.ID.String()},
		Requires: []runbook.Fact{
			{Label: "Name", Value: fullName(t.First, t.Last)}, {Label: "Account", Value: listed(a.Name, a.ID.String())},
			{Label: "Known in Salesforce and LearnUpon", Value: pick(t.Made == nil, "not yet", "made by an earlier run")},
		},
		Records: []runbook.Record{{System: runbook.Salesforce, ID: a.ID.String(), Title: a.record(), URL: a.Page}},
		// Nobody else makes the same person meanwhile.
		Locks: []string{newContactLock(t.Email)},
	}
	p.Groups = t.scope()
	for _, g := range t.Groups {
		p.Requires = append(p.Requires, runbook.Fact{Label: "Group", Value: listed(g.Title, g.ID.String())})
	}
	if t.Made != nil {
		t.previewRest(&p)
	}
	if t.promotes() {
		p.Warnings = append(p.Warnings, "As a manager the person manages no group yet: run Add manager when the account is there.")
	}
	if t.Customer != nil {
		p.Requires = append(p.Requires, runbook.Fact{Label: "Community profile", Value: t.Customer.Name})
		p.Warnings = append(p.Warnings, "A Salesforce user can never be deleted, only deactivated, and its user name is taken in every org from then on.")
	}
	return p
}
