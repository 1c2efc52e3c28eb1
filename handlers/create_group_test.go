package handlers_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

func TestCreateGroupPlan(t *testing.T) {
	account := func(w *world, name, group string) string {
		return w.org.AddAccount(salesforcetest.Account{Name: name, GroupID: group})
	}
	tests := []struct {
		name    string
		seed    func(*world) (typed string)
		steps   []string
		warns   string
		nothing string
		refused string
	}{
		{name: "by name", seed: func(w *world) string { account(w, hillcrest, ""); return "  hillcrest UNIVERSITY " }, steps: []string{"group", "link"}},
		{name: "by a part of the name", seed: func(w *world) string { account(w, hillcrest, ""); return "crest" }, steps: []string{"group", "link"}},
		{name: "by id of 18 characters", seed: func(w *world) string { return account(w, hillcrest, "") }, steps: []string{"group", "link"}},
		{name: "by id of 15 characters", seed: func(w *world) string { return account(w, hillcrest, "")[:15] }, steps: []string{"group", "link"}},
		{name: "a name of 15 letters", seed: func(w *world) string { account(w, "RiversideSchool", ""); return "RiversideSchool" }, steps: []string{"group", "link"}},
		{name: "the very name before longer ones", seed: func(w *world) string {
			account(w, hillcrest+" Alumni", "")
			account(w, hillcrest, "")
			return hillcrest
		}, steps: []string{"group", "link"}},
		{name: "no such name", seed: func(*world) string { return "Nowhere" }, refused: "no account whose name contains “Nowhere”"},
		{name: "no such id", seed: func(*world) string { return "001000000000001AAA" }, refused: "no account with the id"},
		{name: "too many", seed: func(w *world) string {
			for i := range 30 {
				account(w, fmt.Sprintf("College %d", i), "")
			}
			return "College"
		}, refused: "Type more of the name"},
		{name: "a group of the title is there", seed: func(w *world) string {
			w.academy.AddGroup("HILLCREST university")
			account(w, hillcrest, "")
			return hillcrest
		}, steps: []string{"link"}},
		{name: "all is right", seed: func(w *world) string {
			account(w, hillcrest, fmt.Sprint(w.academy.AddGroup(hillcrest)))
			return hillcrest
		}, nothing: "has its group already"},
		{name: "the account names a group that is gone", seed: func(w *world) string { account(w, hillcrest, "4711"); return hillcrest },
			steps: []string{"group", "link"}, warns: "names the group 4711, which LearnUpon does not have"},
		{name: "the account names no number", seed: func(w *world) string { account(w, hillcrest, "tbd"); return hillcrest },
			steps: []string{"group", "link"}, warns: "names the group tbd"},
		{name: "the account names another group", seed: func(w *world) string {
			account(w, hillcrest, fmt.Sprint(w.academy.AddGroup("Hilltop")))
			w.academy.AddGroup(hillcrest)
			return hillcrest
		}, steps: []string{"link"}, warns: "called “Hilltop”; who is in that stays in it"},
		{name: "the account was renamed", seed: func(w *world) string {
			account(w, hillcrest, fmt.Sprint(w.academy.AddGroup("Hilltop")))
			return hillcrest
		}, refused: "rename the group in LearnUpon"},
		{name: "another account has the group", seed: func(w *world) string {
			account(w, "Hillcrest Univ. (old)", fmt.Sprint(w.academy.AddGroup(hillcrest)))
			account(w, hillcrest, "")
			return hillcrest
		}, steps: []string{"link"}, warns: "(Hillcrest Univ. (old)) names the same group"},
		{name: "the field cannot be edited", seed: func(w *world) string {
			account(w, hillcrest, "")
			w.org.Protect("Account", "LearnUpon Group ID")
			return hillcrest
		}, refused: "does not let Registrar's user edit the field LearnUpon Group ID"},
		{name: "people wait for their LearnUpon account", seed: func(w *world) string {
			w.org.AddContact(salesforcetest.Contact{LastName: "P", Create: true, AccountID: account(w, hillcrest, "")})
			return hillcrest
		}, steps: []string{"group", "link"}, warns: "without an account there: 1 contact"},
		{name: "LU User ID leads to somebody else", seed: func(w *world) string {
			other := w.academy.AddUser(learnupontest.User{Email: "other@x.edu"})
			w.org.AddContact(salesforcetest.Contact{LastName: "P", Email: "p@x.edu", LearnUponID: fmt.Sprint(other), AccountID: account(w, hillcrest, "")})
			return hillcrest
		}, steps: []string{"group", "link"}, warns: "Not added: 1 contact"},
		{name: "LU User ID is hidden", seed: func(w *world) string {
			w.seedWaiting(2)
			w.org.Hide("Contact", "LU User ID")
			return hillcrest
		}, steps: []string{"group", "link"}, warns: "nobody knows who waited"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			p, err := w.plan("create-group", runbook.Values{"account": tt.seed(w)})
			if tt.refused != "" {
				checkRefusal(t, err, tt.refused)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.nothing != "" {
				checkNothing(t, p.Plan, tt.nothing)
				return
			}
			var steps []string
			for _, s := range p.Plan.Steps {
				steps = append(steps, s.ID)
			}
			if strings.Join(steps, " ") != strings.Join(tt.steps, " ") || p.Plan.Approval.Needed != 1 {
				t.Errorf("steps %v; want %v; approval %+v", steps, tt.steps, p.Plan.Approval)
			}
			if got := strings.Join(p.Plan.Warnings, "\n"); !strings.Contains(got, tt.warns) {
				t.Errorf("warnings %q; want %q", got, tt.warns)
			}
		})
	}
}

