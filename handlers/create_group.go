package handlers

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

type groupInput struct {
	Account string `json:"account"`
	Which   string `json:"which,omitempty"`
	Add     string `json:"add,omitempty"`
}

// groupTarget is an account, the group it gets, and who joins that.
type groupTarget struct {
	Portal  string       `json:"portal"`
	Account institution  `json:"account"`
	Group   learnupon.ID `json:"group,omitempty"`   // the one of the account's name; 0: it has to be made
	Right   bool         `json:"right,omitempty"`   // the account names that group already
	Sharing []string     `json:"sharing,omitempty"` // other accounts that name the group, for scoped roles
	Joining []joining    `json:"joining,omitempty"`
	// Notes are warnings the plan found reason for.
	Notes   []string `json:"notes,omitempty"`
	Nothing string   `json:"nothing,omitempty"`
}

// institution is a Salesforce Account as a plan keeps it.
type institution struct {
	ID      salesforce.ID `json:"id"`
	Name    string        `json:"name"`
	GroupID string        `json:"group_id,omitempty"`
	Page    string        `json:"page"`
}

func (i institution) record() string { return "Account " + i.ID.String() }

// title is what the group is called.
func (i institution) title() string { return strings.TrimSpace(i.Name) }

const (
	groupIDField = "LearnUpon Group ID"
	// maxTitle is a careful guess: LearnUpon limits titles and does not say how.
	maxTitle = 255
	// maxChoice is from how many accounts it makes sense to choose.
	maxChoice = 25
)

// createGroup gives an account its LearnUpon group: TargetX accounts are groups
// of the main portal, and the sync needs to know which.
func createGroup(d Deps) runbook.Action {
	return runbook.Definition[groupInput, groupTarget]{
		Name: "create-group", Title: "Create group", Command: "/create-group",
		Summary: "Give a Salesforce account its group in LearnUpon",
		Help: "Makes the LearnUpon group that is called like the Salesforce account, or takes the one that is there, and writes its number to the account's LearnUpon Group ID, " +
			"without which the people of the account do not sync. Those who were waiting for the group can be added at once. Create the account in Salesforce first.",
		Example:    "Hillcrest University",
		Permission: runbook.Support,
		Reason:     runbook.ReasonRequired,
		Fields: func(in *groupInput) []runbook.Field {
			return []runbook.Field{
				{Name: "account", Label: "Salesforce account", Placeholder: "Hillcrest University", WholeText: true,
					Hint: "Its name, a part of it, or its id.", Bind: runbook.Text(&in.Account)},
				{Name: "which", Label: "Which account", Chosen: true, Bind: runbook.Choice(&in.Which)},
				{Name: "add", Label: "Add the people who were waiting?", Chosen: true, Bind: runbook.Choice(&in.Add)},
			}
		},
		Plan: d.planGroup,
		Approval: func(t groupTarget) runbook.Approval {
			if t.Nothing != "" {
				return runbook.NoApproval()
			}
			return runbook.ApprovalsBy(1, "a group decides who is taught what")
		},
		Cases:         []groupTarget{{}},
		Beneficiaries: groupTarget.gain,
		Preview:       groupTarget.preview,
		Steps:         d.groupSteps,
	}.Action()
}

func (d Deps) planGroup(ctx context.Context, in groupInput) (groupTarget, error) {
	t, err := d.planEmptyGroup(ctx, in)
	if err != nil {
		return t, err
	}
	if err := d.planJoining(ctx, in.Add, &t); err != nil {
		p := t.preview()
		return t, concerning(err, p.Accounts, p.Groups)
	}
	if t.Right && len(t.Joining) == 0 {
		t.Nothing = fmt.Sprintf("The account has its group already: %d, called like it.", t.Group)
	}
	return t, nil
}

// planEmptyGroup looks at the account and the groups only, and at nobody's
// record.
func (d Deps) planEmptyGroup(ctx context.Context, in groupInput) (groupTarget, error) {
	runbook.Progress(ctx, "Reading Salesforce…")
	main := d.Portals[0]
	t := groupTarget{Portal: portalName(main)}
	if err := d.mayLinkGroups(ctx); err != nil {
		return t, err
	}
	found, err := d.findAccount(ctx, in)
	if err != nil {
		return t, err
	}
	t.Account = institution{ID: found.ID, Name: found.Name, GroupID: found.GroupID, Page: d.Salesforce.Link(found.ID)}
	if n := utf8.RuneCountInString(t.Account.title()); n > maxTitle {
		return t, runbook.Refuse("The account's name has %d characters; LearnUpon takes no title that long. Shorten the name in Salesforce first.", n)
	}
	runbook.Progress(ctx, "Reading the groups of LearnUpon…")
	titled, linked, err := findGroups(ctx, main, t.Account)
	if err != nil {
		return t, err
	}
	if linked != nil && (titled == nil || titled.ID != linked.ID) {
		if titled == nil {
			return t, runbook.Refuse("The account names the group %d, which is called “%s”. Where the account was renamed, rename the group in LearnUpon; where the number is wrong, clear %s in Salesforce. Then run the command again.",
				linked.ID, linked.Title, groupIDField)
		}
		t.note("So far the account names another group, %d, called “%s”; who is in that stays in it.", linked.ID, linked.Title)
	}
	if titled != nil {
		t.Group, t.Right = titled.ID, linked != nil && linked.ID == titled.ID
		if err := d.noteSharing(ctx, &t); err != nil {
			return t, err
		}
	}
	if linked == nil && t.Account.GroupID != "" {
		t.note("So far the account names the group %s, which LearnUpon does not have.", t.Account.GroupID)
	}
	if len(d.Portals) > 1 {
		t.note("The group is one of the main portal; %s is about no other.", groupIDField)
	}
	return t, nil
}

