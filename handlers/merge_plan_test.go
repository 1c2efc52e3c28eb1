package handlers_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

func (w *world) twoAccounts(keep, dup learnupontest.User) (int64, int64) {
	keep.Email, dup.Email = learner, duplicate
	return w.academy.AddUser(keep), w.academy.AddUser(dup)
}

func TestMergeRefuses(t *testing.T) {
	type user = learnupontest.User
	two := func(keep, dup user) func(*world) runbook.Values {
		return func(w *world) runbook.Values {
			w.twoAccounts(keep, dup)
			return merging("delete")
		}
	}
	tests := []struct {
		name string
		seed func(*world) runbook.Values
		text string
	}{
		{"unknown address", func(w *world) runbook.Values {
			w.academy.AddUser(user{Email: learner})
			return merging("delete")
		}, "no account with the address in “Duplicate”"},
		{"unknown number", func(w *world) runbook.Values {
			w.academy.AddUser(user{Email: learner})
			return runbook.Values{"keep": "77", "duplicate": learner, "afterwards": "deactivate"}
		}, "no user 77 (“Keep”)"},
		{"one address twice", func(w *world) runbook.Values {
			w.academy.AddUser(user{Email: learner})
			return runbook.Values{"keep": learner, "duplicate": strings.ToUpper(learner), "afterwards": "delete"}
		}, "the same account"},
		{"address and number of one account", func(w *world) runbook.Values {
			id := w.academy.AddUser(user{Email: learner})
			return runbook.Values{"keep": learner, "duplicate": number(id), "afterwards": "delete"}
		}, "the same account"},
		{"keep an admin", two(user{Type: "admin"}, user{}), "One of the two is an admin"},
		{"an admin is the duplicate", two(user{}, user{Type: "admin"}), "One of the two is an admin"},
		{"keep a deactivated one", two(user{Disabled: true}, user{}), "Reactivate it first"},
		{"different portals", func(w *world) runbook.Values {
			w.academy.AddUser(user{Email: learner})
			w.secondPortal().AddUser(user{Email: duplicate})
			return merging("delete")
		}, "(Keep: LearnUpon; Duplicate: LearnUpon (partners))"},
		{"an admin elsewhere", func(w *world) runbook.Values {
			w.twoAccounts(user{}, user{})
			w.secondPortal().AddUser(user{Email: duplicate, Type: "admin"})
			return merging("delete")
		}, "an admin in LearnUpon (partners)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.plan("merge-users", tt.seed(w))
			if err == nil || !isRefusal(err) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%v; want a refusal with %q", err, tt.text)
			}
		})
	}
}

// A portal that cannot be read is no refusal, so that an approved run waits for
// it; the sentence says what it means for a deletion.
func TestMergeNeedsEveryPortal(t *testing.T) {
	for after, says := range map[string]bool{"delete": true, "deactivate": false} {
		w := newWorld(t)
		w.twoAccounts(learnupontest.User{}, learnupontest.User{})
		w.secondPortal().Fail(learnupontest.Fault{Status: 503})
		_, err := w.plan("merge-users", merging(after))
		text, ok := runbook.PublicText(err)
		if err == nil || isRefusal(err) || !ok || strings.Contains(text, "Nothing is deleted while one cannot be read.") != says {
			t.Errorf("%s: %v: %s", after, err, text)
		}
	}
}

func TestMergeFields(t *testing.T) {
	w := newWorld(t)
	for field, bad := range map[string]string{"keep": "Ada", "duplicate": "0", "afterwards": "burn", "awards": "maybe", "leave-out": "12 Basics"} {
		typed := merging("delete")
		typed[field] = bad
		_, err := w.plan("merge-users", typed)
		if wrong, ok := errors.AsType[runbook.FieldErrors](err); !ok || len(wrong) != 1 || wrong[field] == "" {
			t.Errorf("%s = %q: %v", field, bad, err)
		}
	}
}

