package salesforce

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Account is an institution.
type Account struct {
	ID           ID
	Name         string
	City         string // of the billing address
	Website      string
	Owner        string // who looks after it: a name
	OwnerID      ID
	GroupID      string    // "LearnUpon Group ID"; "": it has none
	TimeZone     string    // "Time Zone", as Salesforce names it: America/New_York
	LastModified time.Time // pass it to a write, which is then refused if somebody else was quicker

	// Unseen are the fields above that could not be read, so that their zero values mean nothing; see [Client.Check].
	Unseen []Field
}

// Sees reports whether the field's value could be read.
func (a Account) Sees(f Field) bool { return !slices.Contains(a.Unseen, f) }

func (c *Client) accountReader(ctx context.Context) (reader, error) {
	return c.reader(ctx, accountObject, []name{"Id", "Name", "BillingCity", "Website", "OwnerId", "Owner.Name", "LastModifiedDate"},
		AccountGroupID, AccountTimeZone)
}

func (rd reader) account(r row) (Account, error) {
	var fixed struct {
		ID               ID `json:"Id"`
		Name             string
		BillingCity      string
		Website          string
		OwnerID          ID `json:"OwnerId"`
		Owner            *struct{ Name string }
		LastModifiedDate Time
	}
	if err := decode(r, &fixed); err != nil {
		return Account{}, err
	}
	account := Account{
		ID: fixed.ID, Name: fixed.Name, City: fixed.BillingCity, Website: fixed.Website,
		OwnerID: fixed.OwnerID, LastModified: fixed.LastModifiedDate.Time, Unseen: rd.unseen,
	}
	if fixed.Owner != nil {
		account.Owner = fixed.Owner.Name
	}
	var group number
	if rd.value(r, AccountGroupID, &group) != nil {
		return Account{}, &FieldError{Field: AccountGroupID}
	}
	if rd.value(r, AccountTimeZone, &account.TimeZone) != nil {
		return Account{}, &FieldError{Field: AccountTimeZone}
	}
	account.GroupID = string(group)
	return account, nil
}

// AccountByID returns an account; [IsGone] if there is none, or none that can be seen.
func (c *Client) AccountByID(ctx context.Context, id ID) (Account, error) {
	rd, err := c.accountReader(ctx)
	if err != nil {
		return Account{}, err
	}
	found, err := collect(c.rows(ctx, live, rd.query(is("Id", string(id)))), rd.account,
		func(a Account) bool { return a.ID == id })
	if err == nil && len(found) == 0 {
		err = c.login.NotFound(get("/sobjects/Account/{id}", nil, string(id)))
	}
	if err != nil {
		return Account{}, err
	}
	return found[0], nil
}

// AccountsByName returns at most limit accounts whose names contain the text, without case: those of exactly that name
// first, then by name. It returns as well how many more there are.
func (c *Client) AccountsByName(ctx context.Context, text string, limit int) (accounts []Account, further int, err error) {
	text = strings.TrimSpace(text)
	if text == "" || !fits(text) {
		return nil, 0, c.invalid(get(string(live), nil), "that is no name of an account")
	}
	rd, err := c.accountReader(ctx)
	if err != nil {
		return nil, 0, err
	}
	exact := rd.query(is("Name", text))
	like := rd.query(contains("Name", text))
	like.order = []name{"Name", "Id"}
	for _, q := range []query{exact, like} {
		q.limit = limit + 1
		found, err := collect(c.rows(ctx, live, q), rd.account, func(a Account) bool {
			return containsFold(a.Name, text) && !slices.ContainsFunc(accounts, func(have Account) bool { return have.ID == a.ID })
		})
		if err != nil {
			return nil, 0, err
		}
		accounts = append(accounts, found...)
	}
	if len(accounts) <= limit {
		return accounts, 0, nil
	}
	total, err := c.count(ctx, like)
	return accounts[:limit], max(1, total-limit), err
}

// containsFold compares as Salesforce does: without case.
func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part)) || strings.EqualFold(text, part)
}

// AccountsByGroupID returns the accounts that name a LearnUpon group as theirs. More than one is a mistake in the data.
// The error is a [*FieldError] where the field cannot be seen.
func (c *Client) AccountsByGroupID(ctx context.Context, group int64) ([]Account, error) {
	if err := c.Check(ctx, AccountGroupID); err != nil {
		return nil, err
	}
	rd, err := c.accountReader(ctx)
	if err != nil {
		return nil, err
	}
	where := is(rd.custom[AccountGroupID].Name, itoa(group))
	if rd.custom[AccountGroupID].numeric() {
		where = isNumber(rd.custom[AccountGroupID].Name, group)
	}
	return collect(c.keyset(ctx, live, rd.query(where)), rd.account, func(a Account) bool { return a.GroupID == itoa(group) })
}

// AccountsWithGroup returns every account that names a LearnUpon group as its own, oldest first. The error is a
// [*FieldError] where the field cannot be seen.
func (c *Client) AccountsWithGroup(ctx context.Context) ([]Account, error) {
	if err := c.Check(ctx, AccountGroupID); err != nil {
		return nil, err
	}
	rd, err := c.accountReader(ctx)
	if err != nil {
		return nil, err
	}
	return collect(c.keyset(ctx, live, rd.query(isSet(rd.custom[AccountGroupID].Name))), rd.account,
		func(a Account) bool { return a.GroupID != "" })
}

// SetAccountGroupID writes the LearnUpon group of an account, none where group is 0, and reads it back. See
// [Client.SetEmailOptOut] for the guard and the errors.
func (c *Client) SetAccountGroupID(ctx context.Context, account ID, group int64, unmodifiedSince time.Time) (Account, error) {
	written, err := c.write(ctx, accountObject, account, AccountGroupID, idValue(group), unmodifiedSince)
	if err != nil {
		return Account{}, err
	}
	now, err := c.AccountByID(ctx, account)
	return now, written.confirm(err, now.GroupID == idText(group))
}
