package salesforce_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

const tokenRoute = salesforcetest.TokenRoute

// However many calls find the session ended at once, one signs in again, and all go through.
func TestSessionEnds(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	contact := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
	if _, err := client.ContactsByEmail(t.Context(), "lee@x.edu"); err != nil {
		t.Fatal(err)
	}
	server.EndSessions()
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if got, err := client.ContactsByEmail(t.Context(), "lee@x.edu"); err != nil || len(got) != 1 {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	calls.Wait()
	if n := server.Count("POST", tokenRoute); n != 2 {
		t.Errorf("signed in %d times", n)
	}
	server.EndSessions()
	if _, err := client.SetEmailOptOut(t.Context(), id(t, contact), true, time.Time{}); err != nil {
		t.Errorf("a write when the session ends: %v", err)
	}
	if n := server.Count("POST", tokenRoute); n != 3 {
		t.Errorf("signed in %d times", n)
	}
}

// A session that never works is not asked for again and again.
func TestSessionThatNeverWorks(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	server.Fail(salesforcetest.Fault{Method: "GET", Status: http.StatusUnauthorized, Code: "INVALID_SESSION_ID"})
	if _, err := client.Probe(t.Context()); !rest.IsUnauthorized(err) {
		t.Errorf("%v", err)
	}
	if n := server.Count("POST", tokenRoute); n != 2 {
		t.Errorf("signed in %d times", n)
	}
	server.Heal()
	server.ResetCalls()
	server.Fail(salesforcetest.Fault{Method: "GET", Status: http.StatusUnauthorized,
		Body: `[{"message":"This session is not valid for use with the REST API","errorCode":"INVALID_SESSION_ID"}]`})
	if _, err := client.Probe(t.Context()); err == nil || restError(err).Status != http.StatusForbidden {
		t.Errorf("%v", err)
	}
	if n := server.Count("POST", tokenRoute); n != 0 {
		t.Errorf("signed in %d times for a setting only people can mend", n)
	}
}

// A wrong secret is asked about once, and then left alone for a while.
func TestWrongSecret(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	now := time.Now()
	client := connect(t, server, salesforce.Config{ClientSecret: "not-it", Now: func() time.Time { return now }})
	for range 3 {
		_, err := client.SetEmailOptOut(t.Context(), "003Hs000000zzzzIAA", true, time.Time{})
		if _, later := restError(err).RetryLater(); !rest.IsUnauthorized(err) || later || restError(err).Unsure() || !salesforce.HasCode(err, "invalid_client") {
			t.Fatalf("%v", err)
		}
		if strings.Contains(err.Error(), "not-it") || !strings.Contains(restError(err).Public(), "sign in") {
			t.Errorf("%v; %s", err, restError(err).Public())
		}
	}
	if n := server.Count("POST", tokenRoute); n != 1 {
		t.Errorf("asked %d times", n)
	}
	now = now.Add(time.Minute)
	if _, err := client.Probe(t.Context()); err == nil || server.Count("POST", tokenRoute) != 2 {
		t.Errorf("%v", err)
	}
}

func TestJWT(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	server := salesforcetest.New(salesforcetest.Options{PublicKey: &key.PublicKey})
	defer server.Close()
	in := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	for name, c := range map[string]struct {
		config salesforce.Config
		works  bool
	}{
		"PKCS 8":     {salesforce.Config{Username: server.Username(), PrivateKey: in("PRIVATE KEY", pkcs8)}, true},
		"PKCS 1":     {salesforce.Config{Username: server.Username(), PrivateKey: in("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))}, true},
		"other key":  {salesforce.Config{Username: server.Username(), PrivateKey: in("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(other))}, false},
		"other user": {salesforce.Config{Username: "else@x.edu", PrivateKey: in("PRIVATE KEY", pkcs8)}, false},
		"audience":   {salesforce.Config{Username: server.Username(), PrivateKey: in("PRIVATE KEY", pkcs8), Audience: "https://else.example"}, false},
	} {
		_, err := connect(t, server, c.config).Probe(t.Context())
		if (err == nil) != c.works || err != nil && !salesforce.HasCode(err, "invalid_grant") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The token goes nowhere but to Salesforce, whatever a reply says.
func TestInstance(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	reply := func(instance string) string {
		return fmt.Sprintf(`{"access_token":"secret-token","instance_url":%q,"id":"https://x/id/00D/005"}`, instance)
	}
	for _, instance := range []string{
		"https://evil.example", "https://salesforce.com.evil.example", "http://127.0.0.1:1", "https://acme.my.salesforce.com",
		"https://user@acme.my.salesforce.com", "", "://", server.URL + "/path",
	} {
		server.Fail(salesforcetest.Fault{Route: tokenRoute, Status: 200, Body: reply(instance), Times: 1})
		_, err := client.Probe(t.Context())
		if err == nil || strings.Contains(err.Error(), "secret-token") || strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: %v", instance, err)
		}
	}
	if _, err := client.Probe(t.Context()); err != nil {
		t.Errorf("the real one: %v", err)
	}
}

// Where the next page lies is told by the answer. It is not followed off the API.
func TestNextPage(t *testing.T) {
	server, client := org(t, salesforcetest.Options{PageSize: 2})
	for range 5 {
		server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
	}
	if got, err := client.ContactsByEmail(t.Context(), "lee@x.edu"); err != nil || len(got) != 5 {
		t.Fatalf("%d, %v", len(got), err)
	}
	for _, next := range []string{
		"https://evil.example/services/data/v67.0/query/1", "//evil.example/services/data/v67.0/query/1",
		"/services/data/v67.0/query/../../../oauth2/revoke", "/services/data/v60.0/query/1", "",
	} {
		server.Fail(salesforcetest.Fault{Route: "/query", Status: 200, Times: 1,
			Body: fmt.Sprintf(`{"totalSize":9,"done":false,"nextRecordsUrl":%q,"records":[{"Id":"003Hs000000zzzz","Email":"lee@x.edu"}]}`, next)})
		if _, err := client.ContactsByEmail(t.Context(), "lee@x.edu"); err == nil {
			t.Errorf("%q was followed", next)
		}
	}
}

func TestConfig(t *testing.T) {
	good := salesforce.Config{URL: "https://acme.my.salesforce.com", ClientID: "id", ClientSecret: "s3cret"}
	if _, err := salesforce.New(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*salesforce.Config){
		"https":       func(c *salesforce.Config) { c.URL = "http://acme.my.salesforce.com" },
		"host":        func(c *salesforce.Config) { c.URL += "/services" },
		"version":     func(c *salesforce.Config) { c.APIVersion = "67" },
		"client id":   func(c *salesforce.Config) { c.ClientID = "" },
		"secret":      func(c *salesforce.Config) { c.ClientSecret = "" },
		"private key": func(c *salesforce.Config) { c.Username = "u" },
		"is not PEM":  func(c *salesforce.Config) { c.ClientSecret, c.Username, c.PrivateKey = "", "u", []byte("s3cret") },
		"no field":    func(c *salesforce.Config) { c.Fields = map[string]map[string]string{"Contact": {"Nope": "A__c"}} },
		"API name": func(c *salesforce.Config) {
			c.Fields = map[string]map[string]string{"Contact": {"LU User ID": "A' OR"}}
		},
	} {
		c := good
		change(&c)
		if _, err := salesforce.New(c); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
