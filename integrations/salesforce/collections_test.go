package salesforce_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// told is what became of each record, in short: made, kept, or the code of the refusal.
func told(outcomes []salesforce.Outcome) string {
	var all []string
	for _, o := range outcomes {
		refused, is := errors.AsType[*salesforce.RecordError](o.Err)
		switch {
		case is:
			all = append(all, refused.Code)
		case o.Created:
			all = append(all, "made")
		default:
			all = append(all, "kept")
		}
	}
	return strings.Join(all, " ")
}

func people(n int) []salesforce.Record {
	records := make([]salesforce.Record, n)
	for i := range records {
		records[i].Values = map[string]any{"LastName": fmt.Sprintf("Row %d", i), "Email": fmt.Sprintf("row%d@x.edu", i)}
	}
	return records
}

func TestCollections(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	ctx := t.Context()
	made, err := client.CreateAll(ctx, "Contact", people(salesforce.MostRecords), true)
	if err != nil || len(made) != salesforce.MostRecords || !made[0].Created || made[199].ID == made[0].ID {
		t.Fatalf("%s, %v", told(made), err)
	}
	if n := server.Count("POST", "/composite/sobjects"); n != 1 {
		t.Errorf("%d calls", n)
	}
	if _, err := client.CreateAll(ctx, "Contact", people(salesforce.MostRecords+1), false); err == nil || server.Count("POST", "/composite/sobjects") != 1 {
		t.Errorf("too many were sent: %v", err)
	}
	if nothing, err := client.UpdateAll(ctx, "Contact", nil, true); err != nil || nothing != nil {
		t.Errorf("%+v, %v", nothing, err)
	}

	mixed := []salesforce.Record{
		{ID: made[0].ID, Values: map[string]any{"LastName": "Fine"}},
		{ID: made[1].ID, Values: map[string]any{"Email": "no address"}},
	}
	got, err := client.UpdateAll(ctx, "Contact", mixed, true)
	if err != nil || told(got) != "ALL_OR_NONE_OPERATION_ROLLED_BACK INVALID_EMAIL_ADDRESS" {
		t.Errorf("%s, %v", told(got), err)
	}
	if c := server.Snapshot().Contacts[0]; c.LastName != "Row 0" {
		t.Errorf("not rolled back: %+v", c)
	}
	if got, err = client.UpdateAll(ctx, "Contact", mixed, false); err != nil || told(got) != "kept INVALID_EMAIL_ADDRESS" {
		t.Errorf("%s, %v", told(got), err)
	}
	if c := server.Snapshot().Contacts[0]; c.LastName != "Fine" {
		t.Errorf("%+v", c)
	}
	server.Lock(string(made[2].ID))
	got, err = client.DeleteAll(ctx, []salesforce.ID{made[0].ID, made[2].ID}, false)
	refused, _ := errors.AsType[*salesforce.RecordError](got[1].Err)
	if later, again := refused.RetryLater(); err != nil || told(got) != "kept UNABLE_TO_LOCK_ROW" || !again || later <= 0 {
		t.Errorf("%s, %v", told(got), err)
	}
	found, err := client.ContactsByIDs(ctx, []salesforce.ID{made[0].ID, made[1].ID, made[1].ID, made[5].ID, "003Hs000000zzzzIAA"})
	if err != nil || len(found) != 2 || found[made[5].ID].Email != "row5@x.edu" {
		t.Errorf("%+v, %v", found, err)
	}
}

// A record that is rolled back never existed: the managed package hears nothing of it.
func TestRollback(t *testing.T) {
	server, client := org(t, salesforcetest.Options{LearnUpon: func(s salesforcetest.Sync) (string, error) {
		t.Errorf("asked for %s", s.Email)
		return "", nil
	}})
	box := server.APIName("Contact", "Create in LearnUpon")
	got, err := client.CreateAll(t.Context(), "Contact", []salesforce.Record{
		{Values: map[string]any{"LastName": "Lee", "Email": "lee@x.edu", box: true}}, {Values: map[string]any{"FirstName": "Jo"}},
	}, true)
	server.Sync()
	if err != nil || told(got) != "ALL_OR_NONE_OPERATION_ROLLED_BACK REQUIRED_FIELD_MISSING" || len(server.Snapshot().Contacts) != 0 {
		t.Errorf("%s, %v", told(got), err)
	}
	if e, ok := errors.AsType[*salesforce.RecordError](got[0].Err); !ok || !strings.Contains(e.Public(), "nothing was changed") {
		t.Errorf("%v", got[0].Err)
	}
	if _, err := client.CreateAll(rest.ReadOnly(t.Context()), "Contact", people(1), true); !errors.Is(err, rest.ErrReadOnly) {
		t.Errorf("written while planning: %v", err)
	}
	server.Fail(salesforcetest.Fault{Route: "/composite/sobjects", Cut: true})
	if _, err := client.CreateAll(t.Context(), "Contact", people(1), true); !restError(err).Unsure() {
		t.Errorf("%v", err)
	}
}

