package salesforce

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// SetUserEmail asks for another address for a user's login and reads the user back. Salesforce mails a link to the new
// address and keeps the old one until the person has opened it, within 72 hours, as observed in 2026: pending is then
// true, and Email is still the old one. Nothing in the API tells a change that waits from none; look at the user again
// later. Some orgs change it at once. See [Client.SetEmailOptOut] for the guard and the errors.
func (c *Client) SetUserEmail(ctx context.Context, user ID, email string, unmodifiedSince time.Time) (now User, pending bool, err error) {
	email = strings.TrimSpace(email)
	was, err := c.UserByID(ctx, user)
	if err != nil {
		return User{}, false, err
	}
	written, err := c.write(ctx, userObject, user, UserEmail, email, unmodifiedSince)
	if err != nil {
		return User{}, false, err
	}
	now, err = c.UserByID(ctx, user)
	changed, waits := strings.EqualFold(now.Email, email), strings.EqualFold(now.Email, was.Email)
	return now, waits && !changed, written.confirm(err, changed || waits)
}

// Profile says what the users who have it may do. A user needs exactly one.
type Profile struct {
	ID   ID
	Name string
	Type string // "Standard" for our own people
}

// communityTypes are the kinds of users who sign in to a community as somebody's contact.
var communityTypes = []string{"CspLitePortal", "CustomerSuccess", "PowerCustomerSuccess", "PowerPartner"}

// CommunityProfiles returns the profiles a contact's login may have, by name.
func (c *Client) CommunityProfiles(ctx context.Context) ([]Profile, error) {
	rd, err := c.reader(ctx, profileObject, []name{"Id", "Name", "UserType"})
	if err != nil {
		return nil, err
	}
	found, err := collect(c.keyset(ctx, live, rd.query()), func(r row) (Profile, error) {
		var fixed struct {
			ID             ID `json:"Id"`
			Name, UserType string
		}
		err := decode(r, &fixed)
		return Profile{ID: fixed.ID, Name: fixed.Name, Type: fixed.UserType}, err
	}, func(p Profile) bool {
		return slices.ContainsFunc(communityTypes, func(t string) bool { return strings.EqualFold(t, p.Type) })
	})
	slices.SortFunc(found, func(a, b Profile) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return found, err
}

// NewUser is what to make a contact's login of. What is empty is taken from the contact, or is what Salesforce gives
// people in the United States.
type NewUser struct {
	ProfileID ID
	Username  string // in the form of an address, and nobody's in any org of Salesforce; "": the contact's address
	Email     string
	TimeZone  string // as Salesforce names it; "": America/New_York
	Locale    string // "": en_US
	Language  string // "": en_US
}

// CreateCustomerUser lets a contact sign in to the community, and reads the user back. A Salesforce user can never be
// deleted, only deactivated. The contact needs an account whose owner has a role, and must not have a login yet.
func (c *Client) CreateCustomerUser(ctx context.Context, contact Contact, n NewUser) (User, error) {
	email := cmp.Or(strings.TrimSpace(n.Email), contact.Email)
	local, _, _ := strings.Cut(email, "@")
	values := map[string]any{
		"ContactId": contact.ID, "ProfileId": n.ProfileID, "FirstName": contact.FirstName, "LastName": contact.LastName,
		"Email": email, "Username": cmp.Or(strings.TrimSpace(n.Username), email),
		"Alias": cut(local, 8),
		// Nicknames must differ within a community.
		"CommunityNickname": cut(local, 20) + "." + string(contact.ID),
		"TimeZoneSidKey":    cmp.Or(n.TimeZone, "America/New_York"), "LocaleSidKey": cmp.Or(n.Locale, "en_US"),
		"LanguageLocaleKey": cmp.Or(n.Language, "en_US"), "EmailEncodingKey": "UTF-8",
	}
	made, written, err := c.create(ctx, userObject, values, nil)
	if err != nil {
		return User{}, err
	}
	user, err := c.UserByID(ctx, made)
	return user, written.confirm(err, user.ContactID == contact.ID && user.ProfileID == n.ProfileID && user.Active)
}

// cut shortens a text to a number of characters.
func cut(text string, most int) string {
	runes := []rune(text)
	return string(runes[:min(most, len(runes))])
}
