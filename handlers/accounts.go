package handlers

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
)

// account is a LearnUpon account as a plan keeps it.
type account struct {
	Portal  string       `json:"portal"`
	ID      learnupon.ID `json:"id"`
	Email   string       `json:"email"`
	Name    string       `json:"name,omitempty"`
	Created string       `json:"created,omitempty"`
	Page    string       `json:"page"`
	Groups  []string     `json:"groups,omitempty"` // ids, for scoped roles
}

// plannedAccount reads what a plan keeps of a user.
func plannedAccount(ctx context.Context, c *learnupon.Client, u learnupon.User) (account, error) {
	a := account{
		Portal: portalName(c), ID: u.ID, Email: u.Email, Name: fullName(u.FirstName, u.LastName),
		Created: findings.Day(u.CreatedAt), Page: c.UserPage(u.ID),
	}
	var err error
	a.Groups, err = groupsOf(ctx, c, u.ID)
	return a, err
}

// record names the account for people, without its address.
func (a account) record() string { return fmt.Sprintf("%s user %d", systemName(a.Portal), a.ID) }

func (a account) lock() string { return fmt.Sprintf("learnupon:%s:user:%d", a.Portal, a.ID) }

// planned is the account as a record that a plan touches.
func (a account) planned() runbook.Record {
	return runbook.Record{System: runbook.LearnUpon, ID: a.ID.String(), Title: a.record(), URL: a.Page}
}

// link leads to the account's record, which holds the confirmation link of who
// has not confirmed.
func (a account) link() runbook.Link {
	return runbook.Link{Text: "Open the user's record", URL: a.Page}
}

// preview is what every plan about a person who never signed in shows.
func (a account) preview() runbook.Preview {
	p := runbook.Preview{
		Subject: a.Email,
		Requires: []runbook.Fact{
			{Label: "Account", Value: a.record()}, {Label: "E-mail address", Value: a.Email},
			{Label: "Sign-ins", Value: "never signed in"}, {Label: "Salesforce", Value: "not linked"},
		},
		Records: []runbook.Record{a.planned()},
		Locks:   []string{a.lock()},
		Groups:  a.Groups,
	}
	if a.Created != "" {
		p.Facts = append(p.Facts, runbook.Fact{Label: "Account made on", Value: a.Created})
	}
	if a.Name != "" {
		p.Warnings = append(p.Warnings, "The account has a name already, which many people who register by themselves give "+
			"only after confirming: an admin or the sync may have made it. Check that its record shows N/A.")
	}
	return p
}

// unchanged is the check before a write: the account is still the one that was
// planned with, and nobody has signed in to it.
func (a account) unchanged(ctx context.Context, c *learnupon.Client) error {
	u, err := c.UserByID(ctx, a.ID)
	differs := func(field, want, got string) error {
		return &runbook.Mismatch{Record: a.record(), Field: field, Want: want, Got: got}
	}
	switch {
	case rest.IsNotFound(err):
		return differs("Account", "there", "gone")
	case err != nil:
		return err
	case !strings.EqualFold(u.Email, a.Email):
		return differs("E-mail address", "as planned", "another one")
	case !u.Enabled:
		return differs("Account", "active", "deactivated")
	case u.SignedIn():
		return differs("Sign-ins", "never signed in", "signed in on "+findings.Day(u.LastSignInAt))
	case findings.Linked(u):
		return differs("Salesforce", "not linked", "linked")
	}
	return nil
}

// holding is an account and the portal that holds it.
type holding struct {
	portal *learnupon.Client
	user   learnupon.User
}

// holdings looks for the address in every portal, in all at once; what it finds
// is in the order of the portals. A portal that cannot be read is an error: the
// account that is meant may be the one in there.
func (d Deps) holdings(ctx context.Context, email string) ([]holding, error) {
	users, errs := make([]*learnupon.User, len(d.Portals)), make([]error, len(d.Portals))
	var reads sync.WaitGroup
	for i, c := range d.Portals {
		reads.Go(func() { users[i], errs[i] = userByEmail(ctx, c, email) })
	}
	reads.Wait()
	var found []holding
	for i, u := range users {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if u != nil {
			found = append(found, holding{portal: d.Portals[i], user: *u})
		}
	}
	return found, nil
}

func (h holding) option() runbook.Option {
	text := systemName(portalName(h.portal)) + ", user " + h.user.ID.String()
	return runbook.Option{Value: portalName(h.portal) + "/user/" + h.user.ID.String(), Text: text}
}

// inUse says of an account somebody has signed in to why there is nothing to
// confirm, and what helps instead.
func (h holding) inUse() string {
	said := "This person has signed in to " + systemName(portalName(h.portal)) + " before"
	if last := findings.Day(h.user.LastSignInAt); last != "" {
		said += " (last on " + last + ")"
	}
	said += ", so there is nothing to confirm; "
	switch {
	case !h.user.Enabled:
		return said + "but the account is deactivated. Reactivate it if they should get in."
	case findings.Linked(h.user):
		return said + "they are linked to Salesforce and sign in through the User Community."
	}
	return said + forgotPassword
}

// neverSignedIn keeps the accounts nobody has been in yet; where there are
// none, it keeps all.
func neverSignedIn(found []holding) []holding {
	var never []holding
	for _, h := range found {
		if !h.user.SignedIn() {
			never = append(never, h)
		}
	}
	if len(never) == 0 {
		return found
	}
	return never
}

// userByEmail is the account with the address, or nil.
func userByEmail(ctx context.Context, c *learnupon.Client, email string) (*learnupon.User, error) {
	u, err := c.UserByEmail(ctx, email)
	if rest.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the account in %s: %w", systemName(portalName(c)), err)
	}
	return &u, nil
}

// mayConfirm refuses accounts for which confirming an address cannot help.
func (d Deps) mayConfirm(ctx context.Context, u learnupon.User) error {
	community, err := d.inCommunity(ctx, u.Email)
	switch {
	case err != nil:
		return fmt.Errorf("whether the person has a Salesforce user: %w", err)
	case community:
		return runbook.Refuse("This person has a Salesforce user, so they need not have registered: they sign in through the User Community. Tell them to sign in there; looking them up gives you the words.")
	case !u.Enabled:
		return &runbook.UserError{
			Text:    "This account is deactivated, so confirming its address would not let anybody in. Reactivate it first, then run the command again.",
			Suggest: suggestReactivate(u.Email),
		}
	case findings.Expired(u, d.Now()):
		return runbook.Refuse("This account expired on %s. Give it a later date in LearnUpon first, then run the command again.", findings.Day(u.AccountExpires))
	case u.Type != "learner":
		return runbook.Refuse("This account is of type %s. People who register by themselves are learners, so an admin made it and there is nothing to confirm; %s", u.Type, forgotPassword)
	}
	return nil
}

const forgotPassword = "who cannot get in uses the portal's “Forgot your password?” on the sign-in page."