func (t *groupTarget) note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// mayLinkGroups refuses where the number could not be written in the end.
func (d Deps) mayLinkGroups(ctx context.Context) error {
	if err := d.Salesforce.Check(ctx, salesforce.AccountGroupID); err != nil {
		return err
	}
	switch editable, err := d.Salesforce.Editable(ctx, salesforce.AccountGroupID); {
	case err != nil:
		return err
	case !editable:
		return runbook.Refuse("Salesforce does not let Registrar's user edit the field %s of accounts, so a group could not be tied to its account. A Salesforce administrator has to allow it.", groupIDField)
	}
	return nil
}

// findAccount finds the account by its id or its name; the very name wins over
// names that only contain what was typed.
func (d Deps) findAccount(ctx context.Context, in groupInput) (salesforce.Account, error) {
	if id, err := salesforce.ParseID(in.Account); err == nil && id.IsAccount() {
		found, err := d.Salesforce.AccountByID(ctx, id)
		if salesforce.IsGone(err) {
			err = runbook.Refuse("Salesforce has no account with the id %s, or Registrar's user may not see it. Search for its name instead.", id)
		}
		return found, err
	}
	found, further, err := d.Salesforce.AccountsByName(ctx, in.Account, maxChoice)
	if err != nil {
		return salesforce.Account{}, err
	}
	var named []salesforce.Account
	for _, a := range found {
		if strings.EqualFold(strings.TrimSpace(a.Name), in.Account) {
			named = append(named, a)
		}
	}
	switch {
	case len(found) == 0:
		return salesforce.Account{}, runbook.Refuse("Salesforce has no account whose name contains “%s”. Check the spelling, or create the account in Salesforce first.", in.Account)
	case len(named) > 0:
		found = named
	case further > 0:
		return salesforce.Account{}, runbook.Refuse("More than %d accounts of Salesforce contain “%s” in their name. Type more of the name, or the account's id.", maxChoice, in.Account)
	}
	var options []runbook.Option
	for _, a := range found {
		options = append(options, runbook.Option{
			Value: a.ID.String(), Text: a.Name, Description: listed(a.City, a.Website, a.Owner, a.ID.String()),
		})
	}
	i, err := choose("which", "Salesforce has several accounts like this.", options, in.Which)
	if err != nil {
		accounts, groups := offered(found)
		return salesforce.Account{}, concerning(err, accounts, groups)
	}
	return found[i], nil
}

// offered is what several accounts are, for scoped roles. Their groups tell
// something only where each has one.
func offered(found []salesforce.Account) (accounts, groups []string) {
	for _, a := range found {
		accounts = append(accounts, a.ID.String())
		if a.GroupID != "" {
			groups = append(groups, a.GroupID)
		}
	}
	if len(groups) < len(found) {
		groups = nil
	}
	return accounts, groups
}

// findGroups reads all groups once and finds the one called like the account
// and the one the account names.
func findGroups(ctx context.Context, c *learnupon.Client, a institution) (titled, linked *learnupon.Group, err error) {
	for g, err := range c.Groups(ctx) {
		if err != nil {
			return nil, nil, fmt.Errorf("groups of %s: %w", systemName(portalName(c)), err)
		}
		if strings.EqualFold(strings.TrimSpace(g.Title), a.title()) {
			titled = &g
		}
		if g.ID.String() == a.GroupID {
			linked = &g
		}
	}
	return titled, linked, nil
}

// noteSharing warns where the group belongs to another account too: people of
// both would be in it.
func (d Deps) noteSharing(ctx context.Context, t *groupTarget) error {
	all, err := d.Salesforce.AccountsByGroupID(ctx, int64(t.Group))
	for _, a := range all {
		if a.ID != t.Account.ID {
			t.Sharing = append(t.Sharing, a.ID.String())
			t.note("The account %s (%s) names the same group: the people of both are in it. Make sure that the two are one institution.", a.ID, a.Name)
		}
	}
	return err
}

func (t groupTarget) gain() []string {
	var who []string
	for _, j := range t.Joining {
		who = append(who, j.User.Email)
	}
	return who
}

func (t groupTarget) preview() runbook.Preview {
	a := t.Account
	p := runbook.Preview{Subject: a.Name, Accounts: append([]string{a.ID.String()}, t.Sharing...), Nothing: t.Nothing, Warnings: t.Notes}
	if t.Group != 0 {
		p.Groups = []string{t.Group.String()}
	}
	if t.Nothing != "" {
		return p
	}
	p.Requires = []runbook.Fact{{Label: "Account", Value: listed(a.Name, a.ID.String())}, {Label: "Group", Value: "new, called like the account"}}
	p.Records = []runbook.Record{{System: runbook.Salesforce, ID: a.ID.String(), Title: a.record(), URL: a.Page}}
	p.Locks = []string{"salesforce:account:" + a.ID.String(), t.titleLock()}
	if t.Group != 0 {
		p.Requires[1].Value = fmt.Sprintf("%d, there already", t.Group)
		p.Locks = append(p.Locks, fmt.Sprintf("learnupon:%s:group:%d", t.Portal, t.Group))
	}
	for _, j := range t.Joining {
		p.Requires = append(p.Requires, runbook.Fact{Label: j.User.record(), Value: listed(j.User.Name, j.User.Email)})
		p.Locks = append(p.Locks, j.User.lock())
	}
	return p
}

// titleLock keeps two runs from making a group of one title.
func (t groupTarget) titleLock() string {
	return "learnupon:" + t.Portal + ":group-title:" + strings.ToLower(t.Account.title())
}
