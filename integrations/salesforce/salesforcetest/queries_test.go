package salesforcetest_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// everything asks the client for all it can be asked for, about one text.
func everything(ctx context.Context, client *salesforce.Client, account, contact salesforce.ID, text string) []error {
	var errs []error
	note := func(_ any, err error) { errs = append(errs, err) }
	note(client.Probe(ctx))
	note(client.ContactsByEmail(ctx, text))
	note(client.MergedContactsByEmail(ctx, text))
	note(client.ContactByID(ctx, contact))
	note(client.ContactsByLearnUponID(ctx, 77))
	note(client.ContactsOfAccount(ctx, account))
	note(client.ContactsWaiting(ctx, account))
	note(client.TiedContacts(ctx))
	note(client.UsersByEmail(ctx, text))
	note(client.UsersOfContact(ctx, contact))
	_, err := client.UserByID(ctx, "005Hs000000zzzzIAA")
	if !salesforce.IsGone(err) {
		errs = append(errs, err)
	}
	note(client.AccountByID(ctx, account))
	note(client.AccountsByGroupID(ctx, 7))
	note(client.AccountsWithGroup(ctx))
	note(client.CommunityProfiles(ctx))
	note(client.EnrollmentsOf(ctx, contact))
	note(client.CallLogs(ctx, time.Time{}, "", 10))
	note(client.CallLogs(ctx, time.Date(2026, 11, 20, 9, 0, 0, 5e6, time.UTC), contact, 10))
	_, _, err = client.AccountsByName(ctx, text, 1)
	return append(errs, err)
}

func id(t *testing.T, text string) salesforce.ID {
	t.Helper()
	parsed, err := salesforce.ParseID(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// Every query the client can send is SOQL, whatever it is asked about: this org understands it, and so does a parser
// nobody here wrote. What is looked for is found under its own name, and nothing else is.
func TestEveryQueryIsSOQL(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	texts := []string{
		"jo@x.edu", `O'Brien\`, `\'`, "%_", `\%`, "a\nb\tc\x00", `' OR Name != '`, "Zoë \u202e שלום", "<!channel>", strings.Repeat("界", 250),
		"a\u2028b", `"quoted"`, "''", `\u0041`, "--", "{}",
	}
	for i, text := range texts {
		institution := server.AddAccount(salesforcetest.Account{Name: text})
		server.AddAccount(salesforcetest.Account{Name: "also " + text})
		account, contact := id(t, institution), id(t, server.AddContact(salesforcetest.Contact{LastName: text, Email: text, AccountID: institution}))
		server.RandomNames(uint64(i))
		client, err := salesforce.New(salesforce.Config{URL: server.URL, ClientID: server.ClientID(), ClientSecret: server.ClientSecret()})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range everything(t.Context(), client, account, contact, text) {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
		found, _, err := client.AccountsByName(t.Context(), text, 100)
		if err != nil || len(found) < 2 || found[0].ID != account {
			t.Errorf("%q: %+v, %v", text, found, err)
		}
		if people, err := client.ContactsByEmail(t.Context(), text); err != nil || len(people) != 1 || people[0].ID != contact {
			t.Errorf("%q: %+v, %v", text, people, err)
		}
	}
	var queries []string
	for _, c := range server.Calls() {
		if c.Query != "" && !slices.Contains(queries, c.Query) {
			queries = append(queries, c.Query)
		}
	}
	input, err := json.Marshal(queries)
	if err != nil {
		t.Fatal(err)
	}
	var valid []bool
	if err := json.Unmarshal([]byte(node(t, "soql.mjs", strings.NewReader(string(input)))), &valid); err != nil || len(valid) != len(queries) {
		t.Fatal(err)
	}
	for i, query := range queries {
		if !valid[i] {
			t.Errorf("not SOQL: %s", query)
		}
	}
}
