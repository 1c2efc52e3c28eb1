package salesforce_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

func TestResolved(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	for _, r := range client.Resolved(t.Context()) {
		if r.Err != nil || r.APIName != server.APIName(r.Object, r.Label) || r.Override {
			t.Errorf("%+v", r)
		}
	}
}

// Whatever the fields are called, and when that changes while the program runs, they are found.
func TestRenamedFields(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu", LearnUponID: "7"})
	for seed := range uint64(5) {
		server.RandomNames(seed)
		_, err := client.ContactsByEmail(t.Context(), "lee@x.edu")
		if seed > 0 && err == nil {
			t.Error("no trace of the change")
		}
		got, err := client.ContactByID(t.Context(), id(t, contact))
		if err != nil || got.LearnUponID != "7" || len(got.Unseen) > 0 {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func TestMissingFields(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	server.Hide("Contact", "Email Opt Out")
	server.Relabel("Contact", "LU User ID", "LearnUpon User ID")
	server.Relabel("Contact", "Create in LearnUpon", "  create IN  learnupon ")
	server.AddField("Account", "Time zone", "Zone2__c")
	contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu", EmailOptOut: true, Create: true})
	client := connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret()})

	got, err := client.ContactsByEmail(t.Context(), "lee@x.edu")
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Sees(salesforce.ContactEmailOptOut) || got[0].Sees(salesforce.ContactLearnUponID) || !got[0].Sees(salesforce.ContactCreate) ||
		got[0].EmailOptOut || !got[0].Create {
		t.Errorf("%+v", got[0])
	}
	fieldError := func(err error) *salesforce.FieldError {
		e, ok := errors.AsType[*salesforce.FieldError](err)
		if !ok {
			t.Fatalf("%v", err)
		}
		return e
	}
	_, err = client.SetEmailOptOut(t.Context(), id(t, contact), true, time.Time{})
	if e := fieldError(err); e.Field != salesforce.ContactEmailOptOut || !strings.Contains(e.Public(), "field-level security") {
		t.Errorf("%s", e.Public())
	}
	_, err = client.ContactsByLearnUponID(t.Context(), 7)
	if e := fieldError(err); !slices.Contains(e.Candidates, "LearnUpon User ID (LearnUponP__LU_User_ID__c)") {
		t.Errorf("%v", e)
	}
	err = client.Check(t.Context(), salesforce.ContactCreate, salesforce.AccountTimeZone)
	if e := fieldError(err); !e.Ambiguous || len(e.Candidates) != 2 {
		t.Errorf("%v", e)
	}
	if writes := server.Writes(); len(writes) > 0 {
		t.Errorf("%+v", writes)
	}

	overridden := connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret(), Fields: map[string]map[string]string{
		"contact": {"lu user id": "LearnUponP__LU_User_ID__c"}, "Account": {"Time Zone": "Zone2__c"},
	}})
	for _, r := range overridden.Resolved(t.Context()) {
		switch r.Field {
		case salesforce.ContactLearnUponID, salesforce.AccountTimeZone:
			if r.Err != nil || !r.Override || !strings.HasSuffix(r.APIName, "__c") {
				t.Errorf("%+v", r)
			}
		case salesforce.ContactEmailOptOut:
			if r.Err == nil || r.APIName != "" {
				t.Errorf("%+v", r)
			}
		}
	}
}

func TestEditable(t *testing.T) {
	server, _ := org(t, salesforcetest.Options{})
	server.Protect("Contact", "Email Opt Out")
	server.Hide("Account", "Time Zone")
	client := connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret()})
	for f, want := range map[salesforce.Field]bool{
		salesforce.ContactCreate: true, salesforce.ContactEmailOptOut: false, salesforce.AccountTimeZone: false,
	} {
		if got, err := client.Editable(t.Context(), f); err != nil || got != want {
			t.Errorf("%v: %v, %v", f, got, err)
		}
	}
}

func TestIDs(t *testing.T) {
	for text, want := range map[string]string{
		"001D000000IRFma":       "001D000000IRFmaIAH", // observed in Salesforce's own documentation
		" 001D000000IRFmaIAH ":  "001D000000IRFmaIAH",
		"001D000000IRFmaIAG":    "",
		"001d000000IRFmaIAH":    "",
		"001D000000IRFm":        "",
		"001D000000IRF'a":       "",
		"":                      "",
		"001D000000IRFmaIAHxyz": "",
	} {
		got, err := salesforce.ParseID(text)
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
