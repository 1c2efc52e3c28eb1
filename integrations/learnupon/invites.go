package learnupon

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"registrar/integrations/rest"
)

// Where an invite stands.
const (
	InviteSent     = "sent"
	InviteAccepted = "accepted"
	InviteRejected = "rejected"
	InviteCanceled = "canceled"
)

// Invite asks a person to join the portal, and a group of it. Until it is accepted there is no account. Invites made
// through the portal-invite endpoint cannot be listed by anyone.
type Invite struct {
	ID              ID     `json:"id"`
	GroupID         ID     `json:"group_id"` // 0: the portal only
	Email           string `json:"invite_email_address"`
	Status          string `json:"invite_status"`
	AcceptURL       string `json:"accept_url"` // secret; often relative: see Client.AcceptLink
	FirstName       string `json:"first_name"`
	LastName        string `json:"last_name"`
	Username        string `json:"username"`
	UserType        string `json:"user_type"`
	CreatedAt       Time   `json:"created_at"`
	ExpiresAt       Time   `json:"expires_at"` // zero: never
	LastReminderAt  Time   `json:"last_reminder_sent_at"`
	Reminders       Int    `json:"num_reminders_sent"`
	SFContactID     string `json:"sf_contact_id"`
	SFUserID        string `json:"sf_user_id"`
	CustomDataCount int    `json:"-"` // how many custom fields are filled; a new invite cannot carry them
}

// UnmarshalJSON also counts the custom data.
func (i *Invite) UnmarshalJSON(b []byte) error {
	type fields Invite
	raw := struct {
		*fields
		Custom []struct {
			Value any `json:"value"`
		} `json:"customDataFieldValues"`
	}{fields: (*fields)(i)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	i.CustomDataCount = 0
	for _, field := range raw.Custom {
		if field.Value != nil && field.Value != "" {
			i.CustomDataCount++
		}
	}
	return nil
}

// Open reports whether the person can still accept at that moment.
func (i Invite) Open(now time.Time) bool { return i.Status == InviteSent && !i.Lapsed(now) }

// Lapsed reports whether the invite was sent, not answered, and has run out.
func (i Invite) Lapsed(now time.Time) bool {
	return i.Status == InviteSent && !i.ExpiresAt.IsZero() && !now.Before(i.ExpiresAt.Time)
}

// Invites walks through all group invites ever made.
func (c *Client) Invites(ctx context.Context) iter.Seq2[Invite, error] {
	return pages[Invite](ctx, c.api, get("/group_invites", nil), "group_invite", "group_invites")
}

// InvitesOfGroup returns the invites to one group.
func (c *Client) InvitesOfGroup(ctx context.Context, group ID) ([]Invite, error) {
	query := url.Values{"group_id": {group.String()}}
	found := pages[Invite](ctx, c.api, get("/group_invites", query), "group_invite", "group_invites")
	return all(found, func(i Invite) bool { return i.GroupID == group })
}

// InvitesByEmail returns every invite to the address, whatever its status. The API has no such filter, so all pages
// are read.
func (c *Client) InvitesByEmail(ctx context.Context, email string) ([]Invite, error) {
	email = strings.TrimSpace(email)
	return all(c.Invites(ctx), func(i Invite) bool { return strings.EqualFold(i.Email, email) })
}

// Invite returns one invite.
func (c *Client) Invite(ctx context.Context, id ID) (Invite, error) {
	r := get("/group_invites/{id}", nil, id.String())
	res, err := c.api.Do(ctx, r)
	if err != nil {
		return Invite{}, err
	}
	found, err := invitesIn(res.Body)
	if err != nil {
		return Invite{}, c.api.Unclear(r, res, err)
	}
	for _, i := range found {
		if i.ID == id {
			return i, nil
		}
	}
	return Invite{}, c.api.NotFound(r)
}

// CancelInvite withdraws an invite and reads it back. The invite then either has gone or says so itself.
func (c *Client) CancelInvite(ctx context.Context, id ID) error {
	r := rest.Request{Method: http.MethodDelete, Route: "/group_invites/{id}", Args: []string{id.String()}}
	res, err := c.api.Do(ctx, r)
	if err != nil {
		return err
	}
	switch i, err := c.Invite(ctx, id); {
	case rest.IsNotFound(err):
		return nil
	case err != nil:
		return c.api.Unclear(r, res, err)
	case i.Status == InviteSent:
		return c.api.Unclear(r, res, rest.ErrNotApplied)
	}
	return nil
}

// NewInvite is an invite to make. LearnUpon mails the person by itself.
type NewInvite struct {
	Email     string
	GroupID   ID     // 0: the portal only
	UserType  string // learner, admin, instructor or manager; "": learner
	FirstName string
	LastName  string
}

// membershipTypes are LearnUpon's numbers for the roles an invite can give.
var membershipTypes = map[string]int{"": 1, "learner": 1, "admin": 2, "instructor": 3, "manager": 4}

// CreateInvite invites one person and returns the invite as the portal then lists it, with its accept link.
func (c *Client) CreateInvite(ctx context.Context, n NewInvite) (Invite, error) {
	role, known := membershipTypes[strings.ToLower(n.UserType)]
	fields := map[string]any{
		"email_addresses": n.Email, "group_membership_type_id": role,
		"first_name": n.FirstName, "last_name": n.LastName,
	}
	if n.GroupID != 0 {
		fields["group_id"] = n.GroupID
	}
	r := rest.Request{Method: http.MethodPost, Route: "/group_invites", Body: wrapped("GroupInvite", fields)}
	if !known || strings.ContainsAny(n.Email, ", ;\t\r\n") {
		return Invite{}, c.api.Invalid(r, "an invite needs one address and a known user type")
	}
	res, err := c.api.Do(ctx, r)
	if err != nil {
		return Invite{}, err
	}
	shown, err := c.madeInvite(ctx, n, res.Body)
	if err != nil {
		return Invite{}, c.api.Unclear(r, res, err)
	}
	return shown, nil
}

// madeInvite reads a new invite back. The answer to its creation may name it and may hold its accept link, which some
// portals tell at no other time.
func (c *Client) madeInvite(ctx context.Context, n NewInvite, answer []byte) (Invite, error) {
	var told Invite
	made, _ := invitesIn(answer) // an answer of another shape is no answer; the list decides
	for _, i := range made {
		if i.Email == "" || strings.EqualFold(i.Email, n.Email) {
			told = i
		}
	}
	ours := func(i Invite) bool { return i.Status == InviteSent && i.GroupID == n.GroupID }
	found, err := c.InvitesByEmail(ctx, n.Email)
	if err != nil {
		return Invite{}, err
	}
	var newest Invite
	for _, i := range found {
		if i.ID == told.ID || told.ID == 0 && ours(i) && i.ID > newest.ID {
			newest = i
		}
	}
	if newest.ID == 0 {
		return Invite{}, rest.ErrNotApplied
	}
	if newest.AcceptURL == "" {
		newest.AcceptURL = told.AcceptURL
	}
	return newest, nil
}

// invitesIn reads invites that come under the list key, alone, or as a bare array: how the answer to a creation looks
// is not documented.
func invitesIn(body []byte) ([]Invite, error) {
	if found, err := decode[Invite](body, "group_invite", "group_invites"); err == nil {
		return found, nil
	}
	var many []Invite
	if json.Unmarshal(body, &many) == nil {
		return many, nil
	}
	var one Invite
	if json.Unmarshal(body, &one) != nil || one.ID == 0 {
		return nil, errShape
	}
	return []Invite{one}, nil
}
