package salesforcetest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"registrar/integrations/salesforce/salesforcetest"
)

// token signs in.
func token(t *testing.T, server *salesforcetest.Server) string {
	t.Helper()
	res, err := http.PostForm(server.URL+salesforcetest.TokenRoute, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {server.ClientID()}, "client_secret": {server.ClientSecret()},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var reply struct {
		AccessToken string `json:"access_token"`
	}
	if json.NewDecoder(res.Body).Decode(&reply) != nil || reply.AccessToken == "" {
		t.Fatal("no token")
	}
	return reply.AccessToken
}

// call makes a call with a fresh token.
func call(t *testing.T, server *salesforcetest.Server, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token(t, server))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(said)
}

func ask(t *testing.T, server *salesforcetest.Server, query string) (int, string) {
	t.Helper()
	return call(t, server, http.MethodGet, "/services/data/v67.0/query?q="+url.QueryEscape(query), "")
}

// Whatever the org does not know it refuses; it never answers with more than was asked for.
func TestQueries(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	t.Cleanup(server.Close)
	account := server.AddAccount(salesforcetest.Account{Name: "Hill_crest", GroupID: "7"})
	server.AddContact(salesforcetest.Contact{FirstName: "Ann", LastName: "O'Brien\\", Email: "Ann@x.edu", AccountID: account})
	server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu", Create: true})
	gone := server.AddContact(salesforcetest.Contact{LastName: "Gone", Email: "gone@x.edu"})
	server.Delete(gone)

	for _, c := range []struct{ where, want string }{
		{"", `"totalSize":2`},
		{"WHERE Email = 'ANN@x.edu'", `"totalSize":1`},
		{`WHERE LastName = 'o\'brien\\'`, `"totalSize":1`},
		{"WHERE Account.Name LIKE 'hill\\_%'", `"totalSize":1`},
		{"WHERE Account.Name LIKE '%crest_'", `"totalSize":0`},
		{"WHERE AccountId = null", `"totalSize":1`},
		{"WHERE AccountId = '" + account[:15] + "'", `"totalSize":1`},
		{"WHERE Create_in_LearnUpon__c = true OR FirstName = 'ann'", `"totalSize":2`},
		{"WHERE NOT Create_in_LearnUpon__c = true", `"totalSize":1`},
		{"WHERE Email NOT IN ('lee@x.edu', 'x')", `"totalSize":1`},
		{"WHERE CreatedDate > 2020-01-01T00:00:00Z LIMIT 1", `"totalSize":1`},
		{"ORDER BY LastName DESC OFFSET 1", `"totalSize":1`},
		{"WHERE Email = 'a' AND Email = 'b' OR Email = 'c'", "MALFORMED_QUERY"},
		{"WHERE Email = 'a\\q'", "MALFORMED_QUERY"},
		{"WHERE Email = 'a\\%'", "MALFORMED_QUERY"},
		{"WHERE Email = 'a'b'", "MALFORMED_QUERY"},
		{"WHERE Email = '" + strings.Repeat("x", 4001) + "'", "MALFORMED_QUERY"},
		{"WHERE CreatedDate = THIS_WEEK", "MALFORMED_QUERY"},
		{"GROUP BY Email", "MALFORMED_QUERY"},
		{"FOR UPDATE", "MALFORMED_QUERY"},
		{"WHERE Nope = 'a'", "INVALID_FIELD"},
		{"WHERE Account.Nope = 'a'", "INVALID_FIELD"},
		{"WHERE Nope.Name = 'a'", "INVALID_FIELD"},
		{"WHERE Create_in_LearnUpon__c = 'true'", "INVALID_FIELD"},
		{"WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"},
		{"OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"},
	} {
		if _, body := ask(t, server, "SELECT Id FROM Contact "+c.where); !strings.Contains(body, c.want) {
			t.Errorf("%s: want %s, got %s", c.where, c.want, body)
		}
	}
}

func TestVersions(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	t.Cleanup(server.Close)
	for version, want := range map[string]int{"v30.0": 410, "v40.0": 404, "v41.0": 200, "v68.0": 200, "v69.0": 404} {
		if status, body := call(t, server, http.MethodGet, "/services/data/"+version+"/sobjects", ""); status != want {
			t.Errorf("%s: %d %s", version, status, body)
		}
	}
}
