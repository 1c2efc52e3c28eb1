package handlers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

const (
	eastern  = "Eastern Time (US & Canada)"
	mountain = "Mountain Time (US & Canada)"
)

// zoned is a learner of an institution in a zone, whom LearnUpon shows another.
func (w *world) zoned(email, institution, shown string, linked time.Time) (user int64) {
	user = w.academy.AddUser(learnupontest.User{Email: email, TimeZone: shown})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: email, AccountID: institution, LearnUponID: number(user), LastModified: linked})
	return user
}

func (w *world) institution(name, zone string) string {
	return w.org.AddAccount(salesforcetest.Account{Name: name, TimeZone: zone, GroupID: number(w.academy.AddGroup(name))})
}

// inDenver seeds a learner whom the Flow's else-branch took for Eastern.
func inDenver(linked time.Duration) func(*world) runbook.Values {
	return func(w *world) runbook.Values {
		w.zoned(learner, w.institution(hillcrest, "America/Denver"), eastern, w.now.Add(-linked))
		return runbook.Values{"email": learner}
	}
}

// everybodyInDenver seeds so many of them, more than one step sets.
func everybodyInDenver(n int) func(*world) runbook.Values {
	return func(w *world) runbook.Values {
		account := w.institution(hillcrest, "America/Denver")
		for i := range n {
			w.zoned(fmt.Sprintf("person%02d@x.edu", i), account, eastern, w.daysAgo(3))
		}
		w.zoned(learner, account, eastern, w.now) // the Flow has yet to come
		return runbook.Values{"email": "All"}
	}
}

func seesTime(zone string) func(*testing.T, *run) {
	return func(t *testing.T, r *run) {
		for _, u := range r.academy.Snapshot().Users {
			if u.TimeZone != zone {
				t.Errorf("%s sees %s", u.Email, u.TimeZone)
			}
		}
	}
}

// zoneOf is what LearnUpon shows the learner.
func (w *world) zoneOf(email string) string {
	u, _ := w.academy.Snapshot().User(email)
	return u.TimeZone
}

func TestSetTimeZonePlan(t *testing.T) {
	for name, tt := range map[string]struct {
		account, shown string
		linked         time.Duration
		refused        string
		nothing        bool
		waits          bool
		warns          string
	}{
		"wrong since the Flow":   {"America/Denver", eastern, 24 * time.Hour, "", false, false, "takes America/Denver for Eastern"},
		"somebody's choice":      {"America/Chicago", "London", 24 * time.Hour, "", false, false, ""},
		"right":                  {"America/Chicago", "Central Time (US & Canada)", 24 * time.Hour, "", true, false, ""},
		"the same by other name": {"America/Lima", "Quito", 24 * time.Hour, "", true, false, ""},
		"the Flow is under way":  {"America/Denver", eastern, 14 * time.Minute, "", false, true, ""},
		"the Flow is through":    {"America/Denver", eastern, 20 * time.Minute, "", false, false, ""},
		"a name that misleads":   {"America/Panama", eastern, 24 * time.Hour, "", false, false, "another country's name"},
		"no honest equivalent":   {"Pacific/Kiritimati", eastern, 24 * time.Hour, "14 hours ahead of UTC", false, false, ""},
		"the account has none":   {"", eastern, 24 * time.Hour, "Fill in the field Time Zone", false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.zoned(learner, w.institution(hillcrest, tt.account), tt.shown, w.now.Add(-tt.linked))
			p, err := w.plan("set-time-zone", runbook.Values{"email": learner})
			if tt.refused != "" {
				if !isRefusal(err) || !strings.Contains(err.Error(), tt.refused) {
					t.Fatalf("%v; want a refusal with %q", err, tt.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			waits := slices.ContainsFunc(p.Plan.Steps, func(s runbook.PlannedStep) bool { return s.Wait != nil })
			if (p.Plan.Nothing != "") != tt.nothing || waits != tt.waits {
				t.Errorf("nothing: %q, waits: %t", p.Plan.Nothing, waits)
			}
			if warned := strings.Join(p.Plan.Warnings, " "); !strings.Contains(warned, tt.warns) {
				t.Errorf("warnings %q; want %q", warned, tt.warns)
			}
		})
	}
}

func TestSetTimeZoneRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		seed  func(*world)
		typed runbook.Values
		says  string
	}{
		"nobody": {func(*world) {}, runbook.Values{"email": learner}, "no account with this address"},
		"no contact": {func(w *world) { w.academy.AddUser(learnupontest.User{Email: learner}) },
			runbook.Values{"email": learner}, "no contact of this person that belongs to an account"},
		"one person and an account": {func(*world) {}, runbook.Values{"email": learner, "account": hillcrest}, "goes with the word all"},
		"the sync is under way": {func(w *world) {
			w.academy.AddUser(learnupontest.User{Email: learner, TimeZone: eastern, CreatedAt: w.now.Add(-time.Minute)})
			w.org.AddContact(salesforcetest.Contact{LastName: "B", Email: learner, AccountID: w.institution(hillcrest, "America/Denver"), Create: true})
		}, runbook.Values{"email": learner}, "again after 12:19 UTC"},
		"no institutions": {func(*world) {}, runbook.Values{"email": "all"}, "nobody's institution"},
		"an unknown one":  {func(*world) {}, runbook.Values{"email": "all", "account": "Nowhere"}, "no account whose name contains"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.seed(w)
			if _, err := w.plan("set-time-zone", tt.typed); !isRefusal(err) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v; want %q", err, tt.says)
			}
		})
	}
}

