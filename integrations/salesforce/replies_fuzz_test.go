package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"registrar/integrations/rest"
)

// told is an org of canned answers; it fails the test where a call leaves it.
type told struct {
	t                       testing.TB
	token, describe, answer string
	status                  int
	limits                  string
	calls                   int
}

var errEnough = errors.New("enough")

func (o *told) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" || r.URL.Host != "acme.my.salesforce.com" && !strings.HasSuffix(strings.ToLower(r.URL.Host), ".salesforce.com") || r.URL.User != nil {
		o.t.Errorf("called %s", r.URL)
	}
	if o.calls++; o.calls > 200 {
		o.t.Error("the calls do not end")
		return nil, errEnough
	}
	status, body := o.status, o.answer
	switch {
	case strings.HasSuffix(r.URL.Path, tokenRoute):
		status, body = 200, o.token
	case strings.HasSuffix(r.URL.Path, "/describe"):
		status, body = 200, o.describe
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Sforce-Limit-Info": {o.limits}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func (o *told) client() *Client {
	c, err := New(Config{URL: "https://acme.my.salesforce.com", ClientID: "i", ClientSecret: "s", HTTP: &http.Client{Transport: o}})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

const (
	goodToken    = `{"access_token":"00D!x","instance_url":"https://acme.my.salesforce.com","id":"https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS"}`
	goodDescribe = `{"fields":[{"name":"Id"},{"name":"Email","label":"Email","type":"email","filterable":true},{"name":"Name","label":"Name"},{"name":"LastModifiedDate"},{"name":"AccountId","type":"reference","referenceTo":["Account"],"relationshipName":"Account"},{"name":"LU__c","label":"LU User ID","type":"double","updateable":true,"filterable":true}]}`
	goodRow      = `{"totalSize":1,"done":true,"records":[{"Id":"003xx000004TmiQAAS","Email":"a@x.edu","Name":"A","LastModifiedDate":"2026-02-03T00:00:00.000+0000","LU__c":7.0}]}`
)

// FuzzReplies: whatever Salesforce answers, every call ends in records or in an
// error that is a line for a log; what is found by an address has that address,
// and no call leaves Salesforce.
func FuzzReplies(f *testing.F) {
	for _, answer := range []string{
		goodRow, ``, `null`, `[]`, `{}`, `<html>`, `{"records":[null]}`, `{"done":false,"records":[{"Id":"003xx000004TmiQAAS"}],"nextRecordsUrl":"https://evil.example/services/data/v67.0/query/1"}`,
		`{"done":false,"records":[{"Id":"003xx000004TmiQAAS","Email":"a@x.edu"}],"nextRecordsUrl":"/services/data/v67.0/query/01g-500"}`,
		`{"done":false,"records":[{}],"nextRecordsUrl":"/services/data/v67.0/query/../../../x"}`, `{"done":false,"records":[{}],"nextRecordsUrl":"//evil.example/services/data/v67.0/query/1"}`,
		`[{"message":"unexpected token: a@x.edu","errorCode":"MALFORMED_QUERY","fields":["a b","\u202e"]}]`, `[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, `[{}]`, `[null]`,
		`{"id":"003xx000004TmiQAAS","success":true}`, `{"totalSize":1,"done":true,"records":[{"Id":5,"Email":{},"Account":[]}]}`, `{"totalSize":1,"done":true,"records":[{"Id":"003xx000004TmiQAAX"}]}`,
	} {
		f.Add(200, answer, goodToken, goodDescribe, "api-usage=1/2")
		f.Add(400, answer, goodToken, goodDescribe, "")
	}
	for _, token := range []string{``, `{}`, `null`, `{"access_token":"x","instance_url":"https://evil.example"}`, `{"access_token":"x","instance_url":"https://acme.my.salesforce.com@evil.example"}`,
		`{"access_token":"x","instance_url":"http://acme.my.salesforce.com"}`, `{"access_token":"x","instance_url":"https://acme.my.salesforce.com:444"}`, `{"access_token":"x\r\ny","instance_url":"https://na1.salesforce.com","id":"/"}`,
		`{"access_token":"x","instance_url":"https://evil.example\\.salesforce.com"}`, `{"access_token":"x","instance_url":"https://evil.example/.salesforce.com"}`, `{"access_token":"x","instance_url":"https://evil.example?.salesforce.com"}`,
		`{"access_token":"x","instance_url":"https://evilsalesforce.com"}`, `{"access_token":"x","instance_url":"https://evil.example%2f.salesforce.com"}`, `{"error":"invalid_grant","error_description":"a@x.edu"}`} {
		f.Add(200, goodRow, token, goodDescribe, "")
	}
	for _, describe := range []string{``, `{}`, `{"fields":null}`, `{"fields":[{}]}`, `{"fields":[null]}`, `{"fields":[{"name":"Id, (SELECT Id FROM User)","label":"LU User ID"}]}`,
		`{"fields":[{"name":"A__c","label":"LU User ID"},{"name":"B__c","label":" lu  user id"}]}`, `{"fields":[{"name":"Email","type":5}]}`} {
		f.Add(200, goodRow, goodToken, describe, "api-usage=9999999999999999999/-1;;=")
	}
	f.Fuzz(func(t *testing.T, status int, answer, token, describe, limits string) {
		if status < 200 || status > 599 || status == http.StatusNotModified {
			t.Skip()
		}
		o := &told{t: t, token: token, describe: describe, answer: answer, status: status, limits: limits}
		c := o.client()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var errs []error
		contacts, err := c.ContactsByEmail(ctx, "a@x.edu")
		errs = append(errs, err)
		for _, contact := range contacts {
			if id, err := ParseID(string(contact.ID)); !strings.EqualFold(contact.Email, "a@x.edu") || err != nil || id != contact.ID {
				t.Errorf("asked for a@x.edu, got %+v", contact)
			}
		}
		o.calls = 0
		users, err := c.UsersByEmail(ctx, "a@x.edu")
		errs = append(errs, err)
		for _, user := range users {
			if !strings.EqualFold(user.Email, "a@x.edu") && !strings.EqualFold(user.Username, "a@x.edu") {
				t.Errorf("asked for a@x.edu, got %+v", user)
			}
		}
		account, err := c.AccountByID(ctx, "001xx000003DGb0AAG")
		if err == nil && account.ID != "001xx000003DGb0AAG" {
			t.Errorf("asked for one account, got %s", account.ID)
		}
		errs = append(errs, err)
		o.calls = 0
		_, err = c.CallLogs(ctx, time.Time{}, "", 10)
		errs = append(errs, err)
		_, err = c.Probe(ctx)
		errs = append(errs, err)
		_, err = c.CreateAll(ctx, "Contact", []Record{{}}, true)
		errs = append(errs, err)
		_, err = c.SetEmailOptOut(ctx, "003xx000004TmiQAAS", true, time.Time{})
		for _, err := range append(errs, err) {
			if err == nil || errors.Is(err, errEnough) {
				continue
			}
			said := err.Error()
			if public, ok := err.(interface{ Public() string }); ok {
				said += public.Public()
			}
			if _, named := errors.AsType[*FieldError](err); !named && strings.ContainsAny(said, "\n\r\x00\u202e") {
				t.Errorf("%q is no line for a log", said)
			}
			if e, ok := errors.AsType[*rest.Error](err); ok && strings.Contains(e.Error(), "a@x.edu") {
				t.Errorf("an address in %q", e)
			}
		}
		if used, allowed := c.Usage(); used < 0 || allowed < 0 {
			t.Errorf("used %d of %d", used, allowed)
		}
	})
}

// FuzzParseID: an id that is taken has 18 characters, is read as itself, and is
// the same in either length.
func FuzzParseID(f *testing.F) {
	for _, text := range []string{"003xx000004TmiQAAS", "003xx000004TmiQ", "003XX000004TMIQAAS", "003xx000004TmiQAAX", "", "003xx000004Tmi'", "003xx000004Tmiú", " 003xx000004TmiQ\n", "٠٠٣xx000004"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseID(text)
		if err != nil {
			return
		}
		again, err := ParseID(string(id))
		short, err2 := ParseID(string(id)[:15])
		if err != nil || err2 != nil || again != id || short != id || len(id) != 18 || strings.Trim(string(id), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" {
			t.Errorf("%q became %q, then %q and %q (%v, %v)", text, id, again, short, err, err2)
		}
	})
}

// FuzzValues: the other values Salesforce sends, read and written again.
func FuzzValues(f *testing.F) {
	for _, raw := range []string{`"2026-02-03T00:00:00.000+0000"`, `"2026-02-03T02:00:00+02:00"`, `null`, `""`, `"9999-12-31T23:59:59.999-1200"`, `"0000-01-01T00:00:00.000+1200"`, `7`, `7.0`, `"7"`, `1e300`, `9007199254740993`, `true`, `{}`, `" 7 "`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var at Time
		if json.Unmarshal([]byte(raw), &at) == nil {
			if _, err := json.Marshal(at); err != nil {
				t.Errorf("%s cannot be stored: %v", raw, err)
			}
		}
		var n, again number
		if json.Unmarshal([]byte(raw), &n) == nil {
			back, err := json.Marshal(string(n))
			if err != nil || json.Unmarshal(back, &again) != nil || again != n {
				t.Errorf("%s became %q, then %q", raw, n, again)
			}
		}
	})
}

// FuzzQuery reads a whole query back as Salesforce does: whatever is searched
// for, there are as many clauses as we wrote.
func FuzzQuery(f *testing.F) {
	for _, value := range nasty {
		f.Add(value, value)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		q := query{object: "Contact", columns: []name{"Id"}, where: []condition{is("Email", a), contains("Name", b), later("Id", a)}, limit: 5}
		text := q.String()
		bare, open, escaped := strings.Builder{}, false, false
		for _, r := range text {
			switch {
			case escaped:
				escaped = false
			case open && r == '\\':
				escaped = true
			case r == '\'':
				open = !open
				bare.WriteRune(r)
			case !open:
				bare.WriteRune(r)
			}
		}
		if want := "SELECT Id FROM Contact WHERE Email = '' AND Name LIKE '' AND Id > '' LIMIT 5"; open || bare.String() != want {
			t.Errorf("%q and %q made %s", a, b, text)
		}
	})
}
