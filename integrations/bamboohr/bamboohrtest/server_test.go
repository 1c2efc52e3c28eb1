package bamboohrtest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"registrar/integrations/bamboohr/bamboohrtest"
)

// get asks as a client would that knows nothing of any quirk.
func get(t *testing.T, s *bamboohrtest.Server, path, accept string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(s.Key(), "x")
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(body)
}

func TestQuirks(t *testing.T) {
	s := bamboohrtest.New(bamboohrtest.Options{})
	t.Cleanup(s.Close)
	id := s.AddEmployee(bamboohrtest.Employee{FirstName: "Ada", LastName: "B & C", WorkEmail: "ada@x.edu", Hidden: []string{"workEmail"}})
	one := fmt.Sprintf("/api/v1/employees/%d", id)
	for name, tt := range map[string]struct {
		path, accept string
		status       int
		body         string
	}{
		"XML for whoever does not ask for JSON": {one, "", 200, `<field id="lastName">B &amp; C</field>`},
		"two fields unless more are asked for":  {one, "application/json", 200, `{"firstName":"Ada","id":"101","lastName":"B \u0026 C"}`},
		"hidden and unknown fields left out":    {one + "?fields=workEmail,shoeSize,hireDate", "application/json", 200, `{"hireDate":"0000-00-00","id":"101"}`},
		"hidden fields null in the list":        {"/api/v1/employees?fields=workEmail,shoeSize", "application/json", 200, `"_restrictedFields":["workEmail"]`},
		"more fields than it takes":             {one + "?fields=" + strings.Repeat("a,", 401), "application/json", 400, ""},
		"more rows than it gives":               {"/api/v1/employees?" + url.Values{"page[limit]": {"101"}}.Encode(), "application/json", 400, `"code":"BadRequest"`},
		"nobody":                                {"/api/v1/employees/999", "application/json", 404, ""},
		"nothing":                               {"/api/v1/payroll", "application/json", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, _, body := get(t, s, tt.path, tt.accept)
			if status != tt.status || !strings.Contains(body, tt.body) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

// A cursor is good until the employee it stands at changes.
func TestCursors(t *testing.T) {
	s := bamboohrtest.New(bamboohrtest.Options{})
	t.Cleanup(s.Close)
	first := s.AddEmployee(bamboohrtest.Employee{FirstName: "Ada"})
	s.AddEmployee(bamboohrtest.Employee{FirstName: "Eve"})
	var page struct {
		Meta struct{ Page struct{ NextCursor string } }
	}
	_, _, body := get(t, s, "/api/v1/employees?"+url.Values{"page[limit]": {"1"}}.Encode(), "application/json")
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatal(err)
	}
	next := "/api/v1/employees?" + url.Values{"page[after]": {page.Meta.Page.NextCursor}}.Encode()
	if status, _, body := get(t, s, next, "application/json"); status != 200 || !strings.Contains(body, "Eve") || strings.Contains(body, "Ada") {
		t.Errorf("second page: %d %s", status, body)
	}
	s.Change(first, func(e *bamboohrtest.Employee) { e.LastName = "Byron" })
	if status, _, body := get(t, s, next, "application/json"); status != 400 || !strings.Contains(body, "BadPage") {
		t.Errorf("after a change: %d %s", status, body)
	}
}

// Calls with a wrong key count as well.
func TestLimit(t *testing.T) {
	for legacy, want := range map[bool]int{false: http.StatusTooManyRequests, true: http.StatusServiceUnavailable} {
		s := bamboohrtest.New(bamboohrtest.Options{PerMinute: 1, Legacy: legacy})
		t.Cleanup(s.Close)
		wrong, err := http.Get(s.URL + "/api/v1/employees")
		if err != nil {
			t.Fatal(err)
		}
		wrong.Body.Close()
		status, header, _ := get(t, s, "/api/v1/employees", "application/json")
		if status != want || header.Get("Retry-After") == "" || header.Get("X-BambooHR-Error-Message") == "" {
			t.Errorf("%d %v", status, header)
		}
	}
}
