package handlers_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// Everybody who is shown another time than their institution's is listed, from
// and to, and nobody else.
func TestSetTimeZoneOfEverybody(t *testing.T) {
	w := newWorld(t)
	denver, chicago := w.institution("Denver College", "America/Denver"), w.institution("Chicago College", "America/Chicago")
	island, nowhere := w.institution("Island College", "Pacific/Kiritimati"), w.institution("No Zone College", "")
	ago := w.daysAgo(3)
	w.zoned("wrong@x.edu", denver, eastern, ago)
	w.zoned("right@x.edu", denver, mountain, ago)
	w.zoned("chosen@x.edu", chicago, "London", ago)
	w.zoned("island@x.edu", island, eastern, ago)
	w.zoned("nowhere@x.edu", nowhere, eastern, ago)
	w.org.AddContact(salesforcetest.Contact{LastName: "Twice", Email: "twice@x.edu", AccountID: denver, LearnUponID: number(w.zoned("twice@x.edu", denver, eastern, ago))})
	w.org.AddContact(salesforcetest.Contact{LastName: "Untied", Email: "untied@x.edu", AccountID: denver})
	w.academy.AddUser(learnupontest.User{Email: "untied@x.edu", TimeZone: eastern})
	off := w.academy.AddUser(learnupontest.User{Email: "off@x.edu", TimeZone: eastern, Disabled: true})
	w.org.AddContact(salesforcetest.Contact{LastName: "Off", AccountID: denver, LearnUponID: number(off)})

	for name, tt := range map[string]struct {
		account string
		want    []string
		left    int // accounts left out
	}{
		"the portal":   {"", []string{"wrong@x.edu", "chosen@x.edu", "twice@x.edu"}, 2},
		"one account":  {"Denver", []string{"wrong@x.edu", "twice@x.edu"}, 0},
		"a whole name": {"Chicago College", []string{"chosen@x.edu"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := w.mustPlan("set-time-zone", runbook.Values{"email": "all", "account": tt.account}).Plan
			var got []string
			for _, s := range p.Steps {
				for _, c := range s.Changes {
					_, email, _ := strings.Cut(c.Record, ", ")
					got = append(got, email)
					if c.From == c.To || c.From == "" || c.Field != "Time zone" {
						t.Errorf("change %+v", c)
					}
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("plans %v; want %v", got, tt.want)
			}
			left := slices.DeleteFunc(slices.Clone(p.Warnings), func(s string) bool { return !strings.HasPrefix(s, "Left out:") })
			if len(left) != tt.left {
				t.Errorf("left out: %q; want %d", left, tt.left)
			}
			if len(p.Losses) != 0 || len(p.Locks) != len(got) {
				t.Errorf("losses %q, %d locks", p.Losses, len(p.Locks))
			}
		})
	}
	if p := w.mustPlan("set-time-zone", runbook.Values{"email": "all", "account": "Island"}).Plan; !strings.Contains(p.Nothing, "14 hours") || len(p.Steps) != 0 {
		t.Errorf("nothing to do because: %q", p.Nothing)
	}
}

// A backfill reads people by the page and makes three calls for each it sets.
func TestSetTimeZoneOfEverybodyInFewCalls(t *testing.T) {
	w := newWorld(t)
	typed := everybodyInDenver(45)(w)
	for i := range 200 {
		w.zoned(fmt.Sprintf("right%03d@x.edu", i), w.institution(fmt.Sprintf("College %03d", i), "America/Denver"), mountain, w.daysAgo(3))
	}
	w.academy.ResetCalls()
	w.org.ResetCalls()
	p := w.mustPlan("set-time-zone", typed)
	if n := len(w.academy.Calls()); n != 1 { // people
		t.Errorf("planned with %d calls to LearnUpon", n)
	}
	if n := w.org.Count("GET", "/query"); n != 2 { // accounts, contacts
		t.Errorf("planned with %d queries to Salesforce", n)
	}
	w.academy.ResetCalls()
	r := w.newRun(typed, w.copiesLink)
	if err := r.apply("set-time-zone", p); err != nil {
		t.Fatal(err)
	}
	if n := len(w.academy.Calls()); n != 3*46 {
		t.Errorf("%d calls for 46 people", n)
	}
	if len(r.did) != 4 || len(r.waited) != 1 {
		t.Errorf("did %v, waited in %v", r.did, r.waited)
	}
	if again := w.mustPlan("set-time-zone", typed).Plan; again.Nothing == "" {
		t.Errorf("planned again: %+v", again.Steps)
	}
}

// One run sets as many as a person can look through, says that there are more,
// and the next one goes on.
func TestSetTimeZoneOfMoreThanOneRunSets(t *testing.T) {
	w := newWorld(t)
	account := w.institution(hillcrest, "America/Denver")
	for i := range 510 {
		w.zoned(fmt.Sprintf("person%03d@x.edu", i), account, eastern, w.daysAgo(3))
	}
	p := w.mustPlan("set-time-zone", runbook.Values{"email": "all"})
	if n := len(p.Plan.Locks); n != 500 || !strings.Contains(strings.Join(p.Plan.Warnings, " "), "more people to set") {
		t.Fatalf("%d people; %q", n, p.Plan.Warnings)
	}
	if err := w.newRun(nil, w.copiesLink).apply("set-time-zone", p); err != nil {
		t.Fatal(err)
	}
	if n := len(w.mustPlan("set-time-zone", runbook.Values{"email": "all"}).Plan.Locks); n != 10 {
		t.Errorf("%d are left; want 10", n)
	}
}

// Somebody's own choice stops the run at that person, after the others.
func TestSetTimeZoneLeavesAChoiceAlone(t *testing.T) {
	w := newWorld(t)
	typed := everybodyInDenver(3)(w)
	p := w.mustPlan("set-time-zone", typed)
	second, _ := w.academy.Snapshot().User("person01@x.edu")
	london := "London"
	if _, err := w.deps.Portals[0].UpdateUser(t.Context(), learnupon.ID(second.ID), learnupon.UserUpdate{TimeZone: &london}); err != nil {
		t.Fatal(err)
	}
	err := w.newRun(typed, w.copiesLink).apply("set-time-zone", p)
	if odd, ok := errors.AsType[*runbook.Mismatch](err); !ok || odd.Got != london || !strings.Contains(odd.Record, number(second.ID)) {
		t.Fatal(err)
	}
	if w.zoneOf("person00@x.edu") != mountain || w.zoneOf("person01@x.edu") != london || w.zoneOf("person02@x.edu") != mountain {
		t.Errorf("the zones are %s, %s, %s", w.zoneOf("person00@x.edu"), w.zoneOf("person01@x.edu"), w.zoneOf("person02@x.edu"))
	}
}

func TestSetTimeZoneLearnUponRefuses(t *testing.T) {
	w := newWorld(t)
	typed := inDenver(24 * time.Hour)(w)
	p := w.mustPlan("set-time-zone", typed)
	w.academy.Fail(learnupontest.Fault{Method: "PUT", Route: "/users/{id}", Status: 400, Body: `{"message":"timezone_id is invalid"}`})
	if err := w.newRun(typed, w.copiesLink).apply("set-time-zone", p); err == nil || !strings.Contains(err.Error(), "is as before") || w.zoneOf(learner) != eastern {
		t.Errorf("%v, and LearnUpon shows %s", err, w.zoneOf(learner))
	}
}

func TestSetTimeZoneSurvivesEveryCrash(t *testing.T) {
	t.Parallel()
	survives(t, "set-time-zone", 3, everybodyInDenver(2), func(t *testing.T, w *world) { seesTime(mountain)(t, w.newRun(nil, nil)) })
}
