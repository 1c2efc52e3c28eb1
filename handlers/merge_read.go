package handlers

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
)

// pair is the two accounts in one portal, read in full.
type pair struct {
	portal          *learnupon.Client
	keep, duplicate side
}

// side is one account with what hangs on it.
type side struct {
	user        learnupon.User
	enrollments []learnupon.Enrollment
	groups      []learnupon.Group
	rights      []learnupon.GroupRights
	paths       []learnupon.PathEnrollment
}

// pairs finds both people in every portal: the portals where both have an
// account, and the duplicate's accounts where the other has none. A portal that
// cannot be read is an error: what is in there might be lost.
func (d Deps) pairs(ctx context.Context, in mergeInput) ([]pair, []holding, error) {
	runbook.Progress(ctx, "Looking for both accounts…")
	keep, err := d.find(ctx, "Keep", in.Keep)
	if err != nil {
		return nil, nil, mustRead(err, in.After)
	}
	duplicate, err := d.find(ctx, "Duplicate", in.Duplicate)
	if err != nil {
		return nil, nil, mustRead(err, in.After)
	}
	if strings.EqualFold(keep[0].user.Email, duplicate[0].user.Email) {
		return nil, nil, runbook.Refuse("Both fields name the same account. Give the account to keep and the one that is to go.")
	}
	var both []pair
	var alone []holding
	for _, dup := range duplicate {
		other := -1
		for i, k := range keep {
			if k.portal == dup.portal {
				other = i
			}
		}
		if other < 0 {
			alone = append(alone, dup)
			continue
		}
		both = append(both, pair{dup.portal, side{user: keep[other].user}, side{user: dup.user}})
	}
	if len(both) == 0 {
		return nil, nil, runbook.Refuse("The two accounts are in different portals or realms (%s; %s), and courses cannot be carried from one to another. "+
			"Invite the person to the portal they lack, or move the records by hand.", where("Keep", keep), where("Duplicate", duplicate))
	}
	return both, alone, mayMerge(both, alone)
}

func where(who string, found []holding) string {
	var portals []string
	for _, h := range found {
		portals = append(portals, systemName(portalName(h.portal)))
	}
	return who + ": " + strings.Join(portals, ", ")
}

// mayMerge refuses what a merge must not touch.
func mayMerge(both []pair, alone []holding) error {
	for _, p := range both {
		portal := systemName(portalName(p.portal))
		switch {
		case p.keep.user.Type == "admin" || p.duplicate.user.Type == "admin":
			return runbook.Refuse("One of the two is an admin in %s. Accounts of admins are not merged: make it a learner there first, if it should lose these rights.", portal)
		case !p.keep.user.Enabled:
			return &runbook.UserError{
				Text:    "The account to keep is deactivated in " + portal + ". Reactivate it first, or keep the other one.",
				Suggest: suggestReactivate(p.keep.user.Email),
			}
		}
	}
	for _, h := range alone {
		if h.user.Type == "admin" {
			return runbook.Refuse("The duplicate is an admin in %s. Accounts of admins are not merged.", systemName(portalName(h.portal)))
		}
	}
	return nil
}

// find looks for a person in every portal, by address or by the number of one
// of their accounts.
func (d Deps) find(ctx context.Context, field, typed string) ([]holding, error) {
	number, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		found, err := d.holdings(ctx, typed)
		if err == nil && len(found) == 0 {
			err = runbook.Refuse("LearnUpon has no account with the address in “%s”. Check the spelling; somebody who was invited and has not accepted has none yet.", field)
		}
		return found, err
	}
	var found []holding
	for _, c := range d.Portals {
		u, err := c.UserByID(ctx, learnupon.ID(number))
		if rest.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("looking for user %d in %s: %w", number, systemName(portalName(c)), err)
		}
		found = append(found, holding{portal: c, user: u})
	}
	if len(found) == 0 {
		return nil, runbook.Refuse("LearnUpon has no user %d (“%s”). Check the number, or give the address.", number, field)
	}
	if found, err = d.elsewhere(ctx, found); err != nil {
		return nil, err
	}
	for _, h := range found {
		if !strings.EqualFold(h.user.Email, found[0].user.Email) {
			return nil, runbook.Refuse("User %d (“%s”) is somebody else in each portal. Please give the address.", number, field)
		}
	}
	return found, nil
}

// elsewhere adds the accounts of a person, known by number in some portals, in
// the others. The order is that of the portals.
func (d Deps) elsewhere(ctx context.Context, known []holding) ([]holding, error) {
	var found []holding
	email := known[0].user.Email
	for _, c := range d.Portals {
		if len(known) > 0 && known[0].portal == c {
			found, known = append(found, known[0]), known[1:]
			continue
		}
		u, err := userByEmail(ctx, c, email)
		if err != nil {
			return nil, err
		}
		if u != nil {
			found = append(found, holding{portal: c, user: *u})
		}
	}
	return found, nil
}

// explained is an error with a better sentence for people. What the engine asks
// errors is still answered by the one inside.
type explained struct {
	error
	public string
}

func (e explained) Unwrap() error { return e.error }

// Public is the better sentence.
func (e explained) Public() string { return e.public }

// mustRead says what an unreadable portal means for a merge.
func mustRead(err error, after string) error {
	means := "Both accounts have to be read in every portal."
	if after == afterDelete {
		means += " Nothing is deleted while one cannot be read."
	}
	return unread(err, means)
}

// unread says what a system that cannot be read means for a plan. It is not a
// refusal: an outage does not make an approved plan stale.
func unread(err error, means string) error {
	public, ok := runbook.PublicText(err)
	if isUserError(err) || !ok {
		return err
	}
	return explained{err, public + " " + means}
}

func isUserError(err error) bool {
	_, is := errors.AsType[*runbook.UserError](err)
	return is
}

// read fills in what hangs on the two accounts, in as few calls as there are.
func (p *pair) read(ctx context.Context) error {
	for _, s := range []*side{&p.keep, &p.duplicate} {
		var err error
		if s.enrollments, err = p.portal.EnrollmentsOf(ctx, s.user.ID); err != nil {
			return fmt.Errorf("enrollments of user %d: %w", s.user.ID, err)
		}
		if s.groups, err = p.portal.GroupsOf(ctx, s.user.ID); err != nil {
			return fmt.Errorf("groups of user %d: %w", s.user.ID, err)
		}
		if s.user.Type != "manager" { // nobody else can manage groups
			continue
		}
		if s.rights, err = p.portal.ManagedBy(ctx, s.user.ID); err != nil {
			return fmt.Errorf("groups that user %d manages: %w", s.user.ID, err)
		}
	}
	var err error
	if p.duplicate.paths, err = p.portal.PathsOf(ctx, p.duplicate.user.ID); err != nil {
		return fmt.Errorf("learning paths of user %d: %w", p.duplicate.user.ID, err)
	}
	return nil
}

func accountOf(h holding, groups ...learnupon.Group) account {
	u := h.user
	a := account{
		Portal: portalName(h.portal), ID: u.ID, Email: u.Email, Name: fullName(u.FirstName, u.LastName),
		Created: findings.Day(u.CreatedAt), Page: h.portal.UserPage(u.ID),
	}
	for _, g := range groups {
		a.Groups = append(a.Groups, g.ID.String())
	}
	return a
}
