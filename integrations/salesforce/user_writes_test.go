package salesforce_test

import (
	"strings"
	"testing"
	"time"

	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// A login keeps its old address until the person has opened the link that was mailed to the new one.
func TestSetUserEmail(t *testing.T) {
	clock := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	server, client := org(t, salesforcetest.Options{Now: func() time.Time { return clock }})
	user := id(t, server.AddUser(salesforcetest.User{Email: "old@x.edu"}))
	now, pending, err := client.SetUserEmail(t.Context(), user, " New@x.edu ", clock)
	if err != nil || !pending || now.Email != "old@x.edu" {
		t.Fatalf("%+v, %v, %v", now, pending, err)
	}
	if err := server.VerifyEmail(string(user)); err != nil {
		t.Fatal(err)
	}
	if now, err := client.UserByID(t.Context(), user); err != nil || now.Email != "New@x.edu" {
		t.Errorf("%+v, %v", now, err)
	}
	if _, pending, err := client.SetUserEmail(t.Context(), user, "new@x.edu", time.Time{}); pending || err != nil {
		t.Errorf("the address it has: %v, %v", pending, err)
	}

	clock = clock.Add(time.Hour)
	server.Edit(string(user), "First Name", "Jo")
	if _, _, err := client.SetUserEmail(t.Context(), user, "third@x.edu", clock.Add(-time.Minute)); !salesforce.IsChanged(err) {
		t.Errorf("somebody was quicker: %v", err)
	}
	if _, pending, err := client.SetUserEmail(t.Context(), user, "third@x.edu", clock); !pending || err != nil {
		t.Errorf("%v, %v", pending, err)
	}
	clock = clock.Add(73 * time.Hour)
	if server.VerifyEmail(string(user)) == nil {
		t.Error("the link works for ever")
	}
}

func TestCommunityProfiles(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	server.AddProfile("Customer Community Plus User")
	server.AddProfile("alumni")
	found, err := client.CommunityProfiles(t.Context())
	var names []string
	for _, p := range found {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, "|"); err != nil || got != "alumni|Customer Community Plus User|Customer Community User" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestCreateCustomerUser(t *testing.T) {
	server, client := org(t, salesforcetest.Options{Logins: 2})
	plain, err := client.CommunityProfiles(t.Context())
	if err != nil || len(plain) != 1 {
		t.Fatalf("%+v, %v", plain, err)
	}
	owner := server.AddUser(salesforcetest.User{Email: "owner@x.edu"})
	idle := server.AddUser(salesforcetest.User{Email: "idle@x.edu", NoRole: true})
	account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest", OwnerID: owner})
	orphaned := server.AddAccount(salesforcetest.Account{Name: "Lakeside", OwnerID: idle})
	contact := func(email, account string) salesforce.Contact {
		c, err := client.ContactByID(t.Context(), id(t, server.AddContact(salesforcetest.Contact{
			FirstName: "Jo", LastName: "Lee", Email: email, AccountID: account,
		})))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	make := func(c salesforce.Contact, username string) error {
		_, err := client.CreateCustomerUser(t.Context(), c, salesforce.NewUser{ProfileID: plain[0].ID, Username: username, TimeZone: "America/Denver"})
		return err
	}

	lee := contact("lee@x.edu", account)
	user, err := client.CreateCustomerUser(t.Context(), lee, salesforce.NewUser{ProfileID: plain[0].ID, TimeZone: "America/Denver"})
	if err != nil || user.ContactID != lee.ID || user.Username != "lee@x.edu" || user.Email != "lee@x.edu" || !user.Active ||
		user.TimeZone != "America/Denver" || user.Profile != "Customer Community User" || user.AccountID != id(t, account) {
		t.Errorf("%+v, %v", user, err)
	}
	if o, err := client.UserByID(t.Context(), id(t, owner)); err != nil || o.RoleID == "" {
		t.Errorf("%+v, %v", o, err)
	}
	for name, c := range map[string]struct {
		err    error
		code   string
		public string
	}{
		"has a login":             {make(lee, "lee2@x.edu"), "DUPLICATE_VALUE", "another record"},
		"the name is taken":       {make(contact("a@x.edu", account), "LEE@x.edu"), "DUPLICATE_USERNAME", "another record"},
		"the owner has no role":   {make(contact("b@x.edu", orphaned), ""), "UNKNOWN_EXCEPTION", "owner has no role"},
		"no account":              {make(contact("c@x.edu", ""), ""), "FIELD_INTEGRITY_EXCEPTION", ""},
		"the last licence":        {make(contact("d@x.edu", account), ""), "", ""},
		"no licence is left over": {make(contact("e@x.edu", account), ""), "LICENSE_LIMIT_EXCEEDED", "no licence left"},
	} {
		e := restError(c.err)
		if c.code == "" && c.err != nil || c.code != "" && !salesforce.HasCode(c.err, c.code) || e.Unsure() || !strings.Contains(e.Public(), c.public) {
			t.Errorf("%s: %v; %s", name, c.err, e.Public())
		}
	}
}
