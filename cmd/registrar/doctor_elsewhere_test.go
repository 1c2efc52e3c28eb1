package main

import (
	"slices"
	"strings"
	"testing"

	"registrar/integrations/bamboohr/bamboohrtest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/rest"
	"registrar/integrations/statuspage/statuspagetest"
)

func TestDoctorOnWhatIsBesideLearnUpon(t *testing.T) {
	tests := []struct {
		name        string
		company     bamboohrtest.Options
		harm        func(company *bamboohrtest.Server, page *statuspagetest.Server)
		env         []string
		check, text string // part of what is said
		state, mend string // part of the mend
	}{
		{name: "BambooHR works", check: "BambooHR", state: stateOK, text: "works at Institute and sees 1 people"},
		{name: "BambooHR's fields", check: "BambooHR fields", state: stateOK, text: "may see all"},
		{name: "no BambooHR", env: []string{"BAMBOOHR_URL=", "BAMBOOHR_API_KEY="}, check: "BambooHR", state: stateOK, text: "not configured"},
		{name: "BambooHR's key", env: []string{"BAMBOOHR_API_KEY=hidden"}, check: "BambooHR", state: stateFail, text: "401", mend: "BAMBOOHR_API_KEY"},
		{name: "only the directory", company: bamboohrtest.Options{OAuthOnly: true, Nameless: true}, check: "BambooHR", state: stateWarn, text: "in the directory only", mend: "access level"},
		{name: "no state", harm: func(c *bamboohrtest.Server, _ *statuspagetest.Server) { c.Hide("status", "hireDate") },
			check: "BambooHR fields", state: stateFail, text: "may not see status, hireDate", mend: "access level"},
		{name: "no days", harm: func(c *bamboohrtest.Server, _ *statuspagetest.Server) { c.Hide("terminationDate") },
			check: "BambooHR fields", state: stateWarn, text: "terminationDate", mend: "access level"},
		{name: "status page", harm: func(_ *bamboohrtest.Server, p *statuspagetest.Server) { p.Set("API", "major_outage") },
			check: "status page", state: stateOK, text: "LearnUpon says: Major Service Outage"},
		{name: "no status page", env: []string{"STATUSPAGE_URL="}, check: "status page", state: stateOK, text: "not configured"},
		{name: "another page", harm: func(_ *bamboohrtest.Server, p *statuspagetest.Server) {
			p.Fail(statuspagetest.Fault{Status: 200, Body: "<html>"})
		}, check: "status page", state: stateWarn, text: "not the expected JSON", mend: "STATUSPAGE_URL"},
		{name: "main portal", check: "LearnUpon main", state: stateOK, text: "work"},
		{name: "second portal", check: "LearnUpon partners", state: stateOK, text: "the API keys of “Partners” work"},
		{name: "second portal's keys", env: []string{"LEARNUPON_PARTNERS_PASSWORD=hidden"}, check: "LearnUpon partners", state: stateFail, text: "401", mend: "LEARNUPON_PARTNERS_URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := newInstallation(t)
			company, page := bamboohrtest.New(tt.company), statuspagetest.New(statuspagetest.Options{})
			partners := at.learnupon.SubPortal(learnupontest.Options{Title: "Partners", Seats: 50})
			t.Cleanup(func() { company.Close(); page.Close(); partners.Close() })
			company.AddEmployee(bamboohrtest.Employee{FirstName: "Ada", WorkEmail: "ada@x.edu"})
			if tt.harm != nil {
				tt.harm(company, page)
			}
			add("BAMBOOHR_URL="+company.URL, "BAMBOOHR_API_KEY="+company.Key(), "STATUSPAGE_URL="+page.URL, "LEARNUPON_PORTALS=partners",
				"LEARNUPON_PARTNERS_URL="+partners.URL, "LEARNUPON_PARTNERS_USERNAME="+partners.Username(), "LEARNUPON_PARTNERS_PASSWORD="+partners.Password())(&at)
			add(tt.env...)(&at)
			results := diagnose(t.Context(), at.env)
			i := slices.IndexFunc(results, func(r result) bool { return r.Check == tt.check })
			if i < 0 {
				t.Fatalf("nothing is said of %s in %+v", tt.check, results)
			}
			r := results[i]
			if r.State != tt.state || !strings.Contains(r.Text, tt.text) || !strings.Contains(r.Mend, tt.mend) || (r.State == stateOK) != (r.Mend == "") {
				t.Errorf("%+v, want %s with %q", r, tt.state, tt.text)
			}
			if strings.Contains(r.Text+r.Mend, "hidden") || strings.Contains(r.Text, "ada@x.edu") {
				t.Errorf("it tells too much: %+v", r)
			}
		})
	}
}

// A wrong region answers like a wrong key, so the others are named.
func TestDoctorNamesOtherRegions(t *testing.T) {
	portal := learnupontest.New(learnupontest.Options{})
	t.Cleanup(portal.Close)
	client, err := newPortal(Portal{Name: MainPortal, URL: portal.URL, Username: "u", Password: "p"}, nil, rest.Observe{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, refused := client.Portals(t.Context())
	for address, want := range map[string]string{
		"https://acme.learnupon.com":   "acme.learnuponus.com or acme.learnuponau.com.",
		"https://acme.learnuponau.com": "acme.learnupon.com or acme.learnuponus.com.",
		"https://academy.acme.com":     "answers like a wrong key.",
	} {
		if mend := mendPortal(Portal{Name: MainPortal, URL: address}, refused); !strings.HasSuffix(mend, want) {
			t.Errorf("%s: %q; want %q", address, mend, want)
		}
	}
}

func TestTwoPortalsAtOneAddress(t *testing.T) {
	at := newInstallation(t)
	add("LEARNUPON_PORTALS=partners", "LEARNUPON_PARTNERS_URL="+at.learnupon.URL+"/", "LEARNUPON_PARTNERS_USERNAME=u", "LEARNUPON_PARTNERS_PASSWORD=p")(&at)
	if _, err := ReadConfig(at.env); err == nil || !strings.Contains(err.Error(), "LEARNUPON_PARTNERS_URL is the address of another portal") {
		t.Errorf("%v", err)
	}
}
