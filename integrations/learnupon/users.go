package learnupon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"registrar/integrations/rest"
)

// User is an account in the portal. Whether a self-registered person has confirmed the address is not among the
// fields: no API tells.
type User struct {
	ID             ID     `json:"id"`
	Email          string `json:"email"`
	Username       string `json:"username"` // only in portals that use such
	FirstName      string `json:"first_name"`
	LastName       string `json:"last_name"`
	Type           string `json:"user_type"` // learner, instructor, manager or admin
	Enabled        bool   `json:"enabled"`
	Locale         string `json:"locale"`
	TimeZone       string `json:"timezone_id"`     // Rails name: "Eastern Time (US & Canada)"
	AccountExpires Time   `json:"account_expires"` // login ends after this day
	CreatedAt      Time   `json:"created_at"`
	LastSignInAt   Time   `json:"last_sign_in_at"`
	SignInCount    Int    `json:"sign_in_count"`
	Enrollments    Int    `json:"number_of_enrollments"`
	FromSalesforce bool   `json:"is_salesforce_contact"`
	SFContactID    string `json:"sf_contact_id"`
	SFUserID       string `json:"sf_user_id"`
	Badges         Int    `json:"number_of_badges"`
	Points         Int    `json:"number_of_points"`
	// Permissions are what this person in particular may do.
	Permissions []Permission `json:"-"`
	// CustomData is by label; only what is filled in.
	CustomData map[string]string `json:"-"`
}

// UnmarshalJSON reads flags in any of the forms they come in.
func (u *User) UnmarshalJSON(b []byte) error {
	type fields User
	raw := struct {
		*fields
		permissions
		Enabled        flag `json:"enabled"`
		FromSalesforce flag `json:"is_salesforce_contact"`
		CustomData     any  `json:"CustomData"`
	}{fields: (*fields)(u)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	u.Enabled, u.FromSalesforce, u.Permissions = bool(raw.Enabled), bool(raw.FromSalesforce), raw.permissions.list()
	data, _ := raw.CustomData.(map[string]any) // a portal without such fields has been seen to send another shape
	for label, value := range data {
		if value == nil || value == "" {
			continue
		}
		if u.CustomData == nil {
			u.CustomData = map[string]string{}
		}
		u.CustomData[label] = fmt.Sprint(value)
	}
	return nil
}

// SignedIn reports whether the person was ever in. Who was not may still have to confirm the address, or may simply
// never have come.
func (u User) SignedIn() bool { return u.SignInCount > 0 || !u.LastSignInAt.IsZero() }

// timeZones asks for the fields that version 1.2 of the records adds.
func timeZones() url.Values { return url.Values{"version_id": {"1.2"}} }

// UserByID returns an account.
func (c *Client) UserByID(ctx context.Context, id ID) (User, error) {
	r := get("/users/{id}", timeZones(), id.String())
	return c.oneUser(ctx, r, func(u User) bool { return u.ID == id })
}

// UserByEmail returns the account with the address, compared without case; rest.IsNotFound if there is none. Somebody
// who was invited and has not accepted yet has no account.
func (c *Client) UserByEmail(ctx context.Context, email string) (User, error) {
	email = strings.TrimSpace(email)
	query := timeZones()
	query.Set("email", email)
	return c.oneUser(ctx, get("/users/search", query), func(u User) bool { return strings.EqualFold(u.Email, email) })
}

func (c *Client) oneUser(ctx context.Context, r rest.Request, is func(User) bool) (User, error) {
	users, _, err := list[User](ctx, c.api, r, "user", "users")
	if err != nil {
		return User{}, err
	}
	for _, u := range users {
		if is(u) {
			return u, nil
		}
	}
	return User{}, c.api.NotFound(r)
}

// Users walks through all accounts of the portal.
func (c *Client) Users(ctx context.Context) iter.Seq2[User, error] {
	return pages[User](ctx, c.api, get("/users", timeZones()), "user", "users")
}

// UserUpdate is what to change of an account; nil leaves a field as it is.
type UserUpdate struct {
	Email     *string `json:"email,omitempty"`
	FirstName *string `json:"first_name,omitempty"`
	LastName  *string `json:"last_name,omitempty"`
	Type      *string `json:"user_type,omitempty"`
	TimeZone  *string `json:"timezone_id,omitempty"`
	Enabled   *bool   `json:"enabled,omitempty"`
	// SFContactID ties the account to a Salesforce contact; "" ends that.
	SFContactID *string `json:"sf_contact_id,omitempty"`
}

func (n UserUpdate) shownBy(u User) bool {
	return (n.Email == nil || strings.EqualFold(*n.Email, u.Email)) &&
		(n.FirstName == nil || *n.FirstName == u.FirstName) &&
		(n.LastName == nil || *n.LastName == u.LastName) &&
		(n.Type == nil || *n.Type == u.Type) &&
		(n.TimeZone == nil || *n.TimeZone == u.TimeZone) &&
		(n.Enabled == nil || *n.Enabled == u.Enabled) &&
		(n.SFContactID == nil || sameRecord(*n.SFContactID, u.SFContactID))
}

// sameRecord compares ids of Salesforce, which come in 15 characters or with three more that tell nothing new.
func sameRecord(a, b string) bool {
	const length = 15
	return a[:min(length, len(a))] == b[:min(length, len(b))]
}

// UpdateUser changes an account and reads it back: LearnUpon has been seen to answer 200 and change nothing, and then
// the error is an unsure one.
func (c *Client) UpdateUser(ctx context.Context, id ID, change UserUpdate) (User, error) {
	r := rest.Request{
		Method: http.MethodPut, Route: "/users/{id}", Args: []string{id.String()}, Body: wrapped("User", change),
	}
	res, err := c.api.Do(ctx, r)
	if err != nil {
		return User{}, err
	}
	u, err := c.UserByID(ctx, id)
	switch {
	case err != nil:
		return User{}, c.api.Unclear(r, res, err)
	case !change.shownBy(u):
		return User{}, c.api.Unclear(r, res, rest.ErrNotApplied)
	}
	return u, nil
}

// SetEnabled allows or ends a person's login. Nothing else of the account is touched.
func (c *Client) SetEnabled(ctx context.Context, id ID, enabled bool) (User, error) {
	return c.UpdateUser(ctx, id, UserUpdate{Enabled: &enabled})
}

// DeleteUser deletes an account with its history, for good, and looks that it is gone. Deleting one in the top-level
// portal reaches the person's accounts in the sub-portals; never the reverse.
func (c *Client) DeleteUser(ctx context.Context, id ID) error {
	r := rest.Request{Method: http.MethodDelete, Route: "/users/{id}", Args: []string{id.String()}}
	res, err := c.api.Do(ctx, r)
	if err != nil {
		return err
	}
	switch _, err := c.UserByID(ctx, id); {
	case rest.IsNotFound(err):
		return nil
	case err != nil:
		return c.api.Unclear(r, res, err)
	}
	return c.api.Unclear(r, res, rest.ErrNotApplied)
}

// created reads the number of a new record out of the answer to its creation.
func created(body []byte) (ID, error) {
	var record struct {
		ID ID `json:"id"`
	}
	if err := json.Unmarshal(body, &record); err != nil || record.ID == 0 {
		return 0, errors.New("the answer does not name the new record")
	}
	return record.ID, nil
}
