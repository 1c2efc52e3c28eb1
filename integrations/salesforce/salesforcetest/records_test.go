package salesforcetest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"registrar/integrations/salesforce/salesforcetest"
)

// What Salesforce refuses, the org refuses, in its words.
func TestRefusedWrites(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	t.Cleanup(server.Close)
	contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
	loose := server.AddContact(salesforcetest.Contact{LastName: "Loose"})
	gone := server.AddContact(salesforcetest.Contact{LastName: "Gone"})
	server.Delete(gone)
	server.Forbid("Account", "Time Zone", "not today")
	server.AddUser(salesforcetest.User{Email: "a@x.edu"})
	profile := func() string {
		_, body := ask(t, server, "SELECT Id FROM Profile WHERE Name = 'Customer Community User'")
		_, after, _ := strings.Cut(body, `"Id":"`)
		return after[:18]
	}()
	user := func(username, contact string) string {
		return `{"LastName":"U","Email":"u@x.edu","Username":"` + username + `","Alias":"u","ProfileId":"` + profile +
			`","TimeZoneSidKey":"GMT","LocaleSidKey":"en_US","LanguageLocaleKey":"en_US","EmailEncodingKey":"UTF-8"` + contact + `}`
	}
	for _, c := range []struct{ method, path, body, code string }{
		{"POST", "Contact", `{"FirstName":"x"}`, "REQUIRED_FIELD_MISSING"},
		{"POST", "Contact", `{"LastName":"x","Nope__c":1}`, "INVALID_FIELD"},
		{"POST", "Contact", `{"LastName":"x","Email":"x"}`, "INVALID_EMAIL_ADDRESS"},
		{"POST", "Contact", `{"LastName":"x","HasOptedOutOfEmail":"yes"}`, "JSON_PARSER_ERROR"},
		{"POST", "Contact", `{"LastName":"` + strings.Repeat("x", 81) + `"}`, "STRING_TOO_LONG"},
		{"POST", "Contact", `{"LastName":"x","AccountId":"001"}`, "MALFORMED_ID"},
		{"POST", "Contact", `{"LastName":"x","AccountId":"` + contact + `"}`, "INVALID_CROSS_REFERENCE_KEY"},
		{"POST", "Contact", `{`, "JSON_PARSER_ERROR"},
		{"POST", "Account", `{"Name":"x","Time_Zone__c":"Mars"}`, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"},
		{"POST", "Account", `{"Name":"x","Time_Zone__c":"GMT"}`, "FIELD_CUSTOM_VALIDATION_EXCEPTION"},
		{"PATCH", "Contact/" + contact, `{"IsDeleted":true}`, "INVALID_FIELD_FOR_INSERT_UPDATE"},
		{"PATCH", "Contact/" + contact, `{"LastName":""}`, "REQUIRED_FIELD_MISSING"},
		{"PATCH", "Contact/" + gone, `{"LastName":"x"}`, "ENTITY_IS_DELETED"},
		{"PATCH", "Account/" + contact, `{"Name":"x"}`, "NOT_FOUND"},
		{"POST", "User", user("A@x.edu", ""), "DUPLICATE_USERNAME"},
		{"POST", "User", user("b@x.edu", `,"ContactId":"`+loose+`"`), "FIELD_INTEGRITY_EXCEPTION"},
		{"PATCH", "Contact/Nope__c/1", `{"LastName":"x"}`, "NOT_FOUND"},
		{"GET", "Nope/describe", "", "NOT_FOUND"},
		{"GET", "Contact/" + contact + "?fields=Nope", "", "INVALID_FIELD"},
	} {
		status, body := call(t, server, c.method, "/services/data/v67.0/sobjects/"+c.path, c.body)
		if status < 400 || !strings.Contains(body, `"errorCode":"`+c.code+`"`) {
			t.Errorf("%s %s %s: want %s, got %d %s", c.method, c.path, c.body, c.code, status, body)
		}
	}
	if shot := server.Snapshot(); len(shot.Contacts) != 3 || len(shot.Accounts) != 0 || shot.Contacts[0].LastName != "Lee" {
		t.Errorf("%+v", shot)
	}
}

// A merge moves what belonged to the loser; the loser stays in the recycle bin and says who won.
func TestMerge(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest"})
	kept := server.AddContact(salesforcetest.Contact{LastName: "Kept", AccountID: account, LastModified: at})
	lost := server.AddContact(salesforcetest.Contact{LastName: "Lost", AccountID: account, LastModified: at})
	server.AddUser(salesforcetest.User{Email: "u@x.edu", ContactID: lost})
	server.AddCallLog(lost, "Email address already in use")
	server.Merge(kept, lost)
	shot := server.Snapshot()
	if l := shot.Contacts[1]; !l.Deleted || l.MasterID != kept || !l.LastModified.After(at) {
		t.Errorf("%+v", l)
	}
	if shot.Users[0].ContactID != kept || shot.CallLogs[0].ContactID != kept {
		t.Errorf("%+v %+v", shot.Users, shot.CallLogs)
	}
	_, body := call(t, server, http.MethodGet,
		"/services/data/v67.0/queryAll?q=SELECT+Id+FROM+Contact+WHERE+IsDeleted=true+AND+MasterRecordId!=null", "")
	if !strings.Contains(body, lost) || strings.Contains(body, kept) {
		t.Error(body)
	}
}

func TestRecordPage(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	contact := server.AddContact(salesforcetest.Contact{LastName: "<b>Lee</b>", Email: "lee@x.edu", EmailOptOut: true})
	status, body := call(t, server, http.MethodGet, "/lightning/r/Contact/"+contact+"/view", "")
	if status != 200 || !strings.Contains(body, "&lt;b&gt;Lee") || !strings.Contains(body, "<dt>Email Opt Out</dt><dd>yes</dd>") {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := call(t, server, http.MethodGet, "/lightning/r/Account/"+contact+"/view", ""); status != 404 {
		t.Error(status)
	}
}