func TestCreateGroupFieldHidden(t *testing.T) {
	w := newWorld(t)
	w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	w.org.Hide("Account", "LearnUpon Group ID")
	_, err := w.plan("create-group", runbook.Values{"account": hillcrest})
	if text, ok := runbook.PublicText(err); !ok || !strings.Contains(text, "LearnUpon Group ID") {
		t.Errorf("%v; want a sentence about the field", err)
	}
}

// Two accounts of one name: what tells them apart is shown, and it is asked
// which is meant.
func TestCreateGroupChoosesAnAccount(t *testing.T) {
	w := newWorld(t)
	owner := w.org.AddUser(salesforcetest.User{FirstName: "Olga", LastName: "Owner", Email: "olga@institute.example"})
	w.org.AddAccount(salesforcetest.Account{Name: hillcrest, City: "Boston", Website: "hillcrest.example", OwnerID: owner})
	second := w.org.AddAccount(salesforcetest.Account{Name: hillcrest, City: "Berlin"})
	_, err := w.plan("create-group", runbook.Values{"account": hillcrest})
	ask, _ := errors.AsType[*runbook.Choose](err)
	checkChoice(t, ask, err, []string{"Boston, hillcrest.example, Olga Owner", "Berlin, " + second})
	p := w.mustPlan("create-group", runbook.Values{"account": hillcrest, "which": second})
	if p.Plan.Accounts[0] != second {
		t.Errorf("account %v; want %s", p.Plan.Accounts, second)
	}
}

func TestCreateGroupAddsWhoWaited(t *testing.T) {
	w := newWorld(t)
	w.seedWaiting(3)
	_, err := w.plan("create-group", runbook.Values{"account": hillcrest})
	ask, _ := errors.AsType[*runbook.Choose](err)
	checkChoice(t, ask, err, []string{"Yes", "No"})
	if !strings.Contains(ask.Text, "3 contacts") {
		t.Errorf("asked: %s", ask.Text)
	}
	typed := runbook.Values{"account": hillcrest, "add": "no"}
	if err := w.newRun(typed, nil).apply("create-group", w.mustPlan("create-group", typed)); err != nil {
		t.Fatal(err)
	}
	typed["add"] = "yes" // run again later: the group is there, and only the people are missing
	p := w.mustPlan("create-group", typed)
	if len(p.Plan.Steps) != 3 || len(p.Plan.Beneficiaries) != 3 {
		t.Fatalf("%d steps, %d gain; want 3", len(p.Plan.Steps), len(p.Plan.Beneficiaries))
	}
	r := w.newRun(typed, nil)
	if err := r.apply("create-group", p); err != nil {
		t.Fatal(err)
	}
	hasGroup(3)(t, r)
	checkNothing(t, w.mustPlan("create-group", runbook.Values{"account": hillcrest}).Plan, "has its group already")
}

