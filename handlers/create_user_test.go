package handlers_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// newLearner is what is typed for somebody nobody knows yet.
func newLearner(more runbook.Values) runbook.Values {
	typed := runbook.Values{"first-name": "Ada", "last-name": "Byron", "email": learner, "account": hillcrest}
	for name, value := range more {
		typed[name] = value
	}
	return typed
}

// seedInstitution is an account with its group, and the package at work.
func (w *world) seedInstitution() (account string) {
	w.withPackage()
	w.academy.AddGroup(targetX)
	return w.org.AddAccount(salesforcetest.Account{
		Name: hillcrest, TimeZone: "America/Chicago", GroupID: strconv.FormatInt(w.academy.AddGroup(hillcrest), 10),
	})
}

func seedNewcomer(more runbook.Values) func(*world) runbook.Values {
	return func(w *world) runbook.Values {
		w.seedInstitution()
		return newLearner(more)
	}
}

// isMade: one contact, tied to one account of that type in both groups.
func isMade(role string, customer bool) func(*testing.T, *run) {
	return func(t *testing.T, r *run) {
		t.Helper()
		u, there := r.academy.Snapshot().User(learner)
		if !there || u.Type != role || !slices.Contains(u.Groups, hillcrest) || !slices.Contains(u.Groups, targetX) {
			t.Fatalf("account: %+v; want a %s in both groups", u, role)
		}
		shot := r.org.Snapshot()
		if n := len(shot.Contacts); n != 1 {
			t.Fatalf("%d contacts", n)
		}
		c := shot.Contacts[0]
		if c.FirstName != "Ada" || c.LastName != "Byron" || !c.Create || c.LearnUponID != strconv.FormatInt(u.ID, 10) || c.CreateAsManager != (role == "manager") {
			t.Errorf("contact: %+v", c)
		}
		var logins []salesforcetest.User
		for _, l := range shot.Users {
			if l.ContactID == c.ID {
				logins = append(logins, l)
			}
		}
		switch {
		case !customer && len(logins) > 0, customer && len(logins) != 1:
			t.Errorf("customer users: %+v", logins)
		case customer && (logins[0].Email != learner || logins[0].Profile != "Customer Community User" || logins[0].TimeZone != "America/Chicago"):
			t.Errorf("customer user: %+v", logins[0])
		}
	}
}

func TestCreateUserPlan(t *testing.T) {
	tests := []struct {
		name      string
		seed      func(*world)
		typed     runbook.Values
		steps     string
		approvals int
		warns     string
		refused   string
		suggests  string
	}{
		{name: "learner", steps: "contact answered made groups"},
		{name: "manager", typed: runbook.Values{"as-manager": "yes"}, steps: "contact answered made manager promoted groups", approvals: 1, warns: "run Add manager"},
		{name: "customer user", typed: runbook.Values{"customer-user": "yes"}, steps: "contact answered made customer-user groups", approvals: 1, warns: "can never be deleted"},
		{name: "account without group", seed: func(w *world) { w.org.AddAccount(salesforcetest.Account{Name: "Riverside"}) },
			typed: runbook.Values{"account": "Riverside"}, refused: "has no LearnUpon Group ID", suggests: "create-group"},
		{name: "the account's group is gone", seed: func(w *world) { w.org.AddAccount(salesforcetest.Account{Name: "Riverside", GroupID: "4711"}) },
			typed: runbook.Values{"account": "Riverside"}, refused: "names the group 4711", suggests: "create-group"},
		{name: "no such account", typed: runbook.Values{"account": "Nowhere"}, refused: "no account whose name contains"},
		{name: "in Salesforce already", seed: func(w *world) { w.org.AddContact(byron) }, refused: "has the contact", suggests: "fix-sync"},
		{name: "in LearnUpon already", seed: func(w *world) { w.academy.AddUser(learnupontest.User{Email: learner}) }, refused: "has the account", suggests: "fix-sync"},
		{name: "merged away in Salesforce", seed: func(w *world) {
			w.org.Merge(w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "kept@x.edu"}), w.org.AddContact(byron))
		}, refused: "has the contact", suggests: "fix-sync"},
		{name: "in another portal", seed: func(w *world) { w.secondPortal().AddUser(learnupontest.User{Email: learner}) },
			steps: "contact answered made groups", warns: "LearnUpon (partners) has an account"},
		{name: "invited", seed: func(w *world) {
			w.academy.AddInvite(learnupontest.Invite{Email: learner, GroupID: w.academy.AddGroup("Admissions"), CreatedAt: w.daysAgo(2)})
		}, steps: "contact answered made groups", warns: "has not accepted"},
		{name: "the box cannot be seen", seed: func(w *world) { w.org.Hide("Contact", "Create in LearnUpon") }, refused: "Create in LearnUpon"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.seedInstitution()
			if tt.seed != nil {
				tt.seed(w)
			}
			p, err := w.plan("create-user", newLearner(tt.typed))
			if tt.refused != "" {
				if text, ok := runbook.PublicText(err); !ok || !strings.Contains(text, tt.refused) {
					t.Errorf("%v; want a refusal with %q", err, tt.refused)
				}
				refusal, _ := errors.AsType[*runbook.UserError](err)
				if tt.suggests != "" && (refusal == nil || refusal.Suggest == nil || refusal.Suggest.Action != tt.suggests) {
					t.Errorf("%+v; want %s suggested", refusal, tt.suggests)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := stepsOf(p.Plan); got != tt.steps || p.Plan.Approval.Needed != tt.approvals {
				t.Errorf("steps %s, %d approvals; want %s, %d", got, p.Plan.Approval.Needed, tt.steps, tt.approvals)
			}
			if said := strings.Join(p.Plan.Warnings, "\n"); !strings.Contains(said, tt.warns) {
				t.Errorf("warnings %q; want %q", said, tt.warns)
			}
		})
	}
}