// The Flow comes while the run waits, and the run has the last word. What the
// Flow sets is expected; what a person sets meanwhile is not overwritten.
func TestSetTimeZoneAfterTheFlow(t *testing.T) {
	for name, tt := range map[string]struct {
		meanwhile string
		want      engine.Status
		shown     string
	}{
		"the Flow":            {eastern, engine.Succeeded, mountain},
		"the person":          {"London", engine.NeedsReview, "London"},
		"somebody did it all": {mountain, engine.Succeeded, mountain},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			user := w.zoned(learner, w.institution(hillcrest, "America/Denver"), "Hawaii", w.now)
			store := engine.NewMemory(w.clock)
			e := w.saving("one", store)
			r := started(t, e, "SAM", "set-time-zone", runbook.Values{"email": learner})
			_ = e.Visit(t.Context(), r.ID)
			if r, _ := store.Run(t.Context(), r.ID); r.Status != engine.WaitingOnSystem || w.zoneOf(learner) != "Hawaii" {
				t.Fatalf("%s, and LearnUpon shows %s", r.Status, w.zoneOf(learner))
			}
			w.later(15 * time.Minute)
			if _, err := w.deps.Portals[0].UpdateUser(t.Context(), learnupon.ID(user), learnupon.UserUpdate{TimeZone: &tt.meanwhile}); err != nil {
				t.Fatal(err)
			}
			r = w.visit(e, store, r.ID, func() bool { return false })
			if r.Status != tt.want || w.zoneOf(learner) != tt.shown {
				t.Errorf("%s (%s), and LearnUpon shows %s", r.Status, r.Why, w.zoneOf(learner))
			}
			if w.now.Sub(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)) < 20*time.Minute {
				t.Error("it did not wait until the Flow is through")
			}
		})
	}
}

// Every account of the person is set, and the plan names the portal of each.
func TestSetTimeZoneInEveryPortal(t *testing.T) {
	w := newWorld(t)
	inDenver(24 * time.Hour)(w)
	partners := w.secondPortal()
	partners.AddUser(learnupontest.User{Email: learner, TimeZone: "London"})
	p := w.mustPlan("set-time-zone", runbook.Values{"email": learner})
	if len(p.Plan.Steps) != 2 {
		t.Fatalf("%d steps", len(p.Plan.Steps))
	}
	for _, s := range p.Plan.Steps {
		if c := s.Changes[0]; c.To != mountain || strings.Contains(c.Record, "partners") != (c.From == "London") {
			t.Errorf("change %+v", c)
		}
	}
}