// Names that mean something to a query, a filter, Slack or a terminal arrive
// as they are.
func TestCreateGroupOfAnyName(t *testing.T) {
	for _, name := range []string{
		`O'Brien\`, `%_`, `100% "Real" \' OR Name LIKE '%`, "<!channel> & <@U1>", "جامعة القاهرة", "学院\u00a0一", strings.Repeat("ä", 255), "*", "a\\nb",
	} {
		w := newWorld(t)
		w.org.AddAccount(salesforcetest.Account{Name: "Some " + string([]rune(name)[:1]) + " other"})
		w.org.AddAccount(salesforcetest.Account{Name: name})
		w.academy.AddGroup("Some other")
		typed := runbook.Values{"account": name}
		p, err := w.plan("create-group", typed)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := w.newRun(typed, nil).apply("create-group", p); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		groups := w.academy.Snapshot().Groups
		a, _ := w.org.Snapshot().Account(name)
		if len(groups) != 2 || groups[1].Title != strings.TrimSpace(name) || a.GroupID != fmt.Sprint(groups[1].ID) {
			t.Errorf("%s: groups %+v, account %+v", name, groups, a)
		}
	}
	w := newWorld(t)
	id := w.org.AddAccount(salesforcetest.Account{Name: strings.Repeat("x", 300)})
	_, err := w.plan("create-group", runbook.Values{"account": id})
	checkRefusal(t, err, "has 300 characters")
}

// Whatever the fields are called, and whether the number is kept as text or as
// a number.
func TestCreateGroupInAnyOrg(t *testing.T) {
	for seed := range uint64(5) {
		w := newWorld(t)
		if seed%2 == 0 {
			w.org.NumberField("Account", "LearnUpon Group ID")
			w.org.NumberField("Contact", "LU User ID")
		}
		w.org.RandomNames(seed)
		w.seedWaiting(1)
		typed := runbook.Values{"account": hillcrest, "add": "yes"}
		r := w.newRun(typed, nil)
		if err := r.apply("create-group", w.mustPlan("create-group", typed)); err != nil {
			t.Fatal(err)
		}
		hasGroup(1)(t, r)
	}
}

func TestCreateGroupChangedMeanwhile(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(*world, string)
		field   string
	}{
		"renamed":         {func(w *world, id string) { w.org.Edit(id, "Account Name", "Hilltop") }, "Account Name"},
		"another group":   {func(w *world, id string) { w.org.Edit(id, "LearnUpon Group ID", "77") }, "LearnUpon Group ID"},
		"deleted":         {func(w *world, id string) { w.org.Delete(id) }, "Account"},
		"saved meanwhile": {func(w *world, _ string) { w.org.Fail(salesforcetest.Fault{Method: "PATCH", Status: 412}) }, "Last change"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
			p := w.mustPlan("create-group", runbook.Values{"account": hillcrest})
			tt.happens(w, id)
			err := w.newRun(nil, nil).apply("create-group", p)
			if mismatch, ok := errors.AsType[*runbook.Mismatch](err); !ok || mismatch.Field != tt.field {
				t.Errorf("%v; want a mismatch of %s", err, tt.field)
			}
		})
	}
}

// The group is there and cannot be written to the account: the record says what
// is left for whom.
func TestCreateGroupRefused(t *testing.T) {
	w := newWorld(t)
	w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	p := w.mustPlan("create-group", runbook.Values{"account": hillcrest})
	w.academy.Fail(learnupontest.Fault{Method: "POST", Route: "/groups", Status: 400, Times: 1})
	checkRefusal(t, w.newRun(nil, nil).apply("create-group", p), "The title may be too long")
	w.org.Forbid("Account", "LearnUpon Group ID", "not today")
	checkRefusal(t, w.newRun(nil, nil).apply("create-group", p), "whoever may edit the account has to enter the number")
}

// The answer to the making of the group is lost: it is found, not made again.
func TestCreateGroupAnswerLost(t *testing.T) {
	w := newWorld(t)
	w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	p := w.mustPlan("create-group", runbook.Values{"account": hillcrest})
	w.academy.Fail(learnupontest.Fault{Method: "POST", Route: "/groups", Status: 502, Apply: true, Times: 1})
	r := w.newRun(nil, nil)
	err := r.apply("create-group", p)
	if unsure, ok := errors.AsType[interface {
		error
		Unsure() bool
	}](err); !ok || !unsure.Unsure() {
		t.Fatalf("%v; want an unsure error", err)
	}
	w.later(time.Minute)
	if err := r.apply("create-group", p); err != nil {
		t.Fatal(err)
	}
	hasGroup(0)(t, r)
	if n := w.academy.Count("POST", "/groups"); n != 1 {
		t.Errorf("%d groups were asked for", n)
	}
}

// Somebody else makes the group in the moment after it was looked for.
func TestCreateGroupTitleTakenMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	p := w.mustPlan("create-group", runbook.Values{"account": hillcrest})
	w.academy.AddGroup(hillcrest)
	w.academy.Fail(learnupontest.Fault{Method: "GET", Route: "/groups", Status: 200, Body: `{"groups":[]}`, Times: 2})
	r := w.newRun(nil, nil)
	if err := r.apply("create-group", p); err != nil {
		t.Fatal(err)
	}
	hasGroup(0)(t, r)
}