func TestUpsert(t *testing.T) {
	clock := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	server, client := org(t, salesforcetest.Options{Now: func() time.Time { return clock }})
	server.AddExternalID("Contact", "Old number", "Old__c", true)
	legacy, ctx := server.APIName("Contact", "Legacy ID"), t.Context()
	first, created, err := client.Upsert(ctx, "Contact", legacy, "L/1?", map[string]any{"LastName": "New"}, clock)
	if err != nil || !created {
		t.Fatalf("%v, %v", created, err)
	}
	again, created, err := client.Upsert(ctx, "Contact", legacy, "l/1?", map[string]any{"LastName": "Newer"}, clock)
	if err != nil || created || again != first {
		t.Errorf("%s, %v, %v", again, created, err)
	}
	clock = clock.Add(time.Minute)
	server.Edit(string(first), "First Name", "Jo")
	if _, _, err := client.Upsert(ctx, "Contact", legacy, "L/1?", map[string]any{"LastName": "Late"}, clock.Add(-time.Second)); !salesforce.IsChanged(err) {
		t.Errorf("%v", err)
	}
	if _, _, err := client.Upsert(ctx, "Contact", "Nope__c", "1", nil, time.Time{}); !salesforce.IsGone(err) {
		t.Errorf("no such key: %v", err)
	}
	for range 2 {
		if _, err := client.CreateAll(ctx, "Contact", []salesforce.Record{{Values: map[string]any{"LastName": "Twin", "Old__c": "7"}}}, true); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err = client.Upsert(ctx, "Contact", "Old__c", "7", map[string]any{"LastName": "Which?"}, time.Time{})
	if e := restError(err); !salesforce.IsAmbiguous(err) || e.Unsure() || !strings.Contains(e.Public(), "several records") {
		t.Errorf("%v", err)
	}
	got, err := client.UpsertAll(ctx, "Contact", legacy, []salesforce.Record{
		{Values: map[string]any{"LastName": "Newest", legacy: "L/1?"}}, {Values: map[string]any{"LastName": "Second", legacy: "L 2"}},
		{Values: map[string]any{"LastName": "Keyless"}},
	}, false)
	if err != nil || told(got) != "kept made MISSING_ARGUMENT" || got[0].ID != first {
		t.Errorf("%s, %v", told(got), err)
	}
}

// With a key of ours a contact is made once, even where the first answer was lost.
func TestCreateContactOnce(t *testing.T) {
	const route = "/sobjects/Contact/Registrar_Key__c/{value}"
	server, client := org(t, salesforcetest.Options{})
	server.AddExternalID("Contact", "Registrar Key", "Registrar_Key__c", false)
	lee := salesforce.NewContact{LastName: "Lee", Email: "lee@x.edu", Key: "run 1"}
	server.Fail(salesforcetest.Fault{Method: "PATCH", Route: route, Cut: true, Apply: true, Times: 1})
	made, err := client.CreateContact(t.Context(), lee)
	if err != nil || made.Email != "lee@x.edu" || len(server.Snapshot().Contacts) != 1 || server.Count("PATCH", route) != 2 {
		t.Errorf("%+v, %v", made, err)
	}
	if again, err := client.CreateContact(t.Context(), lee); err != nil || again.ID != made.ID {
		t.Errorf("%+v, %v", again, err)
	}
	server.Fail(salesforcetest.Fault{Method: "PATCH", Route: route, Cut: true, Times: 1})
	server.Fail(salesforcetest.Fault{Method: "PATCH", Route: route, Status: 403, Code: "REQUEST_LIMIT_EXCEEDED", Times: 1})
	if _, err := client.CreateContact(t.Context(), salesforce.NewContact{LastName: "Lost", Key: "run 2"}); !restError(err).Unsure() {
		t.Errorf("a refusal tells nothing of the first time: %v", err)
	}
}
