package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// subject is whom an action about one account is about.
type subject struct {
	holding                       // the account that is meant
	groups   []learnupon.Group    // it is in
	others   []holding            // the person's accounts in other portals
	contacts []salesforce.Contact // the person's
	realm    realm
}

// profile is what a plan about one account keeps of the person, and what it has
// to say.
type profile struct {
	Account  account        `json:"account"`
	Role     string         `json:"role"`               // the user type
	Known    []string       `json:"known,omitempty"`    // every address of the person, none of which may approve
	Accounts []string       `json:"accounts,omitempty"` // in Salesforce, for scoped roles
	Groups   []string       `json:"groups,omitempty"`
	Facts    []runbook.Fact `json:"facts,omitempty"`
	Warnings []string       `json:"warnings,omitempty"`
	Losses   []string       `json:"losses,omitempty"`
	Nothing  string         `json:"nothing,omitempty"`
}

// subject finds the account a command is about, in every portal, and whose it
// is. A portal that cannot be read is an error: what is done in one portal may
// reach another.
func (d Deps) subject(ctx context.Context, email, portal string) (subject, profile, error) {
	var s subject
	var p profile
	runbook.Progress(ctx, "Looking for the account…")
	found, err := d.holdings(ctx, email)
	if err != nil {
		return s, p, err
	}
	if len(found) == 0 {
		return s, p, runbook.Refuse("LearnUpon has no account with this address. Check the spelling; somebody who was invited and has not accepted has none yet.")
	}
	if p.Accounts, err = d.knowContacts(ctx, found, &s); err != nil {
		return s, p, err
	}
	if s.holding, err = d.choosePortal(ctx, found, portal); err != nil {
		groups, unread := groupsOfAll(ctx, found)
		return s, p, cmp.Or(unread, concerning(err, p.Accounts, groups))
	}
	s.others = slices.DeleteFunc(found, func(h holding) bool { return h.portal == s.portal })
	if s.groups, err = s.portal.GroupsOf(ctx, s.user.ID); err != nil {
		return s, p, fmt.Errorf("groups of user %d: %w", s.user.ID, err)
	}
	if s.realm, err = d.realm(ctx); err != nil {
		return s, p, err
	}
	p.Account, p.Role, p.Known = accountOf(s.holding, s.groups...), s.user.Type, s.addresses()
	p.Groups = together(p.Account.Groups)
	p.fact("Last sign-in", cmp.Or(findings.Day(s.user.LastSignInAt), pick(s.user.SignedIn(), "unknown", "never")))
	return s, p, nil
}

// knowContacts finds the person's contacts, and the Salesforce accounts these
// belong to.
func (d Deps) knowContacts(ctx context.Context, found []holding, s *subject) (institutions []string, err error) {
	if d.Salesforce == nil {
		return nil, nil
	}
	runbook.Progress(ctx, "Reading Salesforce…")
	var users []learnupon.User
	for _, h := range found {
		users = append(users, h.user)
	}
	contacts, hiding, err := d.contactsOfUsers(ctx, users)
	s.contacts = contacts
	return scopeOf(contacts, hiding), err
}

// addresses are those of the account and of the contacts. A person in Slack may
// have any of them.
func (s subject) addresses() []string {
	known := []string{strings.ToLower(s.user.Email)}
	for _, c := range s.contacts {
		if address := strings.ToLower(strings.TrimSpace(c.Email)); address != "" && !slices.Contains(known, address) {
			known = append(known, address)
		}
	}
	return known
}

// in names the portal for people.
func (s subject) in() string { return systemName(portalName(s.portal)) }

// adminAbove refuses to change, in a sub-portal, somebody who is an admin of the
// top-level portal: LearnUpon lets nobody.
func (s subject) adminAbove() error {
	for _, h := range s.others {
		if h.user.Type == "admin" && s.realm.reaches(h.portal, s.portal) {
			return runbook.Refuse("This person is an admin of the top-level portal, %s, and so of every sub-portal: nobody can change that in %s. Choose the top-level portal instead.",
				systemName(portalName(h.portal)), s.in())
		}
	}
	return nil
}

// lastAdmin refuses to take the last admin from a portal, after whom nobody
// could make another. A sub-portal has those of the top-level one.
func (s subject) lastAdmin(ctx context.Context, d Deps, what string) error {
	under := slices.ContainsFunc(d.Portals, func(c *learnupon.Client) bool { return s.realm.reaches(c, s.portal) })
	if s.user.Type != "admin" || !s.user.Enabled || under {
		return nil
	}
	runbook.Progress(ctx, "Looking for another admin…")
	for u, err := range s.portal.Users(ctx) {
		if err != nil {
			return fmt.Errorf("users of %s: %w", s.in(), err)
		}
		if u.Type == "admin" && u.Enabled && u.ID != s.user.ID {
			return nil
		}
	}
	return runbook.Refuse("This is the only admin of %s who can sign in; %s would leave nobody to run the portal. Make somebody else an admin first.", s.in(), what)
}

func (p *profile) fact(label, value string) {
	p.Facts = append(p.Facts, runbook.Fact{Label: label, Value: value})
}

func (p *profile) warn(format string, args ...any) {
	p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
}

func (p *profile) lose(format string, args ...any) {
	p.Losses = append(p.Losses, fmt.Sprintf(format, args...))
}

// preview is what every plan about one account shows.
func (p profile) preview() runbook.Preview {
	shown := runbook.Preview{Subject: p.Account.Email, Accounts: p.Accounts, Groups: p.Groups, Nothing: p.Nothing}
	if p.Nothing != "" {
		return shown
	}
	a := p.Account
	shown.Requires = []runbook.Fact{
		{Label: "Account", Value: a.record()}, {Label: "E-mail address", Value: a.Email}, {Label: "User type", Value: p.Role},
	}
	shown.Records, shown.Locks = []runbook.Record{a.planned()}, []string{a.lock()}
	shown.Facts, shown.Warnings, shown.Losses = p.Facts, p.Warnings, p.Losses
	return shown
}

// approved is how many must agree: nobody where there is nothing to do.
func (p profile) approved(n int, why string) runbook.Approval {
	if p.Nothing != "" {
		return runbook.NoApproval()
	}
	return runbook.ApprovalsBy(n, why)
}

// approvedByTwo is for what no policy may give free: two must agree, and one
// where the policy says so.
func (p profile) approvedByTwo(why string) runbook.Approval {
	return p.approved(2, why).AtLeastOne()
}
