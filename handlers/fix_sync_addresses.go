package handlers

import (
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// addresses are those of the three places, and which of them have to change.
type addresses struct {
	Right   string `json:"right"`
	Contact bool   `json:"contact,omitempty"`
	Login   bool   `json:"login,omitempty"`
	Account bool   `json:"account,omitempty"`

	Known []known `json:"known,omitempty"`
}

// known is the address of one place.
type known struct {
	Place string `json:"place"`
	Email string `json:"email"`
}

const (
	placeAccount = "LearnUpon"
	placeLogin   = "Salesforce user"
	placeContact = "Contact"
)

func (a addresses) differ() bool { return a.Contact || a.Login || a.Account }

// all are the addresses that are there and the one to be.
func (a addresses) all() []string {
	all := []string{a.Right}
	for _, k := range a.Known {
		if k.Email != "" && !slices.ContainsFunc(all, func(have string) bool { return strings.EqualFold(have, k.Email) }) {
			all = append(all, k.Email)
		}
	}
	return all
}

func (a addresses) of(place string) string {
	i := slices.IndexFunc(a.Known, func(k known) bool { return k.Place == place })
	if i < 0 {
		return ""
	}
	return a.Known[i].Email
}

func (a addresses) show(require func(label, value string)) {
	for _, k := range a.Known {
		require(k.Place+" has", orNone(k.Email))
	}
}

// addresses compares the places and says which address is right. People sign
// in through the User Community where LearnUpon and the Salesforce user agree,
// so a contact that differs from both is wrong, and LearnUpon is where it
// differs from both of Salesforce's. Otherwise only a person can tell.
func (s syncing) addresses(chosen string) (addresses, error) {
	var a addresses
	if s.account != nil {
		a.Known = append(a.Known, known{placeAccount, s.account.Email})
	}
	if s.user != nil {
		a.Known = append(a.Known, known{placeLogin, s.user.Email})
	}
	a.Known = append(a.Known, known{placeContact, s.contact.Email})
	var err error
	if a.Right, err = a.right(chosen); err != nil {
		return a, err
	}
	wrong := func(there bool, place string) bool { return there && !strings.EqualFold(a.of(place), a.Right) }
	a.Contact, a.Login, a.Account = wrong(true, placeContact), wrong(s.user != nil, placeLogin), wrong(s.account != nil, placeAccount)
	return a, nil
}

func (a addresses) right(chosen string) (string, error) {
	login, account, contact := a.of(placeLogin), a.of(placeAccount), a.of(placeContact)
	if login != "" && (strings.EqualFold(login, account) || strings.EqualFold(login, contact)) {
		return login, nil
	}
	var options []runbook.Option
	for _, k := range a.Known {
		email := strings.ToLower(k.Email)
		i := slices.IndexFunc(options, func(o runbook.Option) bool { return o.Value == email })
		switch {
		case email == "":
		case i < 0:
			options = append(options, runbook.Option{Value: email, Text: email, Description: k.Place})
		default:
			options[i].Description += ", " + k.Place
		}
	}
	if len(options) == 0 {
		return "", runbook.Refuse("Neither the contact nor anything it leads to has an address. Enter it on the contact; then run the command again.")
	}
	i, err := choose("address", "The addresses disagree. A new address of the Salesforce user counts only once the person has opened a link that is mailed there.", options, strings.ToLower(chosen))
	if err != nil {
		return "", err
	}
	return options[i].Value, nil
}

// addressSteps bring the addresses into line: LearnUpon last, so that it
// changes at the moment in which the Salesforce user does.
func (d Deps) addressSteps(t syncTarget) []runbook.Step {
	var steps []runbook.Step
	if t.Addresses.Contact {
		steps = append(steps, t.Contact.readdressed(t.Addresses.Right).step(d))
	}
	if t.Addresses.Login {
		steps = append(steps, d.readdress(*t.Login, t.Addresses.Right)...)
	}
	if t.Addresses.Account {
		steps = append(steps, t.Account.readdressed(t.Addresses.Right).step(d))
	}
	return steps
}

// readdressed gives the account another address.
func (a account) readdressed(to string) accountStep[learnupon.User] {
	return a.updates("address", "Change the address in "+systemName(a.Portal), runbook.Change{Field: "E-mail address", From: a.Email, To: to},
		func(u learnupon.User) bool { return strings.EqualFold(u.Email, to) },
		func(u learnupon.User) error { return a.is(u, a.Email) }, learnupon.UserUpdate{Email: &to})
}

// elsewhere tells of accounts in other portals that keep the address the person
// gives up: only the main portal syncs.
func (s syncing) elsewhere(a addresses) []string {
	var said []string
	for _, portal := range s.Portals[1:] {
		if u := portal.Account; a.differ() && u != nil && !strings.EqualFold(u.Email, a.Right) {
			said = append(said, fmt.Sprintf("%s has the account %d with the address %s, which stays as it is: only the main portal syncs. Change email changes it too.", portal.Name, u.ID, u.Email))
		}
	}
	return said
}

func (t syncTarget) addressNotes() []string {
	var said []string
	if t.Addresses.Login {
		said = append(said, fmt.Sprintf("Salesforce keeps %s for the user until the person opens the link mailed to %s. The run waits for that, for %d hours.",
			t.Login.Email, t.Addresses.Right, int(confirmWithin.Hours())))
	}
	if t.Addresses.Login && t.Addresses.Account {
		said = append(said, linkOutlives)
	}
	if t.Addresses.Account && t.Login == nil {
		said = append(said, "Whoever signs in to LearnUpon with a password uses the new address from then on.")
	}
	return said
}
