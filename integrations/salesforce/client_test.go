package salesforce_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// org starts a fake org whose custom fields bear names nobody could guess, and a client for it.
func org(t *testing.T, o salesforcetest.Options) (*salesforcetest.Server, *salesforce.Client) {
	t.Helper()
	server := salesforcetest.New(o)
	t.Cleanup(server.Close)
	server.RandomNames(7)
	return server, connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret()})
}

func connect(t *testing.T, server *salesforcetest.Server, c salesforce.Config) *salesforce.Client {
	t.Helper()
	c.URL, c.ClientID = server.URL, server.ClientID()
	c.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	client, err := salesforce.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func id(t *testing.T, text string) salesforce.ID {
	t.Helper()
	parsed, err := salesforce.ParseID(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return parsed
}

func restError(err error) *rest.Error {
	e, ok := errors.AsType[*rest.Error](err)
	if !ok {
		return &rest.Error{}
	}
	return e
}

func TestContacts(t *testing.T) {
	server, client := org(t, salesforcetest.Options{PageSize: 2})
	account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest"})
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	first := server.AddContact(salesforcetest.Contact{
		FirstName: "Jo", LastName: "O'Brien\\", Email: "Jo@School.edu", AccountID: account, EmailOptOut: true, Create: true,
		LearnUponID: "77", LastModified: at,
	})
	for range 4 {
		server.AddContact(salesforcetest.Contact{LastName: "Double", Email: "jo@school.edu", AccountID: account})
	}
	server.AddContact(salesforcetest.Contact{LastName: "Else", Email: "xjo@school.edu", CreateAsManager: true})

	got, err := client.ContactsByEmail(t.Context(), " jO@school.edu ")
	if err != nil || len(got) != 5 {
		t.Fatalf("%+v, %v", got, err)
	}
	c := got[0]
	if c.ID != id(t, first) || c.Name() != `Jo O'Brien\` || c.Account != "Hillcrest" || c.AccountID != id(t, account) ||
		!c.EmailOptOut || !c.Create || c.CreateAsManager || c.LearnUponID != "77" || !c.LastModified.Equal(at) || len(c.Unseen) > 0 || c.Waiting() {
		t.Errorf("%+v", c)
	}
	if tied, err := client.ContactsByLearnUponID(t.Context(), 77); err != nil || len(tied) != 1 || tied[0].ID != c.ID {
		t.Errorf("by LU id: %+v, %v", tied, err)
	}
	if none, err := client.ContactsByEmail(t.Context(), "nobody@school.edu"); err != nil || len(none) != 0 {
		t.Errorf("nobody: %+v, %v", none, err)
	}
	if all, err := client.ContactsOfAccount(t.Context(), id(t, account)); err != nil || len(all) != 5 {
		t.Errorf("of account: %d, %v", len(all), err)
	}
	// Jo has the box ticked; the others have no LearnUpon user.
	if waiting, err := client.ContactsWaiting(t.Context(), id(t, account)); err != nil || len(waiting) != 5 {
		t.Errorf("waiting: %d, %v", len(waiting), err)
	}
	if _, err := client.ContactByID(t.Context(), id(t, account)); !salesforce.IsGone(err) {
		t.Errorf("an account as contact: %v", err)
	}
	if want := server.URL + "/lightning/r/Contact/" + first + "/view"; client.Link(c.ID) != want {
		t.Errorf("link %s", client.Link(c.ID))
	}
}

// A contact that was merged is found under any of its former ids, for as long as the recycle bin keeps them.
func TestMergedContacts(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	var ids []string
	for _, name := range []string{"A", "B", "C"} {
		ids = append(ids, server.AddContact(salesforcetest.Contact{LastName: name, Email: strings.ToLower(name) + "@x.edu"}))
	}
	server.Merge(ids[1], ids[0])
	server.Merge(ids[2], ids[1])

	got, err := client.ContactByID(t.Context(), id(t, ids[0]))
	if err != nil || got.ID != id(t, ids[2]) || !slices.Equal(got.MergedFrom, []salesforce.ID{id(t, ids[0]), id(t, ids[1])}) {
		t.Errorf("%+v, %v", got, err)
	}
	if found, err := client.ContactsByEmail(t.Context(), "a@x.edu"); err != nil || len(found) != 0 {
		t.Errorf("the merged one is told as live: %+v, %v", found, err)
	}
	if found, err := client.MergedContactsByEmail(t.Context(), "a@x.edu"); err != nil || len(found) != 1 || found[0].ID != id(t, ids[2]) {
		t.Errorf("survivors: %+v, %v", found, err)
	}
	server.Purge(ids[1])
	if _, err := client.ContactByID(t.Context(), id(t, ids[0])); !salesforce.IsGone(err) {
		t.Errorf("a broken chain: %v", err)
	}
	server.Delete(ids[2])
	if _, err := client.ContactByID(t.Context(), id(t, ids[2])); !salesforce.IsGone(err) {
		t.Errorf("deleted: %v", err)
	}
}

func TestAccounts(t *testing.T) {
	server, client := org(t, salesforcetest.Options{PageSize: 2})
	names := []string{"Hill %_ \\College", "hill", "Hill Academy", "Uphill", "Dale", "HILL"}
	owner := server.AddUser(salesforcetest.User{Email: "ann@us.example", FirstName: "Ann", LastName: "Ong"})
	for _, name := range names {
		server.AddAccount(salesforcetest.Account{
			Name: name, City: "Boston", Website: "hill.example", OwnerID: owner, TimeZone: "America/Chicago", GroupID: "12",
		})
	}
	found := func(text string, limit int) (out []string, further int) {
		accounts, further, err := client.AccountsByName(t.Context(), text, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range accounts {
			if a.TimeZone != "America/Chicago" || a.GroupID != "12" || a.City != "Boston" || a.Website != "hill.example" || a.Owner != "Ann Ong" {
				t.Errorf("%+v", a)
			}
			out = append(out, a.Name)
		}
		return out, further
	}
	if got, further := found("Hill", 3); !slices.Equal(got, []string{"hill", "HILL", "Hill %_ \\College"}) || further != 2 {
		t.Errorf("%q and %d more", got, further)
	}
	for _, special := range []string{"%", "_", `\`, `%_ \`} {
		if got, _ := found(special, 5); len(got) != 1 {
			t.Errorf("%q: %q", special, got)
		}
	}
	if got, further := found("nothing", 5); len(got) != 0 || further != 0 {
		t.Errorf("%q, %d", got, further)
	}
	for _, wrong := range []string{" ", strings.Repeat("x", 4000), strings.Repeat("'", 2000)} {
		if _, _, err := client.AccountsByName(t.Context(), wrong, 5); restError(err).Sent || err == nil {
			t.Errorf("%d characters: %v", len(wrong), err)
		}
	}
	server.AddAccount(salesforcetest.Account{Name: "No Group"})
	if all, err := client.AccountsByGroupID(t.Context(), 12); err != nil || len(all) != len(names) {
		t.Errorf("%d, %v", len(all), err)
	}
	if all, err := client.AccountsWithGroup(t.Context()); err != nil || len(all) != len(names) || all[0].Name != names[0] {
		t.Errorf("with any group: %d, %v", len(all), err)
	}
	if _, err := client.AccountByID(t.Context(), id(t, "001Hs000000zzzz")); !salesforce.IsGone(err) {
		t.Errorf("no such account: %v", err)
	}
}

func TestUsers(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest"})
	contact := server.AddContact(salesforcetest.Contact{LastName: "Chen", Email: "wei@x.edu", AccountID: account})
	user := server.AddUser(salesforcetest.User{Email: "wei@x.edu", Username: "wei@x.edu.community", LastName: "Chen", ContactID: contact})
	server.AddUser(salesforcetest.User{Email: "WEI@x.edu", Username: "wei-old@x.edu", Inactive: true})

	got, err := client.UsersByEmail(t.Context(), "Wei@x.edu")
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	u := got[0]
	if u.ID != id(t, user) || u.Username != "wei@x.edu.community" || !u.Active || u.ContactID != id(t, contact) || u.AccountID != id(t, account) ||
		u.Profile != "Customer Community User" || u.TimeZone != "America/New_York" || got[1].Active {
		t.Errorf("%+v", got)
	}
	if of, err := client.UsersOfContact(t.Context(), id(t, contact)); err != nil || len(of) != 1 || of[0].ID != u.ID {
		t.Errorf("of the contact: %+v, %v", of, err)
	}
	server.Hide("User", "Contact ID") // as where communities are off
	again := connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret()})
	if of, err := again.UsersOfContact(t.Context(), id(t, contact)); err != nil || len(of) != 0 {
		t.Errorf("without communities: %+v, %v", of, err)
	}
	if u, err := again.UserByID(t.Context(), id(t, user)); err != nil || u.ContactID != "" {
		t.Errorf("%+v, %v", u, err)
	}
}

// A client that only plans signs in and reads, and cannot write.
func TestReadOnly(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
	ctx := rest.ReadOnly(t.Context())
	if got, err := client.ContactsByEmail(ctx, "lee@x.edu"); err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := client.SetEmailOptOut(ctx, id(t, contact), true, time.Time{}); !errors.Is(err, rest.ErrReadOnly) {
		t.Errorf("a write while planning: %v", err)
	}
	if writes := server.Writes(); len(writes) > 0 {
		t.Errorf("%+v", writes)
	}
}

// Who is tied to LearnUpon is read for all accounts at once, and only where syncing makes sense.
func TestTiedContacts(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	groupless := server.AddAccount(salesforcetest.Account{Name: "No Group"})
	var want []salesforce.ID
	for _, group := range []string{"12", "13"} {
		account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest " + group, GroupID: group})
		want = append(want, id(t, server.AddContact(salesforcetest.Contact{LastName: "Tied", AccountID: account, LearnUponID: "7" + group})))
		server.AddContact(salesforcetest.Contact{LastName: "Untied", AccountID: account})
		gone := server.AddContact(salesforcetest.Contact{LastName: "Gone", AccountID: account, LearnUponID: "8" + group})
		server.Delete(gone)
	}
	server.AddContact(salesforcetest.Contact{LastName: "No group", AccountID: groupless, LearnUponID: "9"})
	server.AddContact(salesforcetest.Contact{LastName: "No account", LearnUponID: "10"})
	tied, err := client.TiedContacts(t.Context())
	var got []salesforce.ID
	for _, c := range tied {
		got = append(got, c.ID)
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if n := server.Count("GET", "/query"); n != 1 {
		t.Errorf("%d queries", n)
	}
	server.Hide("Account", "LearnUpon Group ID")
	again := connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret()})
	if _, err := again.TiedContacts(t.Context()); !isFieldError(err) {
		t.Errorf("without the group's field: %v", err)
	}
	if _, err := again.AccountsWithGroup(t.Context()); !isFieldError(err) {
		t.Errorf("accounts without the group's field: %v", err)
	}
}

func isFieldError(err error) bool {
	_, ok := errors.AsType[*salesforce.FieldError](err)
	return ok
}

// A long list is read in parts, each by a query of its own, through pages as short as Salesforce likes.
func TestLongLists(t *testing.T) {
	server, client := org(t, salesforcetest.Options{PageSize: 300})
	account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest"})
	for range 1001 {
		server.AddContact(salesforcetest.Contact{LastName: "Lee", AccountID: account})
	}
	all, err := client.ContactsOfAccount(t.Context(), id(t, account))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[salesforce.ID]bool{}
	for _, c := range all {
		seen[c.ID] = true
	}
	if len(all) != 1001 || len(seen) != 1001 {
		t.Errorf("%d contacts, %d different", len(all), len(seen))
	}
	if q, more := server.Count("GET", "/query"), server.Count("GET", "/query/{cursor}"); q != 3 || more != 2 {
		t.Errorf("%d queries and %d further pages", q, more)
	}
}
