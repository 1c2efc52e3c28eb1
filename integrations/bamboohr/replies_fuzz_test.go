package bamboohr_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"registrar/integrations/bamboohr"
	"registrar/integrations/rest"
)

// told answers one route with one text and every other with another; it fails
// the test where a call leaves the company's host, or the calls do not end.
type told struct {
	t           testing.TB
	status      int
	list, other string
	reason      string
	calls       int
}

func (o *told) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "acme.bamboohr.com" || r.URL.Scheme != "https" || strings.Contains(r.URL.EscapedPath(), "..") {
		o.t.Errorf("called %s", r.URL)
	}
	if o.calls++; o.calls > 300 {
		o.t.Fatal("the calls do not end")
	}
	status, body := 200, o.list
	if !strings.HasSuffix(r.URL.Path, "/employees") {
		status, body = o.status, o.other
	}
	return &http.Response{StatusCode: status, Header: http.Header{"X-Bamboohr-Error-Message": {o.reason}, "Retry-After": {"3600"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// FuzzReplies: whatever BambooHR answers, a search ends in people who have the
// address, or in an error that is a line for a log.
func FuzzReplies(f *testing.F) {
	employee := `{"firstName":"A","lastName":"B","workEmail":"a@x.edu","status":"Active","hireDate":"2026-02-03","terminationDate":"0000-00-00"}`
	for _, list := range []string{
		`{"data":[{"employeeId":"7","workEmail":"A@x.edu","status":"Active"}],"meta":{"total":1,"page":{"nextCursor":""}}}`,
		`{"data":[{"employeeId":7,"workEmail":"a@x.edu"}],"meta":{"total":-1,"page":{"nextCursor":"x"}}}`, `{"data":[null],"meta":{}}`, `{"data":null,"meta":{}}`, `{"meta":null}`,
		`{"data":[{"employeeId":"../../x?y","workEmail":"a@x.edu"}],"meta":{"total":1}}`, `{"data":[{"employeeId":null,"workEmail":"a@x.edu"}],"meta":{"total":9999999}}`,
		`{"data":[{"_restrictedFields":["workEmail"]}],"meta":{"total":1,"page":{"nextCursor":"\u0000"}}}`, ``, `null`, `[]`, `<html>`,
	} {
		f.Add(list, employee, 200, "")
	}
	for _, other := range []string{`{}`, `null`, `[]`, ``, `{"workEmail":5,"status":[],"hireDate":{}}`, `{"workEmail":"other@x.edu"}`, `{"error":{"code":"BadPage","message":"a@x.edu\n"}}`,
		`{"employees":[{"id":"7","workEmail":"a@x.edu"}],"fields":[null]}`} {
		f.Add(`{"data":[{"employeeId":"7","workEmail":"a@x.edu","status":"Active"}],"meta":{"total":1}}`, other, 200, "")
		f.Add(`{"data":[{"employeeId":"7","workEmail":"a@x.edu","status":"Active"}],"meta":{"total":1}}`, other, 403, "see https://evil.example/a@x.edu\r\nX: y")
		f.Add(`{"data":[{"employeeId":"7","workEmail":"a@x.edu","status":"Active"}],"meta":{"total":1}}`, other, 403, `no "a b"@x.edu`)
	}
	f.Fuzz(func(t *testing.T, list, other string, status int, reason string) {
		if status < 200 || status > 599 || status == http.StatusNotModified {
			t.Skip()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c, err := bamboohr.New(bamboohr.Config{URL: "https://acme.bamboohr.com", APIKey: "k", HTTP: &http.Client{Transport: &told{t: t, status: status, list: list, other: other, reason: reason}}})
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.ByEmail(ctx, "a@x.edu")
		for _, e := range found.Employees {
			if !strings.EqualFold(e.Email, "a@x.edu") {
				t.Errorf("asked for a@x.edu, got %+v", e)
			}
			if page := c.Page(e.ID); !strings.HasPrefix(page, "https://acme.bamboohr.com/employees/employee.php?id=") || strings.ContainsAny(page, "\"<> \n&#") {
				t.Errorf("their page is %q", page)
			}
			if _, err := json.Marshal(e); err != nil {
				t.Errorf("%+v cannot be stored: %v", e, err)
			}
		}
		_, probing := c.Probe(ctx)
		for _, err := range []error{err, probing} {
			if e, ok := err.(*rest.Error); ok && strings.ContainsAny(e.Error()+e.Public(), "\n\r\x00@") {
				t.Errorf("%q is no line for a log", e)
			}
		}
	})
}