// Who approves, and what comes first, depends on whether anything is deleted.
func TestMergeApproval(t *testing.T) {
	w := newWorld(t)
	w.twoAccounts(learnupontest.User{}, learnupontest.User{})
	kept, gone := w.mustPlan("merge-users", merging("deactivate")).Plan, w.mustPlan("merge-users", merging("delete")).Plan
	if kept.Approval.Needed != 1 || kept.Irreversible || kept.Approval.Delay != 0 || kept.Lead != "" {
		t.Errorf("deactivating: %+v, %q", kept.Approval, kept.Lead)
	}
	if a := gone.Approval; a.Needed != 2 || a.Floor != 1 || a.Delay != 10*time.Minute || !gone.Irreversible || !strings.HasPrefix(gone.Lead, "This cannot be undone") {
		t.Errorf("deleting: %+v, %q", a, gone.Lead)
	}
	if !slices.Equal(gone.Beneficiaries, []string{learner, duplicate}) || len(gone.Locks) != 2 {
		t.Errorf("%v gain, %v locked", gone.Beneficiaries, gone.Locks)
	}
}

// A duplicate that is deactivated, and has nothing the other lacks, is done
// with.
func TestMergeWithNothingToDo(t *testing.T) {
	w := newWorld(t)
	w.twoAccounts(learnupontest.User{}, learnupontest.User{Disabled: true})
	if p := w.mustPlan("merge-users", merging("deactivate")).Plan; p.Nothing == "" || len(p.Steps) != 0 {
		t.Errorf("%q, %d steps", p.Nothing, len(p.Steps))
	}
	if p := w.mustPlan("merge-users", merging("delete")).Plan; p.Nothing != "" {
		t.Errorf("deleting it: %q", p.Nothing)
	}
}

// The plan argues where the other account looks like the one to keep. What it
// argues with does not make an approval stale.
func TestMergeArgues(t *testing.T) {
	type user = learnupontest.User
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		keep, dup user
		want      string
	}{
		"equal":                 {user{}, user{}, ""},
		"kept is in use":        {user{LastSignInAt: now}, user{}, ""},
		"duplicate is in use":   {user{LastSignInAt: now.AddDate(-1, 0, 0)}, user{LastSignInAt: now}, "signed in to last"},
		"duplicate is linked":   {user{LastSignInAt: now}, user{SFContactID: "003"}, "linked to Salesforce"},
		"kept is linked":        {user{SFContactID: "003"}, user{LastSignInAt: now}, ""},
		"duplicate deactivated": {user{}, user{LastSignInAt: now, Disabled: true}, ""},
	} {
		w := newWorld(t)
		w.twoAccounts(tt.keep, tt.dup)
		p := w.mustPlan("merge-users", merging("deactivate")).Plan
		i := slices.IndexFunc(p.Facts, func(f runbook.Fact) bool { return f.Label == "Which to keep" })
		switch {
		case tt.want == "" && (i >= 0 || len(p.Suggest) != 0):
			t.Errorf("%s: %v, %v", name, p.Facts, p.Suggest)
		case tt.want != "" && (i < 0 || !strings.Contains(p.Facts[i].Value, tt.want) || p.Suggest[0].Values["keep"] != duplicate):
			t.Errorf("%s: %v, %v", name, p.Facts, p.Suggest)
		}
	}
}

// A user has one type: where neither can do all that the other can, a person
// chooses, and the rest is lost.
func TestMergeOfInstructorAndManager(t *testing.T) {
	w := newWorld(t)
	_, dup := w.twoAccounts(learnupontest.User{Type: "instructor"}, learnupontest.User{Type: "manager"})
	w.academy.AddRights(w.academy.AddGroup("East"), dup)
	typed := merging("deactivate")
	_, err := w.plan("merge-users", typed)
	choose, ok := errors.AsType[*runbook.Choose](err)
	if !ok || choose.Field != "user-type" || len(choose.Options) != 2 {
		t.Fatal(err)
	}
	for role, losses := range map[string]int{"manager": 1, "instructor": 2} {
		typed["user-type"] = role
		p := w.mustPlan("merge-users", typed)
		if len(p.Plan.Losses) != losses {
			t.Errorf("%s: losses %q", role, p.Plan.Losses)
		}
	}
	typed["user-type"] = "manager"
	if err := w.newRun(nil, nil).apply("merge-users", w.mustPlan("merge-users", typed)); err != nil {
		t.Fatal(err)
	}
	if u, _ := w.academy.Snapshot().User(learner); u.Type != "manager" || !slices.Equal(u.Manages, []string{"East"}) {
		t.Errorf("%+v", u)
	}
}

