package salesforce

import (
	"context"
	"strings"
	"time"
)

// User is somebody who can sign in to Salesforce or to a community of it. A change of Email stays without effect, and
// cannot be seen, until the person clicks the link Salesforce mails to the new address: the old one is told until then.
type User struct {
	ID           ID
	Name         string
	Username     string
	Email        string
	Active       bool
	ContactID    ID // whose login this is; "": somebody of our own, or communities are off
	AccountID    ID
	Type         string
	Profile      string // its name
	ProfileID    ID
	RoleID       ID     // "": none, or it cannot be seen. Whose owner has none, of those accounts nobody can be given a login
	TimeZone     string // as Salesforce names it: America/New_York
	LastSignIn   time.Time
	LastModified time.Time
}

func (c *Client) userReader(ctx context.Context) (reader, error) {
	return c.reader(ctx, userObject, []name{
		"Id", "Name", "Username", "Email", "IsActive", "ContactId", "AccountId", "UserType", "ProfileId", "Profile.Name", "UserRoleId",
		"TimeZoneSidKey", "LastLoginDate", "LastModifiedDate",
	})
}

func (rd reader) user(r row) (User, error) {
	var fixed struct {
		ID                              ID `json:"Id"`
		Name, Username, Email           string
		IsActive                        bool
		ContactID                       ID `json:"ContactId"`
		AccountID                       ID `json:"AccountId"`
		UserType, TimeZoneSidKey        string
		ProfileID                       ID `json:"ProfileId"`
		RoleID                          ID `json:"UserRoleId"`
		Profile                         struct{ Name string }
		LastLoginDate, LastModifiedDate Time
	}
	if err := decode(r, &fixed); err != nil {
		return User{}, err
	}
	return User{
		ID: fixed.ID, Name: fixed.Name, Username: fixed.Username, Email: fixed.Email, Active: fixed.IsActive,
		ContactID: fixed.ContactID, AccountID: fixed.AccountID, Type: fixed.UserType, Profile: fixed.Profile.Name, ProfileID: fixed.ProfileID, RoleID: fixed.RoleID,
		TimeZone: fixed.TimeZoneSidKey, LastSignIn: fixed.LastLoginDate.Time, LastModified: fixed.LastModifiedDate.Time,
	}, nil
}

// UsersByEmail returns every user with the address, compared without case, oldest first, deactivated ones too: users
// are never deleted.
func (c *Client) UsersByEmail(ctx context.Context, email string) ([]User, error) {
	email = strings.TrimSpace(email)
	if email == "" || !fits(email) {
		return nil, c.invalid(get(string(live), nil), "that is no address")
	}
	rd, err := c.userReader(ctx)
	if err != nil {
		return nil, err
	}
	return collect(c.keyset(ctx, live, rd.query(is("Email", email))), rd.user,
		func(u User) bool { return strings.EqualFold(u.Email, email) })
}

// UserByID returns a user; [IsGone] if there is none, or none that can be seen.
func (c *Client) UserByID(ctx context.Context, id ID) (User, error) {
	rd, err := c.userReader(ctx)
	if err != nil {
		return User{}, err
	}
	found, err := collect(c.rows(ctx, live, rd.query(is("Id", string(id)))), rd.user, func(u User) bool { return u.ID == id })
	if err == nil && len(found) == 0 {
		err = c.login.NotFound(get("/sobjects/User/{id}", nil, string(id)))
	}
	if err != nil {
		return User{}, err
	}
	return found[0], nil
}

// UsersOfContact returns the users by which a contact signs in to a community: one or none, whatever their address. In
// an org without communities there are none.
func (c *Client) UsersOfContact(ctx context.Context, contact ID) ([]User, error) {
	rd, err := c.userReader(ctx)
	if err != nil {
		return nil, err
	}
	if !rd.has("ContactId") {
		return nil, nil
	}
	return collect(c.keyset(ctx, live, rd.query(is("ContactId", string(contact)))), rd.user,
		func(u User) bool { return u.ContactID == contact })
}