func TestCreateUserWithoutSeats(t *testing.T) {
	w := newWorld(t)
	w.academy.Close()
	w.academy = learnupontest.New(learnupontest.Options{Now: w.clock, PerMinute: 10_000, Seats: 2})
	t.Cleanup(w.academy.Close)
	w.deps.Portals[0] = w.client("", w.academy)
	w.seedInstitution()
	w.academy.AddUser(learnupontest.User{Email: "one@x.edu"})
	p := w.mustPlan("create-user", newLearner(nil))
	if !slices.Contains(p.Plan.Facts, runbook.Fact{Label: "Seats", Value: "1 of 2 left"}) {
		t.Errorf("facts %+v", p.Plan.Facts)
	}
	w.academy.AddUser(learnupontest.User{Email: "two@x.edu"})
	_, err := w.plan("create-user", newLearner(nil))
	checkRefusal(t, err, "no seat left")
}

// Somebody of the same name is there: a person says whether it is the same one.
func TestCreateUserAlike(t *testing.T) {
	w := newWorld(t)
	account := w.seedInstitution()
	there := w.org.AddContact(salesforcetest.Contact{FirstName: "ADA", LastName: "Byron", Email: "ada@home.example", AccountID: account})
	_, err := w.plan("create-user", newLearner(nil))
	ask, _ := errors.AsType[*runbook.Choose](err)
	checkChoice(t, ask, err, []string{"Somebody else", "ada@home.example"})
	_, err = w.plan("create-user", newLearner(runbook.Values{"alike": there}))
	checkRefusal(t, err, "is the one to use")
	typed := newLearner(runbook.Values{"alike": "new"})
	if err := w.newRun(typed, nil).apply("create-user", w.mustPlan("create-user", typed)); err != nil {
		t.Fatal(err)
	}
	if n := len(w.org.Snapshot().Contacts); n != 2 {
		t.Errorf("%d contacts", n)
	}
}

func TestCreateUserChoosesAProfile(t *testing.T) {
	w := newWorld(t)
	w.seedInstitution()
	other := w.org.AddContact(salesforcetest.Contact{LastName: "Other"})
	w.org.AddUser(salesforcetest.User{Email: "other@x.edu", ContactID: other, Profile: "Customer Community Plus"})
	_, err := w.plan("create-user", newLearner(runbook.Values{"customer-user": "yes"}))
	ask, _ := errors.AsType[*runbook.Choose](err)
	if ask == nil || ask.Field != "profile" || len(ask.Options) < 2 {
		t.Fatalf("%v; want a choice of profiles", err)
	}
	p := w.mustPlan("create-user", newLearner(runbook.Values{"customer-user": "yes", "profile": ask.Options[0].Value}))
	if login := p.Plan.Steps[3]; login.Changes[1].To != ask.Options[0].Text {
		t.Errorf("%+v", login.Changes)
	}
}