// What hangs on the duplicate and cannot be carried is named, thing by thing.
func TestMergeNamesEveryLoss(t *testing.T) {
	w := newWorld(t)
	keep, dup := w.twoAccounts(
		learnupontest.User{Type: "manager", CustomData: map[string]string{"Region": "West", "Department": "Sales"}},
		learnupontest.User{Type: "manager", CustomData: map[string]string{"Region": "East", "Department": "Sales"}, Badges: 2, CreatedAt: w.daysAgo(800), SFContactID: "003A"})
	w.academy.AddPath(learnupontest.Path{UserID: dup, Name: "Onboarding", Status: "completed"})
	east := w.academy.AddGroup("East")
	w.academy.AddRights(east, keep)
	w.academy.AddUserCreator(east, dup)
	got := w.mustPlan("merge-users", merging("deactivate")).Plan
	want := []string{
		"The right to create users in “group " + number(east) + "”; the kept account manages the group without it.",
		"The learning path “Onboarding”, completed: its courses are carried over, its own record is not.",
		"Custom user data “Region”: “East”; the kept account has “West”.",
		"2 badges and 0 points of the duplicate.",
		"Course history older than two years that LearnUpon has archived in LearnUpon: no API shows it, so what there is stays with the duplicate.",
	}
	if !slices.Equal(got.Losses, want) {
		t.Errorf("losses:\n%s", strings.Join(got.Losses, "\n"))
	}
	if !slices.ContainsFunc(got.Warnings, func(s string) bool { return strings.Contains(s, "003A") }) {
		t.Errorf("warnings: %q", got.Warnings)
	}
}

// The Premier team is asked about the courses of the configured names only.
func TestMergeAsksAboutPremierCourses(t *testing.T) {
	for pattern, want := range map[string]bool{"": true, "(?i)gold": false, "Live$": true} {
		w := newWorld(t)
		_, dup := w.twoAccounts(learnupontest.User{}, learnupontest.User{})
		w.academy.AddEnrollment(learnupontest.Enrollment{UserID: dup, CourseID: w.course("PREMIER: Live")})
		w.premier(pattern)
		p := w.mustPlan("merge-users", merging("deactivate")).Plan
		asked := slices.ContainsFunc(p.Steps, func(s runbook.PlannedStep) bool { return s.ID == "premier-main" && s.Ask != nil })
		if asked != want {
			t.Errorf("%q: asked %t", pattern, asked)
		}
	}
}

// Which contact is pointed at the survivor, if any.
func TestMergeFindsTheContact(t *testing.T) {
	point := func(w *world, user int64) string {
		return w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, LearnUponID: number(user)})
	}
	tests := map[string]struct {
		seed func(w *world, keep, dup int64)
		step bool
		warn string
	}{
		"points at the duplicate": {func(w *world, _, dup int64) { point(w, dup) }, true, ""},
		"points at the kept":      {func(w *world, keep, _ int64) { point(w, keep) }, false, ""},
		"none":                    {func(*world, int64, int64) {}, false, ""},
		"one at each":             {func(w *world, keep, dup int64) { point(w, keep); point(w, dup) }, false, "merge the contacts in Salesforce first"},
		"two at the duplicate":    {func(w *world, _, dup int64) { point(w, dup); point(w, dup) }, false, "2 Salesforce contacts point at the duplicate"},
		"the field is hidden":     {func(w *world, _, dup int64) { w.org.Hide("Contact", "LU User ID") }, false, "by hand"},
		"not configured":          {func(w *world, _, _ int64) { w.deps.Salesforce = nil }, false, "Salesforce is not configured"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			keep, dup := w.twoAccounts(learnupontest.User{}, learnupontest.User{})
			tt.seed(w, keep, dup)
			p := w.mustPlan("merge-users", merging("deactivate")).Plan
			is := slices.ContainsFunc(p.Steps, func(s runbook.PlannedStep) bool { return s.ID == "contact" })
			if warned := strings.Join(p.Warnings, " "); is != tt.step || tt.warn == "" && warned != "" || !strings.Contains(warned, tt.warn) {
				t.Errorf("step: %t, warnings: %q", is, p.Warnings)
			}
		})
	}
}

// Merging is offered without Salesforce.
func TestMergeWithoutSalesforceIsOffered(t *testing.T) {
	w := newWorld(t)
	w.deps.Salesforce = nil
	catalog, err := handlers.Catalog(w.deps)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := catalog.Named("merge-users"); !ok {
		t.Error("it is not in the catalog")
	}
}
