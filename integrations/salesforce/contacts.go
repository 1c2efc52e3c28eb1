package salesforce

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Contact is a person of an account.
type Contact struct {
	ID           ID
	FirstName    string
	LastName     string
	Email        string
	AccountID    ID
	Account      string    // its name
	LastModified time.Time // pass it to a write, which is then refused if somebody else was quicker

	EmailOptOut     bool
	Create          bool   // "Create in LearnUpon" is ticked
	CreateAsManager bool   // "Create as Manager in LearnUpon" is ticked
	LearnUponID     string // "LU User ID"; "": not tied to LearnUpon

	// Unseen are the fields above that could not be read, so that their zero values mean nothing; see [Client.Check].
	Unseen []Field
	// MergedFrom are the ids under which this contact was looked for and which were merged into it, oldest first.
	MergedFrom []ID

	deleted bool
	master  ID
}

// Name is the person's full name.
func (c Contact) Name() string { return strings.TrimSpace(c.FirstName + " " + c.LastName) }

// Waiting reports whether the contact is meant to be in LearnUpon and is not tied to it yet.
func (c Contact) Waiting() bool { return c.Create && c.LearnUponID == "" }

// Sees reports whether the field's value could be read.
func (c Contact) Sees(f Field) bool { return !slices.Contains(c.Unseen, f) }

func (c *Client) contactReader(ctx context.Context) (reader, error) {
	return c.reader(ctx, contactObject,
		[]name{"Id", "FirstName", "LastName", "Email", "AccountId", "Account.Name", "LastModifiedDate", "IsDeleted", "MasterRecordId"},
		ContactEmailOptOut, ContactCreate, ContactCreateAsManager, ContactLearnUponID)
}

func (rd reader) contact(r row) (Contact, error) {
	var fixed struct {
		ID                         ID `json:"Id"`
		FirstName, LastName, Email string
		AccountID                  ID `json:"AccountId"`
		Account                    struct{ Name string }
		LastModifiedDate           Time
		IsDeleted                  bool
		Master                     ID `json:"MasterRecordId"`
	}
	if err := decode(r, &fixed); err != nil {
		return Contact{}, err
	}
	contact := Contact{
		ID: fixed.ID, FirstName: fixed.FirstName, LastName: fixed.LastName, Email: fixed.Email,
		AccountID: fixed.AccountID, Account: fixed.Account.Name, LastModified: fixed.LastModifiedDate.Time,
		Unseen: rd.unseen, deleted: fixed.IsDeleted, master: fixed.Master,
	}
	var learnUponID number
	for f, out := range map[Field]any{
		ContactEmailOptOut: &contact.EmailOptOut, ContactCreate: &contact.Create,
		ContactCreateAsManager: &contact.CreateAsManager, ContactLearnUponID: &learnUponID,
	} {
		if rd.value(r, f, out) != nil {
			return Contact{}, &FieldError{Field: f}
		}
	}
	contact.LearnUponID = string(learnUponID)
	return contact, nil
}

func (c *Client) contacts(ctx context.Context, in scope, rd reader, holds func(Contact) bool, where ...condition) ([]Contact, error) {
	return collect(c.keyset(ctx, in, rd.query(where...)), rd.contact, holds)
}

// ContactsByEmail returns every contact with the address, compared without case, oldest first. Salesforce lets any
// number of contacts share one. A contact merged into another is not among them; see [Client.MergedContactsByEmail].
func (c *Client) ContactsByEmail(ctx context.Context, email string) ([]Contact, error) {
	return c.contactsByEmail(ctx, live, email, func(contact Contact) bool { return !contact.deleted })
}

// MergedContactsByEmail returns the contacts into which others with the address were merged, as long as those others
// are in the recycle bin. The survivors may have another address.
func (c *Client) MergedContactsByEmail(ctx context.Context, email string) ([]Contact, error) {
	losers, err := c.contactsByEmail(ctx, andTrash, email, func(contact Contact) bool { return contact.deleted && contact.master != "" })
	if err != nil {
		return nil, err
	}
	var survivors []Contact
	for _, loser := range losers {
		survivor, err := c.ContactByID(ctx, loser.ID)
		if IsGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(survivors, func(s Contact) bool { return s.ID == survivor.ID })
		if at < 0 {
			survivors = append(survivors, survivor)
			continue
		}
		survivors[at].MergedFrom = union(survivors[at].MergedFrom, survivor.MergedFrom)
	}
	return survivors, nil
}

func union(a, b []ID) []ID {
	for _, id := range b {
		if !slices.Contains(a, id) {
			a = append(a, id)
		}
	}
	return a
}

