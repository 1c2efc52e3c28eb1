package page

import (
	"slices"
	"time"

	"registrar/integrations/salesforce/salesforcetest"
)

// An Org is a Salesforce org as its own pages show it, without what is in the recycle bin.
type Org struct {
	Name     string    `json:"name"`
	Contacts []Contact `json:"contacts"`
	Logins   []Login   `json:"logins"`
	Accounts []Account `json:"accounts"`
}

// A Contact is a person of an account.
type Contact struct {
	ID          string `json:"id"`
	URL         string `json:"url"` // the record's page in the org
	Email       string `json:"email"`
	Name        string `json:"name"`
	Account     string `json:"account,omitempty"` // its name
	OptedOut    bool   `json:"opted_out,omitempty"`
	Create      bool   `json:"create,omitempty"`       // "Create in LearnUpon"
	Manager     bool   `json:"manager,omitempty"`      // "Create as Manager in LearnUpon"
	LearnUponID string `json:"learnupon_id,omitempty"` // "LU User ID"
	// Response is what LearnUpon last answered the managed package about the contact.
	Response string `json:"response,omitempty"`
}

// A Login is a Salesforce User: somebody who can sign in.
type Login struct {
	ID         string     `json:"id"`
	URL        string     `json:"url"`
	Email      string     `json:"email"`
	Name       string     `json:"name"`
	Username   string     `json:"username"`
	Active     bool       `json:"active,omitempty"`
	Profile    string     `json:"profile"`
	TimeZone   string     `json:"time_zone"`
	Contact    string     `json:"contact,omitempty"` // its name
	LastSignIn *time.Time `json:"last_sign_in"`
	// Pending is the new address that waits for its owner to open a link.
	Pending string `json:"pending,omitempty"`
}

// An Account is an institution.
type Account struct {
	ID       string   `json:"id"`
	URL      string   `json:"url"`
	Name     string   `json:"name"`
	GroupID  string   `json:"group_id,omitempty"` // "LearnUpon Group ID"
	TimeZone string   `json:"time_zone,omitempty"`
	Contacts []string `json:"contacts,omitempty"` // names
}

// org copies the Salesforce org; nil where the world has none.
func (w World) org() *Org {
	if w.Salesforce == nil {
		return nil
	}
	shot := w.Salesforce.Snapshot()
	out := &Org{Name: shot.Name, Contacts: []Contact{}, Logins: []Login{}, Accounts: []Account{}}
	page := func(kind, id string) string { return shot.URL + "/lightning/r/" + kind + "/" + id + "/view" }
	accounts, people, responses, members := map[string]string{}, map[string]string{}, map[string]string{}, map[string][]string{}
	for _, l := range shot.CallLogs {
		responses[l.ContactID] = l.Response
	}
	for _, a := range shot.Accounts {
		accounts[a.ID] = a.Name
	}
	for _, c := range shot.Contacts {
		if c.Deleted {
			continue
		}
		name := fullName(c.FirstName, c.LastName)
		people[c.ID] = name
		members[c.AccountID] = append(members[c.AccountID], name)
		out.Contacts = append(out.Contacts, Contact{
			ID: c.ID, URL: page("Contact", c.ID), Email: c.Email, Name: name, Account: accounts[c.AccountID],
			OptedOut: c.EmailOptOut, Create: c.Create, Manager: c.CreateAsManager, LearnUponID: c.LearnUponID, Response: responses[c.ID],
		})
	}
	for _, u := range shot.Users {
		out.Logins = append(out.Logins, showLogin(u, page("User", u.ID), people[u.ContactID]))
	}
	for _, a := range shot.Accounts {
		if !a.Deleted {
			out.Accounts = append(out.Accounts, Account{
				ID: a.ID, URL: page("Account", a.ID), Name: a.Name, GroupID: a.GroupID, TimeZone: a.TimeZone, Contacts: members[a.ID],
			})
		}
	}
	return out
}

func showLogin(u salesforcetest.User, url, contact string) Login {
	return Login{
		ID: u.ID, URL: url, Email: u.Email, Name: fullName(u.FirstName, u.LastName), Username: u.Username, Active: !u.Inactive,
		Profile: u.Profile, TimeZone: u.TimeZone, Contact: contact, LastSignIn: momentOf(u.LastSignIn), Pending: u.PendingEmail,
	}
}

// boxes are the labels of a contact's fields that people tick in the org.
var boxes = []string{"Email Opt Out", "Create in LearnUpon", "Create as Manager in LearnUpon"}

// setBox ticks or unticks a box of a contact, and reports whether there is that box.
func (w World) setBox(page, label string, on bool) bool {
	org := w.org()
	if org == nil || !slices.Contains(boxes, label) {
		return false
	}
	i := slices.IndexFunc(org.Contacts, func(c Contact) bool { return c.URL == page })
	if i < 0 {
		return false
	}
	w.Salesforce.Edit(org.Contacts[i].ID, label, on)
	return true
}

// verifying is what the page calls the opening of the link that Salesforce mails to the new
// address of a user.
const verifying = "Verify email"

// verify is the owner of a new address opening that link. It reports whether a link waits.
func (w World) verify(page string) bool {
	org := w.org()
	if org == nil {
		return false
	}
	i := slices.IndexFunc(org.Logins, func(l Login) bool { return l.URL == page && l.Pending != "" })
	return i >= 0 && w.Salesforce.VerifyEmail(org.Logins[i].ID) == nil
}
