package handlers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/bamboohr"
	"registrar/integrations/bamboohr/bamboohrtest"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
)

// company adds BambooHR with these employees to the world.
func (w *world) company(o bamboohrtest.Options, people ...bamboohrtest.Employee) *bamboohrtest.Server {
	w.Helper()
	o.Now = w.clock
	s := bamboohrtest.New(o)
	w.Cleanup(s.Close)
	for _, e := range people {
		s.AddEmployee(e)
	}
	var err error
	if w.deps.BambooHR, err = bamboohr.New(bamboohr.Config{URL: s.URL, APIKey: s.Key()}); err != nil {
		w.Fatal(err)
	}
	return s
}

func TestLookupTellsWhoWorksHere(t *testing.T) {
	employee := bamboohrtest.Employee{FirstName: "Ada", LastName: "Secret", WorkEmail: "Learner@x.edu", Hired: "2024-03-01"}
	with := func(change func(*bamboohrtest.Employee)) []bamboohrtest.Employee {
		e := employee
		change(&e)
		return []bamboohrtest.Employee{{FirstName: "Eve", WorkEmail: "eve@x.edu"}, e}
	}
	tests := []struct {
		name   string
		people []bamboohrtest.Employee
		fault  bamboohrtest.Fault
		says   string
		mend   bool // deactivating is offered
	}{
		{name: "active", people: with(func(*bamboohrtest.Employee) {}), says: "State: active since 1 Mar 2024"},
		{name: "about to leave", people: with(func(e *bamboohrtest.Employee) { e.Terminated = "2026-12-31" }), says: "State: active since 1 Mar 2024, leaves on 31 Dec 2026"},
		{name: "left", people: with(func(e *bamboohrtest.Employee) { e.Terminated = "2026-10-31" }), says: "State: left on 31 Oct 2026", mend: true},
		{name: "left, nobody says when", people: with(func(e *bamboohrtest.Employee) { e.Terminated, e.Hidden = "2026-10-31", []string{"terminationDate"} }), says: "State: left\n", mend: true},
		{name: "state not to be seen", people: with(func(e *bamboohrtest.Employee) { e.Hidden = []string{"status"} }), says: "State: cannot be seen"},
		{name: "address not to be seen", people: with(func(e *bamboohrtest.Employee) { e.Hidden = []string{"workEmail"} }), says: "some it may not see."},
		{name: "nobody", people: with(func(e *bamboohrtest.Employee) { e.WorkEmail = "" }), says: "Nobody who works or worked here has this address."},
		{name: "away", fault: bamboohrtest.Fault{Status: 403}, says: "Not everything could be read here: BambooHR does not allow us"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.academy.AddUser(learnupontest.User{Email: learner, FirstName: "Ada", SignIns: 1})
			company := w.company(bamboohrtest.Options{}, tt.people...)
			if tt.fault.Status != 0 {
				company.Fail(tt.fault)
			}
			doc := w.read(learner)
			got := text(doc)
			if !strings.Contains(got, "\nBambooHR\n") || !strings.Contains(got, tt.says) {
				t.Errorf("%q is missing in:\n%s", tt.says, got)
			}
			if strings.Contains(got, "Secret") {
				t.Error("it shows more of the employee than it should")
			}
			if !strings.Contains(got, "Last sign-in") {
				t.Errorf("LearnUpon is missing in:\n%s", got)
			}
			mends := func(f runbook.Finding) bool { return f.Mend != nil && f.Mend.Action == "deactivate" }
			if slices.ContainsFunc(doc.Findings, mends) != tt.mend {
				t.Errorf("findings %+v", doc.Findings)
			}
		})
	}
}

// No system waits for another: while one portal hangs, everything else that
// hangs on nothing is read.
func TestLookupReadsAtOnce(t *testing.T) {
	w := newWorld(t)
	partners := w.secondPortal()
	company := w.company(bamboohrtest.Options{}, bamboohrtest.Employee{FirstName: "Ada", WorkEmail: learner})
	patient, err := learnupon.New(learnupon.Config{
		URL: w.academy.URL, Username: w.academy.Username(), Password: w.academy.Password(), Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.deps.Portals[0] = patient
	w.academy.Fail(learnupontest.Fault{Route: "/users/search", Hang: true})
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.read(learner)
	}()
	calls := map[string]func() int{
		"invites of the same portal": func() int { return w.academy.Count("GET", "/group_invites") },
		"the other portal":           func() int { return partners.Count("GET", "/users/search") },
		"Salesforce":                 func() int { return w.org.Count("GET", "/query") },
		"BambooHR":                   func() int { return company.Count("GET", "/employees/{id}") },
	}
	for name, count := range calls {
		for deadline := time.Now().Add(30 * time.Second); count() == 0; {
			if time.Now().After(deadline) {
				t.Fatalf("%s waited for the portal that hangs", name)
			}
			time.Sleep(time.Millisecond)
		}
	}
	if n := w.academy.Count("GET", "/users/search"); n != 0 {
		t.Errorf("the portal did not hang any more (%d answers)", n)
	}
	w.academy.Heal()
	<-done
}