func (c *Client) contactsByEmail(ctx context.Context, in scope, email string, keep func(Contact) bool) ([]Contact, error) {
	email = strings.TrimSpace(email)
	if email == "" || !fits(email) {
		return nil, c.invalid(get(string(in), nil), "that is no address")
	}
	rd, err := c.contactReader(ctx)
	if err != nil {
		return nil, err
	}
	return c.contacts(ctx, in, rd, func(contact Contact) bool {
		return keep(contact) && strings.EqualFold(contact.Email, email)
	}, is("Email", email))
}

// longestChain is how many merges in a row are followed.
const longestChain = 20

// ContactByID returns a contact. One that was merged into another answers with the survivor, through any number of
// merges, and MergedFrom says so. [IsGone] if there is none, or none that can be seen, or it was deleted.
func (c *Client) ContactByID(ctx context.Context, id ID) (Contact, error) {
	rd, err := c.contactReader(ctx)
	if err != nil {
		return Contact{}, err
	}
	var from []ID
	for range longestChain {
		found, err := c.contacts(ctx, andTrash, rd, func(contact Contact) bool { return contact.ID == id }, is("Id", string(id)))
		switch {
		case err != nil:
			return Contact{}, err
		case len(found) == 0, found[0].deleted && found[0].master == "":
			return Contact{}, c.login.NotFound(get("/sobjects/Contact/{id}", nil, string(id)))
		case !found[0].deleted:
			found[0].MergedFrom = from
			return found[0], nil
		case slices.Contains(from, id):
			return Contact{}, c.login.NotFound(get("/sobjects/Contact/{id}", nil, string(id)))
		}
		from, id = append(from, id), found[0].master
	}
	return Contact{}, c.login.NotFound(get("/sobjects/Contact/{id}", nil, string(id)))
}

// ContactsByLearnUponID returns the contacts that are tied to a LearnUpon user. More than one is a mistake in the
// data, and there to be shown. The error is a [*FieldError] where the field cannot be seen.
func (c *Client) ContactsByLearnUponID(ctx context.Context, user int64) ([]Contact, error) {
	rd, err := c.contactReader(ctx)
	if err != nil {
		return nil, err
	}
	col, seen := rd.custom[ContactLearnUponID]
	if !seen {
		return nil, c.Check(ctx, ContactLearnUponID)
	}
	text := itoa(user)
	where := is(col.Name, text)
	if col.numeric() {
		where = isNumber(col.Name, user)
	}
	return c.contacts(ctx, live, rd, func(contact Contact) bool { return !contact.deleted && contact.LearnUponID == text }, where)
}

// ContactsOfAccount returns the people of an account, oldest first.
func (c *Client) ContactsOfAccount(ctx context.Context, account ID) ([]Contact, error) {
	rd, err := c.contactReader(ctx)
	if err != nil {
		return nil, err
	}
	return c.contacts(ctx, live, rd, func(contact Contact) bool { return !contact.deleted && contact.AccountID == account },
		is("AccountId", string(account)))
}

// TiedContacts returns everybody who is tied to LearnUpon and whose account names a LearnUpon group, oldest first. All
// accounts are read at once: one call for each 500 people, however many institutions they are of. The error is a
// [*FieldError] where one of the fields cannot be seen.
func (c *Client) TiedContacts(ctx context.Context) ([]Contact, error) {
	if err := c.Check(ctx, ContactLearnUponID, AccountGroupID); err != nil {
		return nil, err
	}
	rd, err := c.contactReader(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := c.accountReader(ctx)
	if err != nil {
		return nil, err
	}
	return c.contacts(ctx, live, rd,
		func(contact Contact) bool {
			return !contact.deleted && contact.AccountID != "" && contact.LearnUponID != ""
		},
		isSet(rd.custom[ContactLearnUponID].Name), isSet("Account."+accounts.custom[AccountGroupID].Name))
}

// ContactsWaiting returns those people of an account who are meant to be in LearnUpon or are not tied to it: "Create in
// LearnUpon" is ticked, or "LU User ID" is empty. See [Contact.Waiting] for who is both. The error is a [*FieldError]
// where one of the fields cannot be seen.
func (c *Client) ContactsWaiting(ctx context.Context, account ID) ([]Contact, error) {
	if err := c.Check(ctx, ContactCreate, ContactLearnUponID); err != nil {
		return nil, err
	}
	rd, err := c.contactReader(ctx)
	if err != nil {
		return nil, err
	}
	return c.contacts(ctx, live, rd,
		func(contact Contact) bool {
			return !contact.deleted && contact.AccountID == account && (contact.Create || contact.LearnUponID == "")
		},
		is("AccountId", string(account)),
		either(isTrue(rd.custom[ContactCreate].Name), isNull(rd.custom[ContactLearnUponID].Name)))
}
