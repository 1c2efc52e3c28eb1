package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// outside stands for a record that belongs to no account, or to no group, beside
// records that do. No scope names it, so that a scoped role does not get at the
// one by way of the others.
const outside = "outside any account or group"

// together is what several records belong to, given what each belongs to. Where
// none belongs to anything it is empty, which no scope covers either.
func together(each ...[]string) []string {
	all := slices.Concat(each...)
	if len(all) > 0 && slices.ContainsFunc(each, func(of []string) bool { return len(of) == 0 }) {
		all = append(all, outside)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// concerning adds to a question what its options show, without which a scoped
// role could not answer it. Any other error stays as it is.
func concerning(err error, accounts, groups []string) error {
	if ask, ok := errors.AsType[*runbook.Choose](err); ok {
		ask.Accounts, ask.Groups = accounts, groups
	}
	return err
}

// groupsOf are the numbers of the groups a user is in.
func groupsOf(ctx context.Context, c *learnupon.Client, user learnupon.ID) ([]string, error) {
	groups, err := c.GroupsOf(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("groups of user %d: %w", user, err)
	}
	return numbers(groups), nil
}

func numbers(groups []learnupon.Group) []string {
	var ids []string
	for _, g := range groups {
		ids = append(ids, g.ID.String())
	}
	return ids
}

// groupsOfAll are the groups that accounts in several portals are in.
func groupsOfAll(ctx context.Context, found []holding) ([]string, error) {
	var each [][]string
	for _, h := range found {
		groups, err := groupsOf(ctx, h.portal, h.user.ID)
		if err != nil {
			return nil, err
		}
		each = append(each, groups)
	}
	return together(each...), nil
}

// accountOfContact is the Salesforce account a contact belongs to, if any.
func accountOfContact(id salesforce.ID) []string {
	if id == "" {
		return nil
	}
	return []string{id.String()}
}

// institutions are the Salesforce accounts of several contacts.
func institutions(contacts []salesforce.Contact) []string {
	var each [][]string
	for _, c := range contacts {
		each = append(each, accountOfContact(c.AccountID))
	}
	return together(each...)
}
