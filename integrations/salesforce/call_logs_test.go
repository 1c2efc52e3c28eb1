package salesforce_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

var logged = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// taken adds a row some seconds into the morning that says that somebody's address is in use.
func taken(s *salesforcetest.Server, contact string, second int) string {
	return s.SeedCallLog(salesforcetest.CallLog{
		ContactID: contact, Response: "422: " + salesforce.TakenAddress + ".", CreatedAt: logged.Add(time.Duration(second) * time.Second),
	})
}

// everyLog pages through the log.
func everyLog(t *testing.T, client *salesforce.Client, since time.Time, limit int) []salesforce.CallLog {
	t.Helper()
	var all []salesforce.CallLog
	after := salesforce.ID("")
	for {
		rows, err := client.CallLogs(t.Context(), since, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rows...)
		if len(rows) < limit {
			return all
		}
		since, after = rows[len(rows)-1].At, rows[len(rows)-1].ID
	}
}

func TestCallLogs(t *testing.T) {
	for _, longText := range []bool{false, true} { // some orgs cannot filter by the message
		server, client := org(t, salesforcetest.Options{PageSize: 3})
		if longText {
			server.LongText("LearnUponP__LearnUpon_API_Call_Logs__c", "Response Message")
		}
		account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest"})
		contact := server.AddContact(salesforcetest.Contact{FirstName: "Jo", LastName: "Lee", Email: "lee@x.edu", AccountID: account})
		var want []string
		for second := range 5 { // two rows to each second, with others between them
			want = append(want, taken(server, contact, second), taken(server, contact, second))
			server.SeedCallLog(salesforcetest.CallLog{ContactID: contact, Response: "Success", CreatedAt: logged.Add(time.Duration(second) * time.Second)})
		}
		for _, limit := range []int{1, 2, 3, 10, 200} {
			var got []string
			for _, r := range everyLog(t, client, logged, limit) {
				got = append(got, string(r.ID))
			}
			if !slices.Equal(got, want) {
				t.Errorf("long text %v, %d at a time: %v, want %v", longText, limit, got, want)
			}
		}
		first := everyLog(t, client, logged, 10)[0]
		if first.Contact != id(t, contact) || first.Account != id(t, account) || first.Name != "Jo Lee" || first.Email != "lee@x.edu" ||
			first.AccountName != "Hillcrest" || !first.At.Equal(logged) || !first.Created.Equal(logged) || first.User != "" {
			t.Errorf("%+v", first)
		}
		if rest := everyLog(t, client, logged.Add(4*time.Second), 10); len(rest) != 2 {
			t.Errorf("since the last second: %+v", rest)
		}
	}
}

// A transaction that is committed late shows a row among those that were read already.
func TestLateCallLog(t *testing.T) {
	clock := logged
	server, client := org(t, salesforcetest.Options{Now: func() time.Time { return clock }})
	late, commit := server.BeginCallLog(salesforcetest.CallLog{Email: "late@x.edu", Response: salesforce.TakenAddress})
	clock = clock.Add(time.Minute)
	seen := server.AddCallLog("", salesforce.TakenAddress)
	if rows := everyLog(t, client, logged, 10); len(rows) != 1 || rows[0].ID != id(t, seen) {
		t.Errorf("before the commit: %+v", rows)
	}
	commit()
	rows := everyLog(t, client, logged, 10)
	if len(rows) != 2 || rows[0].ID != id(t, late) || !rows[0].At.Equal(logged) || rows[0].Email != "late@x.edu" {
		t.Errorf("after it: %+v", rows)
	}
	if rows := everyLog(t, client, clock, 10); len(rows) != 1 {
		t.Errorf("from the last row on: %+v", rows)
	}
}

// A row names whom it is about by whichever references the org gives it.
func TestWhomCallLogsAreAbout(t *testing.T) {
	const object = "LearnUponP__LearnUpon_API_Call_Logs__c"
	for name, c := range map[string]struct {
		arrange func(*salesforcetest.Server)
		want    string
	}{
		"all":                {func(*salesforcetest.Server) {}, "Jo Lee|log@x.edu|Hillcrest|003|005"},
		"no e-mail":          {func(s *salesforcetest.Server) { s.Hide(object, "Email") }, "Jo Lee|lee@x.edu|Hillcrest|003|005"},
		"labelled otherwise": {func(s *salesforcetest.Server) { s.Relabel(object, "Contact", "Person") }, "Jo Lee|log@x.edu|Hillcrest|003|005"},
		"only the user": {func(s *salesforcetest.Server) {
			for _, label := range []string{"Contact", "Email", "Account"} {
				s.Hide(object, label)
			}
		}, "Login Lee|login@x.edu|||005"},
		"only the message": {func(s *salesforcetest.Server) {
			for _, label := range []string{"Contact", "Email", "User", "Account", "Request Body"} {
				s.Hide(object, label)
			}
		}, "||||"},
		"only the request": {func(s *salesforcetest.Server) {
			for _, label := range []string{"Contact", "Email", "User", "Account"} {
				s.Hide(object, label)
			}
		}, "|o'lee+1@x.edu|||"},
		"addresses of contacts are hidden": {func(s *salesforcetest.Server) {
			s.Hide(object, "Email")
			s.Hide("Contact", "Email")
			s.Hide(object, "User")
			s.Hide(object, "Request Body")
		}, "Jo Lee||Hillcrest|003|"},
	} {
		t.Run(name, func(t *testing.T) {
			server, client := org(t, salesforcetest.Options{})
			account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest"})
			contact := server.AddContact(salesforcetest.Contact{FirstName: "Jo", LastName: "Lee", Email: "lee@x.edu", AccountID: account})
			user := server.AddUser(salesforcetest.User{FirstName: "Login", LastName: "Lee", Email: "login@x.edu", ContactID: contact})
			server.SeedCallLog(salesforcetest.CallLog{ContactID: contact, UserID: user, Email: "log@x.edu",
				Request: `{"User":{"last_name":"Lee","email":"o'lee+1@x.edu"}}`, Response: salesforce.TakenAddress})
			c.arrange(server)
			rows := everyLog(t, client, time.Time{}, 10)
			if len(rows) != 1 {
				t.Fatalf("%+v", rows)
			}
			r := rows[0]
			if got := fmt.Sprintf("%s|%s|%s|%.3s|%.3s", r.Name, r.Email, r.AccountName, r.Contact, r.User); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestCallLogsOutOfSight(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	server.Hide("LearnUponP__LearnUpon_API_Call_Logs__c", "Response Message")
	_, err := client.CallLogs(t.Context(), logged, "", 10)
	if e, ok := errors.AsType[*salesforce.FieldError](err); !ok || e.Field != salesforce.CallLogResponse {
		t.Errorf("%v", err)
	}
}
