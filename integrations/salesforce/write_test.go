package salesforce_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

const contactRoute = "/sobjects/Contact/{id}"

func TestWrites(t *testing.T) {
	for _, numbers := range []bool{false, true} { // some orgs keep LearnUpon's numbers as such
		server, client := org(t, salesforcetest.Options{})
		if numbers {
			server.NumberField("Contact", "LU User ID")
			server.NumberField("Account", "LearnUpon Group ID")
		}
		account := server.AddAccount(salesforcetest.Account{Name: "Hillcrest"})
		contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu", AccountID: account})
		was, err := client.ContactByID(t.Context(), id(t, contact))
		if err != nil {
			t.Fatal(err)
		}
		now, err := client.SetEmailOptOut(t.Context(), was.ID, true, was.LastModified)
		if err != nil || !now.EmailOptOut {
			t.Errorf("%+v, %v", now, err)
		}
		if now, err = client.SetLearnUponID(t.Context(), was.ID, 4711, time.Time{}); err != nil || now.LearnUponID != "4711" {
			t.Errorf("%+v, %v", now, err)
		}
		if tied, err := client.ContactsByLearnUponID(t.Context(), 4711); err != nil || len(tied) != 1 {
			t.Errorf("%+v, %v", tied, err)
		}
		if now, err = client.SetLearnUponID(t.Context(), was.ID, 0, time.Time{}); err != nil || now.LearnUponID != "" {
			t.Errorf("%+v, %v", now, err)
		}
		if a, err := client.SetAccountGroupID(t.Context(), id(t, account), 12, time.Time{}); err != nil || a.GroupID != "12" {
			t.Errorf("%+v, %v", a, err)
		}
		if all, err := client.AccountsByGroupID(t.Context(), 12); err != nil || len(all) != 1 {
			t.Errorf("%+v, %v", all, err)
		}
	}
}

// A record somebody changed since it was read is not written.
func TestGuard(t *testing.T) {
	clock := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	server, client := org(t, salesforcetest.Options{Now: func() time.Time { return clock }})
	contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
	was, err := client.ContactByID(t.Context(), id(t, contact))
	if err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(time.Minute)
	server.Touch(contact) // a job in the background is no change
	if _, err := client.SetEmailOptOut(t.Context(), was.ID, true, was.LastModified); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(time.Minute)
	server.Edit(contact, "First Name", "Jo")
	_, err = client.SetEmailOptOut(t.Context(), was.ID, false, was.LastModified)
	e := restError(err)
	if _, later := e.RetryLater(); !salesforce.IsChanged(err) || e.Unsure() || later || !strings.Contains(e.Public(), "meanwhile") {
		t.Errorf("%v; %s", err, e.Public())
	}
	if c, _ := server.Snapshot().Contact("lee@x.edu"); !c.EmailOptOut {
		t.Error("it was written")
	}
}