// What comes between the plan and the contact, or instead of the account.
func TestCreateUserTrouble(t *testing.T) {
	t.Run("registered meanwhile", func(t *testing.T) {
		w := newWorld(t)
		w.seedInstitution()
		p := w.mustPlan("create-user", newLearner(nil))
		w.academy.AddUser(learnupontest.User{Email: learner})
		err := w.newRun(nil, nil).apply("create-user", p)
		if _, ok := errors.AsType[*runbook.Mismatch](err); !ok || len(w.org.Snapshot().Contacts) != 0 {
			t.Errorf("%v, %d contacts", err, len(w.org.Snapshot().Contacts))
		}
	})
	// Registrar cannot tell whether the rule is right: it says who can, and what
	// they have to do, after which the command finds what is left.
	t.Run("a rule takes the person for somebody in another account", func(t *testing.T) {
		w := newWorld(t)
		account := w.seedInstitution()
		w.org.AddContact(salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: "ada@home.example", AccountID: w.institution("Riverside", "")})
		w.org.RefuseDuplicates("Is it not she?", true)
		err := w.newRun(nil, nil).apply("create-user", w.mustPlan("create-user", newLearner(nil)))
		for _, part := range []string{"nothing was made", "the same person", "somebody else", "may save in spite of the rule", hillcrest, "run the command again"} {
			if !isRefusal(err) || !strings.Contains(err.Error(), part) {
				t.Errorf("%v; it does not say %q", err, part)
			}
		}
		made := w.org.AddContact(salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: learner, AccountID: account})
		w.org.Edit(made, "Create in LearnUpon", true)
		w.org.Sync()
		checkNothing(t, w.mustPlan("create-user", newLearner(nil)).Plan, "as they are to be")
	})
	t.Run("the package refuses", func(t *testing.T) {
		w := newWorld(t)
		w.seedInstitution()
		r := w.newRun(nil, nil)
		p := w.mustPlan("create-user", newLearner(nil))
		steps, err := w.action("create-user").Steps(p.Target)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.step(steps[0]); err != nil {
			t.Fatal(err)
		}
		w.academy.AddUser(learnupontest.User{Email: learner}) // registers at the wrong moment
		if err := r.step(steps[1]); err != nil {
			t.Fatal(err)
		}
		checkRefusal(t, r.step(steps[2]), "Email address already in use")
	})
}

func TestCreateUserNames(t *testing.T) {
	a := newWorld(t).action("create-user")
	for field, value := range map[string]string{
		"first-name": strings.Repeat("x", 41), "last-name": strings.Repeat("ä", 81), "as-manager": "perhaps", "email": "nobody",
	} {
		_, err := a.Decode(newLearner(runbook.Values{field: value}))
		if wrong, ok := errors.AsType[runbook.FieldErrors](err); !ok || wrong[field] == "" || len(wrong) != 1 {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// A second contact of the address, or one of another institution, appears while
// the run is under way: a person has to look, and nobody waits for nothing.
func TestCreateUserSecondContact(t *testing.T) {
	second := func(w *world) {
		w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: w.institution("Riverside", "")})
	}
	t.Run("before the contact is made", func(t *testing.T) {
		w := newWorld(t)
		w.seedInstitution()
		p := w.mustPlan("create-user", newLearner(nil))
		second(w)
		err := w.newRun(nil, nil).apply("create-user", p)
		if _, ok := errors.AsType[*runbook.Mismatch](err); !ok || len(w.org.Snapshot().Contacts) != 1 {
			t.Errorf("%v, %d contacts", err, len(w.org.Snapshot().Contacts))
		}
	})
	t.Run("before the account is made", func(t *testing.T) {
		w := newWorld(t)
		w.seedInstitution()
		store := engine.NewMemory(w.clock)
		e := w.saving("one", store)
		r := started(t, e, "SAM", "create-user", newLearner(nil))
		_ = e.Visit(t.Context(), r.ID)
		second(w)
		w.later(time.Minute)
		_ = e.Visit(t.Context(), r.ID)
		r, err := store.Run(t.Context(), r.ID)
		if err != nil || r.Status != engine.NeedsReview {
			t.Fatalf("%s: %s, %v", r.Status, r.Why, err)
		}
		if st := r.Steps[r.Current()]; st.ID != "answered" || !strings.Contains(st.Evidence, "Contacts with this address") {
			t.Errorf("step %s: %s", st.ID, st.Evidence)
		}
	})
}
