package salesforcetest_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"registrar/integrations/salesforce/salesforcetest"
)

// The managed package makes a user of a contact whose box was just ticked, and writes down what LearnUpon said.
func TestManagedPackage(t *testing.T) {
	var asked []salesforcetest.Sync
	server := salesforcetest.New(salesforcetest.Options{LearnUpon: func(s salesforcetest.Sync) (string, error) {
		asked = append(asked, s)
		if s.Email == "taken@x.edu" {
			return "", errors.New("Email address already in use")
		}
		return "901", nil
	}})
	defer server.Close()
	account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest", GroupID: "12"})
	lee := server.AddContact(salesforcetest.Contact{FirstName: "Jo", LastName: "Lee", Email: "lee@x.edu", AccountID: account})
	taken := server.AddContact(salesforcetest.Contact{LastName: "Taken", Email: "taken@x.edu"})

	tick := `{"Create_in_LearnUpon__c":true}`
	for _, id := range []string{lee, taken} {
		if status, body := call(t, server, http.MethodPatch, "/services/data/v67.0/sobjects/Contact/"+id, tick); status != http.StatusNoContent {
			t.Fatal(status, body)
		}
	}
	if c, _ := server.Snapshot().Contact("lee@x.edu"); c.LearnUponID != "" || !c.Create {
		t.Errorf("before the package ran: %+v", c)
	}
	server.Sync()
	server.Sync() // has nothing more to do
	if len(asked) != 2 || asked[0] != (salesforcetest.Sync{ContactID: lee, FirstName: "Jo", LastName: "Lee", Email: "lee@x.edu", GroupID: "12"}) {
		t.Errorf("%+v", asked)
	}
	shot := server.Snapshot()
	if c, _ := shot.Contact("lee@x.edu"); c.LearnUponID != "901" {
		t.Errorf("%+v", c)
	}
	if c, _ := shot.Contact("taken@x.edu"); c.LearnUponID != "" {
		t.Errorf("%+v", c)
	}
	if len(shot.CallLogs) != 2 || shot.CallLogs[1].Response != "Email address already in use" || shot.CallLogs[1].ContactID != taken {
		t.Errorf("%+v", shot.CallLogs)
	}
	server.Edit(lee, "Create as Manager in LearnUpon", true)
	server.Edit(lee, "First Name", "Joe")
	server.Sync()
	if len(asked) != 3 || !asked[2].Manager || asked[2].UserID != "901" {
		t.Errorf("%+v", asked)
	}
}

// A user's new address counts once the person has opened the link that was mailed to it.
func TestPendingEmail(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	user := server.AddUser(salesforcetest.User{Email: "old@x.edu"})
	if status, body := call(t, server, http.MethodPatch, "/services/data/v67.0/sobjects/User/"+user, `{"Email":"new@x.edu"}`); status != http.StatusNoContent {
		t.Fatal(status, body)
	}
	if u := server.Snapshot().Users[0]; u.Email != "old@x.edu" || u.PendingEmail != "new@x.edu" {
		t.Errorf("%+v", u)
	}
	if err := server.VerifyEmail(user); err != nil {
		t.Fatal(err)
	}
	if u := server.Snapshot().Users[0]; u.Email != "new@x.edu" || u.PendingEmail != "" {
		t.Errorf("%+v", u)
	}
	if server.VerifyEmail(user) == nil {
		t.Error("verified twice")
	}
}

func TestEmailAtOnce(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{EmailAtOnce: true})
	defer server.Close()
	user := server.AddUser(salesforcetest.User{Email: "old@x.edu"})
	if status, body := call(t, server, http.MethodPatch, "/services/data/v67.0/sobjects/User/"+user, `{"Email":"new@x.edu"}`); status != http.StatusNoContent {
		t.Fatal(status, body)
	}
	if u := server.Snapshot().Users[0]; u.Email != "new@x.edu" || u.PendingEmail != "" {
		t.Errorf("%+v", u)
	}
}

func TestSubscribe(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	changed, end := server.Subscribe()
	defer end()
	server.AddContact(salesforcetest.Contact{LastName: "Lee"})
	select {
	case <-changed:
	default:
		t.Error("not told")
	}
}

// With SyncAfter the package runs by itself, as it does in the demo.
func TestManagedPackageByItself(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{
		SyncAfter: time.Millisecond, LearnUpon: func(salesforcetest.Sync) (string, error) { return "7", nil },
	})
	defer server.Close()
	changed, end := server.Subscribe()
	defer end()
	contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
	server.Edit(contact, "Create in LearnUpon", true)
	for {
		if c, _ := server.Snapshot().Contact("lee@x.edu"); c.LearnUponID == "7" {
			return
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the package did nothing")
		case <-time.After(10 * time.Second):
			t.Fatal("the package did nothing")
		}
	}
}