// Each way a write can fail says whether it may have happened and whether to come back.
func TestFailedWrites(t *testing.T) {
	type want struct {
		unsure, later bool
		status        int
		public        string
	}
	for name, c := range map[string]struct {
		arrange func(s *salesforcetest.Server, contact string)
		want    want
	}{
		"row lock": {func(s *salesforcetest.Server, contact string) { s.Lock(contact) },
			want{later: true, status: 400, public: "right now"}},
		"limit": {func(s *salesforcetest.Server, _ string) { s.UseCalls(200_000) },
			want{later: true, status: 429, public: "no more calls"}},
		"validation": {func(s *salesforcetest.Server, _ string) { s.Forbid("Contact", "Email Opt Out", "ask jo@x.edu first") },
			want{status: 400, public: "HasOptedOutOfEmail"}},
		"protected": {func(s *salesforcetest.Server, _ string) { s.Protect("Contact", "Email Opt Out") },
			want{status: 400, public: "may not"}},
		"deleted": {func(s *salesforcetest.Server, contact string) { s.Delete(contact) },
			want{status: 404, public: "deleted"}},
		"no access": {func(s *salesforcetest.Server, _ string) {
			s.Fail(salesforcetest.Fault{Method: "PATCH", Status: 403, Code: "INSUFFICIENT_ACCESS_OR_READONLY"})
		}, want{status: 403, public: "may not"}},
		"duplicate": {func(s *salesforcetest.Server, _ string) {
			s.Fail(salesforcetest.Fault{Method: "PATCH", Status: 400, Code: "DUPLICATE_VALUE"})
		}, want{status: 409, public: "another record"}},
		"maintenance": {func(s *salesforcetest.Server, _ string) {
			s.Fail(salesforcetest.Fault{Method: "PATCH", Status: 503, Body: "<html><body>Down for maintenance</body></html>"})
		}, want{unsure: true, status: 503, public: "may or may not"}},
		"applied and lost": {func(s *salesforcetest.Server, _ string) {
			s.Fail(salesforcetest.Fault{Method: "PATCH", Status: 500, Apply: true})
		}, want{unsure: true, status: 500, public: "may or may not"}},
		"yes, but no": {func(s *salesforcetest.Server, _ string) {
			s.Fail(salesforcetest.Fault{Method: "PATCH", Status: 204})
		}, want{unsure: true, status: 204, public: "does not show"}},
		"no answer": {func(s *salesforcetest.Server, _ string) {
			s.Fail(salesforcetest.Fault{Method: "PATCH", Hang: true})
		}, want{unsure: true, public: "may or may not"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := salesforcetest.New(salesforcetest.Options{})
			defer server.Close()
			client := connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret(), Timeout: 300 * time.Millisecond})
			contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
			if _, err := client.ContactByID(t.Context(), id(t, contact)); err != nil {
				t.Fatal(err)
			}
			c.arrange(server, contact)
			_, err := client.SetEmailOptOut(t.Context(), id(t, contact), true, time.Time{})
			e := restError(err)
			_, later := e.RetryLater()
			if got := (want{e.Unsure(), later, e.Status, e.Public()}); got.unsure != c.want.unsure || got.later != c.want.later ||
				got.status != c.want.status || !strings.Contains(got.public, c.want.public) {
				t.Errorf("%v: %+v", err, got)
			}
			if err == nil || strings.Contains(err.Error(), "@") || strings.Contains(e.Public(), "@") {
				t.Errorf("an address: %v", err)
			}
			if n := server.Count("PATCH", contactRoute); n != 1 && e.Status != 0 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}

// A refused query is quoted by Salesforce, with the address that was looked for.
func TestQueriesAreNotQuoted(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	server.Fail(salesforcetest.Fault{Route: "/query", Status: 400,
		Body: `[{"message":"\nWHERE Email = 'lee smith'\n ^\nNo such column 'Zip' on entity 'Contact'. If you","errorCode":"INVALID_FIELD"}]`})
	_, err := client.ContactsByEmail(t.Context(), "lee@x.edu")
	if err == nil || strings.Contains(err.Error(), "smith") || !strings.Contains(err.Error(), "No such column 'Zip'") {
		t.Errorf("%v", err)
	}
}

func TestLimits(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{DailyCalls: 15_000})
	defer server.Close()
	server.UseCalls(14_000)
	told := [2]int{}
	client := connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret(), Learned: func(used, allowed int) { told = [2]int{used, allowed} }})
	org, err := client.Probe(t.Context())
	if err != nil || org.Name != "Institute" || org.Used != 14_001 || org.Allowed != 15_000 || org.User == "" || org.Sandbox {
		t.Errorf("%+v, %v", org, err)
	}
	if told != [2]int{14_001, 15_000} {
		t.Errorf("told %v", told)
	}
	server.UseCalls(1_000)
	_, err = client.Probe(t.Context())
	if wait, later := restError(err).RetryLater(); !later || wait < time.Minute || rest.IsUnauthorized(err) || restError(err).Status == http.StatusForbidden {
		t.Errorf("%v, %v", err, wait)
	}
	if n := server.Count("GET", "/query"); n != 2 {
		t.Errorf("%d calls: a limit was run against again", n)
	}
}

func TestBudget(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	client := connect(t, server, salesforce.Config{ClientSecret: server.ClientSecret(), Budget: func(_ context.Context, key string) error {
		if key != salesforce.BudgetKey {
			t.Errorf("counted under %q", key)
		}
		return errors.New("none left")
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // shorter than the wait for calls to come back
	defer cancel()
	if _, err := client.Probe(ctx); !errors.Is(err, rest.ErrBudget) {
		t.Errorf("%v", err)
	}
}
