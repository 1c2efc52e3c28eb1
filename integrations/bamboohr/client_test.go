package bamboohr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/integrations/bamboohr"
	"registrar/integrations/bamboohr/bamboohrtest"
	"registrar/integrations/rest"
)

const ada = "ada@x.edu"

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func setUp(t *testing.T, o bamboohrtest.Options) (*bamboohr.Client, *bamboohrtest.Server) {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	company := bamboohrtest.New(o)
	t.Cleanup(company.Close)
	return connect(t, company.URL, company.Key()), company
}

func connect(t *testing.T, url, key string) *bamboohr.Client {
	t.Helper()
	client, err := bamboohr.New(bamboohr.Config{URL: url, APIKey: key, Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func mustFind(t *testing.T, c *bamboohr.Client, email string) bamboohr.Found {
	t.Helper()
	found, err := c.ByEmail(rest.ReadOnly(t.Context()), email)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestByEmail(t *testing.T) {
	tests := []struct {
		name    string
		people  []bamboohrtest.Employee
		hide    []string
		options bamboohrtest.Options
		want    []bamboohr.Employee
		partial bool
	}{
		{name: "nobody", people: []bamboohrtest.Employee{{FirstName: "Eve", WorkEmail: "eve@x.edu"}, {FirstName: "None"}}},
		{name: "an empty company"},
		{
			name:   "active",
			people: []bamboohrtest.Employee{{FirstName: "Augusta", PreferredName: "Ada", LastName: "Byron", WorkEmail: "Ada@X.edu", Hired: "2024-03-01"}},
			want:   []bamboohr.Employee{{ID: "101", Name: "Ada Byron", Email: "Ada@X.edu", Status: bamboohr.Active, Hired: day("2024-03-01")}},
		},
		{
			name:   "left",
			people: []bamboohrtest.Employee{{FirstName: "Ada", WorkEmail: ada, Hired: "2024-03-01", Terminated: "2026-10-31"}},
			want:   []bamboohr.Employee{{ID: "101", Name: "Ada", Email: ada, Status: bamboohr.Inactive, Hired: day("2024-03-01"), Left: day("2026-10-31")}},
		},
		{
			name:   "going to leave",
			people: []bamboohrtest.Employee{{FirstName: "Ada", WorkEmail: ada, Terminated: "2026-12-31"}},
			want:   []bamboohr.Employee{{ID: "101", Name: "Ada", Email: ada, Status: bamboohr.Active, Left: day("2026-12-31")}},
		},
		{
			name: "came back",
			people: []bamboohrtest.Employee{
				{FirstName: "Ada", WorkEmail: ada, Terminated: "2025-01-31"}, {FirstName: "Ada", WorkEmail: ada, Hired: "2026-01-01"},
			},
			want: []bamboohr.Employee{
				{ID: "102", Name: "Ada", Email: ada, Status: bamboohr.Active, Hired: day("2026-01-01")},
				{ID: "101", Name: "Ada", Email: ada, Status: bamboohr.Inactive, Left: day("2025-01-31")},
			},
		},
		{
			name:   "what may not be seen",
			people: []bamboohrtest.Employee{{FirstName: "Ada", WorkEmail: ada, Hired: "2024-03-01", Terminated: "2025-01-31"}},
			hide:   []string{"status", "terminationDate"},
			want:   []bamboohr.Employee{{ID: "101", Name: "Ada", Email: ada, Hired: day("2024-03-01")}},
		},
		{
			name:    "an address that may not be seen",
			people:  []bamboohrtest.Employee{{FirstName: "Ada", WorkEmail: ada, Hidden: []string{"workEmail"}}},
			partial: true,
		},
		{
			name:    "in the directory",
			options: bamboohrtest.Options{OAuthOnly: true},
			people: []bamboohrtest.Employee{
				{FirstName: "Ada", WorkEmail: ada, Terminated: "2026-10-31"}, {FirstName: "Ada", WorkEmail: ada, Unlisted: true},
			},
			want:    []bamboohr.Employee{{ID: "101", Name: "Ada", Email: ada, Status: bamboohr.Inactive, Left: day("2026-10-31")}},
			partial: true,
		},
		{name: "an empty directory", options: bamboohrtest.Options{OAuthOnly: true}, partial: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, company := setUp(t, tt.options)
			for _, e := range tt.people {
				company.AddEmployee(e)
			}
			company.Hide(tt.hide...)
			got := mustFind(t, client, ada)
			if diff := cmp.Diff(bamboohr.Found{Employees: tt.want, Partial: tt.partial}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The list is gone through a hundred at a time, and no further than needed.
func TestLargeCompany(t *testing.T) {
	client, company := setUp(t, bamboohrtest.Options{})
	crowd := func(n int) {
		for i := range n {
			company.AddEmployee(bamboohrtest.Employee{FirstName: "E", WorkEmail: fmt.Sprintf("e%d@x.edu", i)})
		}
	}
	crowd(150)
	company.AddEmployee(bamboohrtest.Employee{FirstName: "Ada", WorkEmail: ada})
	crowd(200)
	if found := mustFind(t, client, ada); len(found.Employees) != 1 || company.Count("GET", "/employees") != 2 {
		t.Errorf("%+v after %d pages", found, company.Count("GET", "/employees"))
	}
	company.ResetCalls()
	if found := mustFind(t, client, "nobody@x.edu"); len(found.Employees) != 0 || company.Count("GET", "/employees") != 4 {
		t.Errorf("%+v after %d pages", found, company.Count("GET", "/employees"))
	}
}

// A cursor that goes bad costs a second pass, and no more than that.
func TestCursorGoesBad(t *testing.T) {
	for _, times := range []int{1, 2} {
		client, company := setUp(t, bamboohrtest.Options{})
		for range 100 {
			company.AddEmployee(bamboohrtest.Employee{FirstName: "E"})
		}
		company.AddEmployee(bamboohrtest.Employee{FirstName: "Ada", WorkEmail: ada})
		company.Fail(bamboohrtest.Fault{Route: "/employees", Status: 400, Body: `{"error":{"code":"BadPage","message":"stale"}}`, Times: times})
		found, err := client.ByEmail(t.Context(), ada)
		if ok := err == nil && len(found.Employees) == 1; ok != (times == 1) {
			t.Errorf("bad %d times: %+v, %v", times, found, err)
		}
	}
}

func TestListThatDoesNotEnd(t *testing.T) {
	client, company := setUp(t, bamboohrtest.Options{})
	company.Fail(bamboohrtest.Fault{Route: "/employees", Status: 200,
		Body: `{"data":[{"employeeId":"1","workEmail":null}],"meta":{"total":1,"page":{"nextCursor":"again"}}}`})
	if found, err := client.ByEmail(t.Context(), ada); err == nil {
		t.Errorf("%+v; want an error", found)
	}
}

// Too many calls are waited out, whichever way BambooHR says it.
func TestTooManyCalls(t *testing.T) {
	for _, status := range []int{429, 503} {
		client, company := setUp(t, bamboohrtest.Options{})
		company.AddEmployee(bamboohrtest.Employee{FirstName: "Ada", WorkEmail: ada})
		company.Fail(bamboohrtest.Fault{Route: "/employees", Status: status, RetryAfter: "1", Times: 1})
		if found := mustFind(t, client, ada); len(found.Employees) != 1 {
			t.Errorf("%d: %+v", status, found)
		}
	}
}

func TestFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		options bamboohrtest.Options
		fault   bamboohrtest.Fault
		key     string
		public  string
	}{
		"wrong key":          {key: "wrong", public: "does not accept our credentials"},
		"nothing is allowed": {options: bamboohrtest.Options{OAuthOnly: true, Unshared: true}, public: "does not allow"},
		"too many calls":     {fault: bamboohrtest.Fault{Status: 429, RetryAfter: "3600"}, public: "slow down"},
		"calls used up":      {options: bamboohrtest.Options{PerMinute: 1}, public: "slow down"},
		"used up as of old":  {options: bamboohrtest.Options{PerMinute: 1, Legacy: true}, public: "cannot be reached"},
		"down":               {fault: bamboohrtest.Fault{Status: 500}, public: "cannot be reached"},
		"XML":                {fault: bamboohrtest.Fault{Status: 200, Body: "<employees/>"}, public: "cannot be reached"},
		"no list":            {fault: bamboohrtest.Fault{Status: 200, Body: `{"employees":[]}`}, public: "cannot be reached"},
		"an odd id":          {fault: bamboohrtest.Fault{Status: 200, Body: `{"data":[{"employeeId":["1"]}],"meta":{}}`}, public: "cannot be reached"},
		"broken off":         {fault: bamboohrtest.Fault{Status: 200, Body: "{", Cut: true}, public: "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			_, company := setUp(t, tt.options)
			company.AddEmployee(bamboohrtest.Employee{FirstName: "Ada", WorkEmail: ada})
			if tt.fault.Status != 0 {
				company.Fail(tt.fault)
			}
			key := tt.key
			if key == "" {
				key = company.Key()
			}
			_, err := connect(t, company.URL, key).ByEmail(t.Context(), ada)
			failed, ok := errors.AsType[*rest.Error](err)
			if !ok || !strings.Contains(failed.Public(), tt.public) || !strings.HasPrefix(failed.Public(), "BambooHR ") {
				t.Fatalf("%v; want %q", err, tt.public)
			}
			if strings.Contains(err.Error(), company.Key()) || strings.Contains(err.Error(), ada) {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

// Why something was refused stands in a header or in the body.
func TestReasons(t *testing.T) {
	client, company := setUp(t, bamboohrtest.Options{})
	company.Fail(bamboohrtest.Fault{Status: 400, Times: 1})
	company.Fail(bamboohrtest.Fault{Status: 400, Body: `{"error":{"code":"BadRequest","message":"no such sort"}}`, Times: 1})
	for _, want := range []string{"something went wrong", "BadRequest: no such sort"} {
		if _, err := client.ByEmail(t.Context(), ada); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

func TestProbe(t *testing.T) {
	for name, tt := range map[string]struct {
		options bamboohrtest.Options
		hide    []string
		want    bamboohr.Company
	}{
		"all":       {want: bamboohr.Company{Name: "Institute", People: 2}},
		"little":    {options: bamboohrtest.Options{Nameless: true}, hide: []string{"status", "workEmail"}, want: bamboohr.Company{People: 2, Hidden: []string{"workEmail", "status"}}},
		"directory": {options: bamboohrtest.Options{OAuthOnly: true}, want: bamboohr.Company{Name: "Institute", People: 2, Directory: true}},
	} {
		t.Run(name, func(t *testing.T) {
			client, company := setUp(t, tt.options)
			company.AddEmployee(bamboohrtest.Employee{FirstName: "Ada"})
			company.AddEmployee(bamboohrtest.Employee{FirstName: "Eve"})
			company.Hide(tt.hide...)
			got, err := client.Probe(t.Context())
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	_, company := setUp(t, bamboohrtest.Options{})
	if _, err := connect(t, company.URL, "wrong").Probe(t.Context()); !rest.IsUnauthorized(err) {
		t.Errorf("a wrong key: %v", err)
	}
	if _, err := connect(t, company.URL, company.Key()).Probe(t.Context()); err != nil {
		t.Errorf("an empty company: %v", err)
	}
}

// The older address of the API works as well, and both lead people to the same
// page.
func TestAddresses(t *testing.T) {
	_, company := setUp(t, bamboohrtest.Options{})
	company.AddEmployee(bamboohrtest.Employee{FirstName: "Ada", WorkEmail: ada})
	gateway := connect(t, company.URL+"/api/gateway.php/institute/", company.Key())
	if found := mustFind(t, gateway, ada); len(found.Employees) != 1 {
		t.Errorf("%+v", found)
	}
	if got := gateway.Page("101"); got != "https://institute.bamboohr.com/employees/employee.php?id=101" {
		t.Errorf("page %s", got)
	}
	if got := connect(t, company.URL+"/", "key").Page("1&x"); got != company.URL+"/employees/employee.php?id=1%26x" {
		t.Errorf("page %s", got)
	}
	if _, err := bamboohr.New(bamboohr.Config{URL: company.URL}); err == nil {
		t.Error("no key is taken for one")
	}
}
