package salesforce_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// Each write of a contact changes what it names, shows it, and is not made over somebody else's change.
func TestContactWrites(t *testing.T) {
	clock := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	server, client := org(t, salesforcetest.Options{Now: func() time.Time { return clock }})
	contact := id(t, server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"}))
	for name, write := range map[string]func(guard time.Time) (salesforce.Contact, bool, error){
		"email": func(guard time.Time) (salesforce.Contact, bool, error) {
			c, err := client.SetContactEmail(t.Context(), contact, " new@x.edu ", guard)
			return c, c.Email == "new@x.edu", err
		},
		"create": func(guard time.Time) (salesforce.Contact, bool, error) {
			c, err := client.SetCreate(t.Context(), contact, true, guard)
			return c, c.Create, err
		},
		"create as manager": func(guard time.Time) (salesforce.Contact, bool, error) {
			c, err := client.SetCreateAsManager(t.Context(), contact, true, guard)
			return c, c.CreateAsManager, err
		},
	} {
		was := clock
		clock = clock.Add(time.Minute)
		server.Edit(string(contact), "First Name", name)
		if c, _, err := write(was); !salesforce.IsChanged(err) {
			t.Errorf("%s: over a change: %+v, %v", name, c, err)
		}
		if c, shown, err := write(clock); err != nil || !shown {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if _, err := client.SetContactEmail(t.Context(), contact, "no address", clock); !salesforce.HasCode(err, "INVALID_EMAIL_ADDRESS") {
		t.Errorf("%v", err)
	}
}

func TestCreateContact(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest"})
	made, err := client.CreateContact(t.Context(), salesforce.NewContact{
		FirstName: "Zoë", LastName: `O'Brien\`, Email: "zoe@x.edu", AccountID: id(t, account), Create: true,
	})
	if err != nil || !made.Waiting() || made.Account != "Hillcrest" || made.Name() != `Zoë O'Brien\` {
		t.Errorf("%+v, %v", made, err)
	}
	if _, err := client.CreateContact(t.Context(), salesforce.NewContact{LastName: "x", Email: "no address"}); !salesforce.HasCode(err, "INVALID_EMAIL_ADDRESS") ||
		strings.Contains(err.Error(), "no address") && restError(err).Unsure() {
		t.Errorf("%v", err)
	}
	server.Fail(salesforcetest.Fault{Method: "POST", Route: "/sobjects/Contact", Cut: true})
	if _, err := client.CreateContact(t.Context(), salesforce.NewContact{LastName: "Lost"}); !restError(err).Unsure() {
		t.Errorf("%v", err)
	}
	if shot := server.Snapshot(); len(shot.Contacts) != 2 {
		t.Errorf("%+v", shot.Contacts)
	}
}

// An org may have a rule against second contacts. One that only warns is waved aside on purpose, never by the way.
func TestDuplicateRules(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	again := salesforce.NewContact{LastName: "Lee", Email: "LEE@x.edu"}
	server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
	server.RefuseDuplicates("You have him already: lee@x.edu", true)
	_, err := client.CreateContact(t.Context(), again)
	if !salesforce.IsDuplicate(err) || restError(err).Unsure() || strings.Contains(restError(err).Public(), "@") {
		t.Errorf("%v", err)
	}
	again.AllowDuplicate = true
	if made, err := client.CreateContact(t.Context(), again); err != nil || made.Email != "LEE@x.edu" {
		t.Errorf("%+v, %v", made, err)
	}
	server.RefuseDuplicates("never", false)
	if _, err := client.CreateContact(t.Context(), again); !salesforce.IsDuplicate(err) {
		t.Errorf("%v", err)
	}
	if n := len(server.Snapshot().Contacts); n != 2 {
		t.Errorf("%d contacts", n)
	}
}

// What LearnUpon says of a contact's courses is read where the org shows it.
func TestEnrollments(t *testing.T) {
	server, client := org(t, salesforcetest.Options{Counts: func(user string) (int, int, int) {
		if user != "77" {
			t.Errorf("asked for %q", user)
		}
		return 5, 2, 1
	}})
	contact := id(t, server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"}))
	if _, err := client.SetLearnUponID(t.Context(), contact, 77, time.Time{}); err != nil {
		t.Fatal(err)
	}
	server.Sync()
	if got, err := client.EnrollmentsOf(t.Context(), contact); err != nil || got.Enrolled != 5 || got.InProgress != 2 || got.Completed != 1 || got.Unseen != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := client.EnrollmentsOf(t.Context(), "003Hs000000zzzzIAA"); !salesforce.IsGone(err) {
		t.Errorf("nobody: %v", err)
	}
	server.Hide("Contact", "In Progress")
	client = connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret()})
	if got, err := client.EnrollmentsOf(t.Context(), contact); err != nil || got.Enrolled != 5 || !slices.Equal(got.Unseen, []salesforce.Field{salesforce.ContactInProgress}) {
		t.Errorf("%+v, %v", got, err)
	}
}
