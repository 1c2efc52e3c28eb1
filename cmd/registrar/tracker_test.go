package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slacktest"
	"registrar/handlers"
	"registrar/store/storetest"
)

const (
	eastAccount = "001Hs000000EastIAA"
	westAccount = "001Hs000000WestIAA"
)

// tracking is a replica that answers reports, with people who see all runs
// (U1), those of one account (U4), or none (U5), and one (U6) who may list sync
// alerts and mend none.
func tracking(t *testing.T) *replica {
	t.Helper()
	at := newInstallation(t)
	for _, id := range []string{"U4", "U5", "U6"} {
		at.slack.AddUser(slacktest.User{ID: id, Name: id, Email: id + "@x.edu"})
	}
	at.slack.AddUserGroup("S4", "east", "U4")
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	text := fmt.Sprintf("groups:\n  support-east: {people: [S4], actions: [runs, opt-out, system-status, sync-alerts, fix-sync], accounts: [%[1]q]}\n"+
		"  readers: {people: [U6], actions: [sync-alerts], accounts: [%[1]q]}\n", eastAccount)
	if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(append(at.env, "REGISTRAR_POLICY="+policy, "REGISTRAR_ALERTS_CHANNEL=C3"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	kept, err := openStore(t.Context(), c, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	r, err := newReplica(c, kept, log)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// requested stores a run that touches an account, some minutes old.
func (r *replica) requested(t *testing.T, n int, by, account string) {
	t.Helper()
	d := storetest.NewDraft(fmt.Sprint("draft", n))
	d.Requester = engine.Person{ID: by, Name: by, Email: by + "@x.edu"}
	if err := r.store.PutDraft(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	run := storetest.NewRun(fmt.Sprint("run", n), d)
	run.Action, run.Plan.Title, run.Plan.Subject = "opt-out", "Opt out", fmt.Sprintf("p%d@x.edu", n)
	run.Plan.Accounts, run.Plan.Groups = []string{account}, nil
	run.Created = time.Now().Add(-time.Duration(n) * time.Minute)
	if err := r.store.Submit(t.Context(), d, engine.Move{Run: run}); err != nil {
		t.Fatal(err)
	}
}

// reads is a report as somebody gets it.
func (r *replica) reads(t *testing.T, who, report string, typed runbook.Values) runbook.Document {
	t.Helper()
	doc, err := r.engine.Report(t.Context(), engine.Proposal{
		Action: report, By: engine.Person{ID: who, Email: who + "@x.edu"}, Values: typed,
	}, engine.Mark(engine.NewID()))
	if err != nil {
		t.Fatalf("%s for %s: %v", report, who, err)
	}
	return doc
}

// subjects are whom the runs of a page are about.
func subjects(doc runbook.Document) string {
	var all []string
	for _, s := range doc.Sections[1:] {
		all = append(all, strings.TrimSuffix(strings.TrimPrefix(s.Heading, "Opt out · p"), "@x.edu"))
	}
	return strings.Join(all, " ")
}

func TestRunsArePaged(t *testing.T) {
	r := tracking(t)
	for n := range 20 {
		r.requested(t, n, "U1", westAccount)
	}
	pages := []string{"0 1 2 3 4 5 6 7", "8 9 10 11 12 13 14 15", "16 17 18 19"}
	doc := r.reads(t, "U1", "runs", nil)
	for i, want := range pages {
		if got := subjects(doc); got != want || (doc.Next == nil) != (i == len(pages)-1) || (doc.Previous == nil) != (i == 0) {
			t.Fatalf("page %d: %s, next %v, previous %v", i, got, doc.Next, doc.Previous)
		}
		if doc.Next != nil {
			doc = r.reads(t, "U1", "runs", doc.Next.Values)
		}
	}
	for _, want := range slices.Backward(pages[:2]) {
		if doc = r.reads(t, "U1", "runs", doc.Previous.Values); subjects(doc) != want {
			t.Errorf("back: %s, want %s", subjects(doc), want)
		}
	}
	if doc.Previous != nil || doc.Next == nil {
		t.Errorf("the first page leads to %v and %v", doc.Previous, doc.Next)
	}
	if counts := doc.Sections[0].Facts; len(counts) != 5 || counts[0].Value != "20" || counts[1].Value != "0" {
		t.Errorf("%+v", counts)
	}
	if got := subjects(r.reads(t, "U1", "runs", runbook.Values{"state": "completed"})); got != "" {
		t.Errorf("completed: %s", got)
	}
	if got := subjects(r.reads(t, "U1", "runs", runbook.Values{"person": "u1@x.edu", "action": "opt-out", "state": "scheduled"})); got != pages[0] {
		t.Errorf("all chosen: %s", got)
	}
}

// Who has a scoped role is shown the runs inside it, however few of all these
// are, and their own; neither the others nor how many they are.
func TestRunsAreShownToWhomTheyConcern(t *testing.T) {
	r := tracking(t)
	for n := range 60 {
		switch {
		case n == 5:
			r.requested(t, n, "U4", westAccount)
		case n%20 == 0:
			r.requested(t, n, "U1", eastAccount)
		default:
			r.requested(t, n, "U1", westAccount)
		}
	}
	doc := r.reads(t, "U4", "runs", nil)
	if got := subjects(doc); got != "0 5 20 40" || doc.Next != nil || len(doc.Sections[0].Facts) != 0 {
		t.Errorf("%s, %+v, %v", got, doc.Sections[0].Facts, doc.Next)
	}
	if _, err := r.engine.Report(t.Context(), engine.Proposal{Action: "runs", By: engine.Person{ID: "U5"}}, ""); err == nil {
		t.Error("somebody without a role is shown runs")
	}
	if _, err := (&tracker{store: r.store}).runs(t.Context(), handlers.RunsQuery{}); err == nil {
		t.Error("runs are listed for nobody")
	}
}

// A reader who sees hardly anything is not kept waiting: a page ends after so
// many runs, and goes on from there.
func TestRunsOutOfSightEndAPage(t *testing.T) {
	r := tracking(t)
	const many = scanAtOnce*scanRounds + 10
	for n := range many {
		r.requested(t, n, "U1", westAccount)
	}
	r.requested(t, many, "U1", eastAccount)
	doc := r.reads(t, "U4", "runs", nil)
	if subjects(doc) != "" || doc.Next == nil {
		t.Fatalf("%s, %v", subjects(doc), doc.Next)
	}
	if doc = r.reads(t, "U4", "runs", doc.Next.Values); subjects(doc) != fmt.Sprint(many) || doc.Next != nil {
		t.Errorf("%s, %v", subjects(doc), doc.Next)
	}
}

func TestRunsLinkToTheirCards(t *testing.T) {
	r := tracking(t)
	r.requested(t, 0, "U1", westAccount)
	r.requested(t, 1, "U1", westAccount)
	if _, claimed, err := r.store.ClaimPost(t.Context(), "run0", "card", r.name); err != nil || !claimed {
		t.Fatal(claimed, err)
	}
	if err := r.store.Posted(t.Context(), "run0", "card", "C1", "1700000000.000100"); err != nil {
		t.Fatal(err)
	}
	doc := r.reads(t, "U1", "runs", nil)
	if url := doc.Sections[1].Link.URL; !strings.HasPrefix(url, "https://") || !strings.HasSuffix(url, ".slack.com/archives/C1/p1700000000000100") {
		t.Errorf("%q", url)
	}
	if url := doc.Sections[2].Link.URL; url != "" {
		t.Errorf("a card nobody posted is at %s", url)
	}
}

func TestSystemStatusOfAReplica(t *testing.T) {
	r := tracking(t)
	r.requested(t, 0, "U1", westAccount)
	if _, err := r.store.SocketSlot(t.Context(), "a", time.Minute); err != nil {
		t.Fatal(err)
	}
	told := fmt.Sprint(r.reads(t, "U4", "system-status", nil).Sections)
	for _, want := range []string{"1 of 8", "Runs that are not closed 1", "Left this minute 300 of 300"} {
		if !strings.Contains(told, want) {
			t.Errorf("no %q in %s", want, told)
		}
	}
	if strings.Contains(told, "could not be read") {
		t.Error(told)
	}
}
