package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/store/storetest"
)

// command runs the program from its command line.
func (at installation) command(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	code = run(t.Context(), args, surroundings{environ: at.env, stdout: &out, stderr: &errs})
	return out.String(), errs.String(), code
}

// inSlack is everything that anybody sees there.
func (at installation) inSlack(t *testing.T) string {
	t.Helper()
	all := at.slack.Messages("C1")
	for _, m := range at.slack.Messages("C1") {
		all = append(all, at.slack.Replies("C1", m.TS)...)
	}
	for _, id := range []string{"U1", "U2", "U3"} {
		all = append(all, at.slack.Person(id).DMs()...)
	}
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func (at installation) redisHolds(t *testing.T, text string) bool {
	t.Helper()
	return strings.Contains(strings.ToLower(storetest.Contents(t, "redis://"+at.redis.Addr())), text)
}

// asked has Priya's invite sent again, which is done at once, and asks for the
// approval of another run about her.
func (at installation) asked(t *testing.T) *slacktest.Person {
	t.Helper()
	at.learnupon.AddInvite(learnupontest.Invite{Email: "priya@x.edu", FirstName: "Priya", LastName: "Nair", GroupID: at.learnupon.AddGroup("Lakeside")})
	at.serving(t)
	sam := at.slack.Person("U1")
	at.request(t, sam, "/resend-confirmation priya@x.edu", "Apply", nil)
	at.wait(t, "the result", func() bool { return strings.Contains(at.inSlack(t), "Resend confirmation: done.") })
	return sam
}

func TestForget(t *testing.T) {
	at := newInstallation(t)
	at.asked(t)
	at.wait(t, "her address", func() bool { return strings.Contains(at.inSlack(t), "priya@x.edu") })

	out, errs, code := at.command(t, "forget", "Priya@x.edu")
	if code != exitOK || errs != "" || !strings.Contains(out, "1 run and 0 sync-error alerts") || !strings.Contains(out, "run this again with --yes") || !at.redisHolds(t, "priya@x.edu") {
		t.Fatalf("a dry run: code %d\n%s%s", code, out, errs)
	}

	at.slack.FailNext("chat.update", slacktest.Fault{Status: 500}, 1)
	out, errs, code = at.command(t, "forget", "priya@x.edu", "--also", "Priya Nair", "--yes", "--by", "U3")
	if code != exitFailed || !strings.Contains(errs, "not all messages could be erased in Slack; run this again") || !strings.Contains(out, "Receipt: ") {
		t.Errorf("while Slack is away: code %d\n%s%s", code, out, errs)
	}
	out, errs, code = at.command(t, "forget", "priya@x.edu", "--yes")
	if code != exitOK || errs != "" || !strings.Contains(out, "messages of 1 record that were erased are still to be") || !strings.Contains(out, "Nothing in Redis names priya@x.edu.") {
		t.Errorf("again: code %d\n%s%s", code, out, errs)
	}
	out, errs, code = at.command(t, "forget", "priya@x.edu", "--yes")
	if code != exitOK || errs != "" || out != "Nothing in Redis names priya@x.edu.\n" {
		t.Errorf("once more: code %d\n%s%s", code, out, errs)
	}

	if at.redisHolds(t, "priya") || strings.Contains(strings.ToLower(at.inSlack(t)), "priya") {
		t.Errorf("she is still named:\n%s\n%s", at.inSlack(t), storetest.Contents(t, "redis://"+at.redis.Addr()))
	}
	if out, errs, code := at.command(t, "audit", "verify"); code != exitOK || !regexp.MustCompile(`(?m)^Personal values of [1-9]\d* entries were erased\.$`).MatchString(out) {
		t.Errorf("audit verify: code %d\n%s%s", code, out, errs)
	}
	if out, _, code := at.command(t, "audit", "export"); code != exitOK || strings.Contains(out, "priya") || !strings.Contains(out, `"kind":"personal.erased"`) {
		t.Errorf("audit export: code %d\n%s", code, out)
	}
	at.readsErased(t)
	if v := at.slack.Violations(); len(v) > 0 {
		t.Errorf("against Slack's rules: %v", v)
	}
}

// readsErased looks at everything in Slack that lists or shows runs.
func (at installation) readsErased(t *testing.T) {
	t.Helper()
	sam := at.slack.Person("U1")
	if _, err := sam.Command(t.Context(), "C1", "/runs"); err != nil {
		t.Fatal(err)
	}
	at.wait(t, "the form of /runs", func() bool { return sam.Modal() != nil && sam.Modal().SubmitText() != "" })
	if wrong, err := sam.Submit(t.Context(), nil); err != nil || wrong != nil {
		t.Fatal(wrong, err)
	}
	at.wait(t, "the run in /runs", func() bool {
		return sam.Modal() != nil && strings.Contains(string(sam.Modal().Blocks), "erased on request")
	})
	if _, err := sam.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	at.wait(t, "the run on Home", func() bool {
		return sam.Home() != nil && strings.Contains(string(sam.Home().Blocks), "erased on request")
	})
}

// What can still move is not erased, and neither is anything else.
func TestForgetRefusesWhatIsOpen(t *testing.T) {
	at := newInstallation(t)
	at.learnupon.SelfRegister(learnupontest.User{Email: "tom@x.edu"})
	at.serving(t)
	u, _ := at.learnupon.Snapshot().User("tom@x.edu")
	sam := at.slack.Person("U1")
	at.request(t, sam, "/confirm-user tom@x.edu", "Request approval", map[string]any{"Confirmation link": u.ConfirmationLink, "Reason": "ticket"})
	// The card is there before it is known where.
	for deadline := time.Now().Add(time.Minute); !at.redisHolds(t, "state posted") && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	out, errs, code := at.command(t, "forget", "tom@x.edu", "--yes")
	if code != exitUsage || !strings.Contains(errs, "(confirm-user, awaiting-approval): finish, reject or cancel it") || !strings.Contains(errs, "/archives/C1/p") || strings.Contains(out, "Erased") || !at.redisHolds(t, "tom@x.edu") {
		t.Fatalf("code %d\n%s%s", code, out, errs)
	}
	at.click(t, sam, "Cancel run")
	at.wait(t, "the end", func() bool { return strings.HasSuffix(at.slack.Messages("C1")[0].Text, ": cancelled.") })
	if out, errs, code := at.command(t, "forget", "tom@x.edu", "--yes"); code != exitOK || at.redisHolds(t, "tom@x.edu") || strings.Contains(at.inSlack(t), "tom@x.edu") {
		t.Errorf("code %d\n%s%s\n%s", code, out, errs, at.inSlack(t))
	}
}

func TestForgetAsksForAnAddress(t *testing.T) {
	at := installation{}
	for _, args := range [][]string{{"forget"}, {"forget", "priya"}, {"forget", "priya@x.edu", "--also", "P"}} {
		if _, errs, code := at.command(t, args...); code != exitUsage || errs == "" {
			t.Errorf("%v: code %d, %s", args, code, errs)
		}
	}
}

// A chain that was cut short, with a head that fits, is found by a head that was
// posted; what was erased is not taken for tampering.
func TestAuditVerifyAgainstAPostedHead(t *testing.T) {
	at := newInstallation(t)
	fillAudit(t, at.env)
	out, errs, code := at.command(t, "audit", "verify")
	head := regexp.MustCompile(`head (2:[0-9a-f]{64})\.`).FindStringSubmatch(out)
	if code != exitOK || len(head) != 2 || strings.Contains(out, "erased") {
		t.Fatalf("code %d\n%s%s", code, out, errs)
	}
	if out, errs, code := at.command(t, "forget", "anna@x.edu", "--yes"); code != exitOK {
		t.Fatalf("forget: code %d\n%s%s", code, out, errs)
	}
	out, errs, code = at.command(t, "audit", "verify", "--head", head[1])
	if code != exitOK || !strings.Contains(out, "Personal values of 2 entries were erased.") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	entries, err := at.redis.Stream("{registrar}:audit:log")
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	at.redis.Del("{registrar}:audit:log")
	at.redis.Del("{registrar}:audit:personal")
	if _, err := at.redis.XAdd("{registrar}:audit:log", "1-0", entries[0].Values); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(entries[0].Values[1]))
	at.redis.HSet("{registrar}:audit:head", "seq", "1", "hash", hex.EncodeToString(sum[:]))
	if out, errs, code := at.command(t, "audit", "verify"); code != exitOK {
		t.Errorf("without a posted head: code %d\n%s%s", code, out, errs)
	}
	if _, errs, code := at.command(t, "audit", "verify", "--head", head[1]); code != exitFailed || !strings.Contains(errs, "the audit trail does not hold: audit entry 2: missing") {
		t.Errorf("cut short: code %d\n%s", code, errs)
	}
}

// What cannot be read is named, and nobody is told that nothing names them.
func TestForgetNamesWhatCannotBeRead(t *testing.T) {
	at := newInstallation(t)
	at.asked(t)
	at.redis.HSet("{registrar}:run:torn", "body", `{"plan":{"subject":"priya@x`, "schema", "1", "status", "succeeded")
	at.redis.HSet("{registrar}:alert:newer", "body", `{"about":"priya@x.edu"}`, "schema", "99")
	told := func(errs string) bool {
		return strings.Contains(errs, "may still name priya@x.edu") && strings.Contains(errs, "{registrar}:run:torn: damaged") && strings.Contains(errs, "{registrar}:alert:newer: written by a newer release")
	}
	out, errs, code := at.command(t, "forget", "priya@x.edu")
	if code != exitUsage || !told(errs) || !strings.Contains(out, "1 run and") {
		t.Errorf("a dry run: code %d\n%s%s", code, out, errs)
	}
	for again := range 2 {
		out, errs, code = at.command(t, "forget", "priya@x.edu", "--yes")
		if code != exitUsage || !told(errs) || strings.Contains(out, "Receipt: ") != (again == 0) || !strings.Contains(out, "Nothing that can be read in Redis names priya@x.edu.") {
			t.Errorf("erasing, %d: code %d\n%s%s", again, code, out, errs)
		}
	}
	if strings.Contains(strings.ToLower(at.inSlack(t)), "priya") {
		t.Errorf("what can be read is still shown:\n%s", at.inSlack(t))
	}
	// Of another it is the damaged one alone that may be about them.
	out, errs, code = at.command(t, "forget", "tom@x.edu", "--yes")
	if code != exitUsage || !strings.Contains(errs, "run:torn") || strings.Contains(errs, "alert:newer") || strings.Contains(out, "Nothing in Redis") {
		t.Errorf("another: code %d\n%s%s", code, out, errs)
	}
}

// What leads to a record that cannot be read stays, and is said to, until that
// is gone.
func TestForgetNamesWhatStaysForTheUnread(t *testing.T) {
	at := newInstallation(t)
	at.asked(t)
	at.redis.HSet("{registrar}:run:newer", "body", `{"asked":"U1"}`, "schema", "99")
	for again := range 2 {
		out, errs, code := at.command(t, "forget", "u1@x.edu", "--yes")
		if code != exitUsage || !strings.Contains(errs, "{registrar}:run:newer: written by a newer release") || !strings.Contains(errs, "leads to it, which therefore stays") || !strings.Contains(out, "Nothing else that can be read in Redis names u1@x.edu") {
			t.Errorf("%d: code %d\n%s%s", again, code, out, errs)
		}
	}
	at.redis.Del("{registrar}:run:newer")
	if out, errs, code := at.command(t, "forget", "u1@x.edu", "--yes"); code != exitOK || at.redisHolds(t, "u1@x.edu") {
		t.Errorf("once it is gone: code %d\n%s%s", code, out, errs)
	}
}

// What was erased for its age can no longer be told to be about anybody, while
// Slack may still show it.
func TestForgetSaysWhatIsStillToGoForItsAge(t *testing.T) {
	at := newInstallation(t)
	kept := at.keepsOld(t, 2)
	at.showsInSlack(t, kept, "r1", "Confirm user: Ada Lovelace")
	r, _ := at.keeping(t, kept, "30d")
	if err := r.expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	const still = "Slack may still show messages of 2 records, of whoever, that were erased for their age; while Registrar runs they go by themselves.\n"
	for _, args := range [][]string{{"forget", "ada@learner.example"}, {"forget", "ada@learner.example", "--yes"}} {
		if out, errs, code := at.command(t, args...); code != exitOK || !strings.HasSuffix(out, still) {
			t.Errorf("%v: code %d\n%s%s", args, code, out, errs)
		}
	}
	if err := r.eraseAged(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := at.command(t, "forget", "ada@learner.example"); code != exitOK || strings.Contains(out, "by themselves") {
		t.Errorf("once they are gone: code %d\n%s%s", code, out, errs)
	}
}

// An earlier release, killed while it erased somebody, left records listed that
// still stand. They keep nobody from erasing another.
func TestForgetGoesOnPastWhatStandsAfterAll(t *testing.T) {
	at := newInstallation(t)
	kept := at.keepsOld(t, 1)
	at.showsInSlack(t, kept, "r1", "Confirm user: Ada Lovelace")
	alert := alerts.Alert{Schema: alerts.AlertSchema, ID: "a1", Status: alerts.Closed, Person: "someone", Created: time.Now(), Ended: time.Now()}
	if err := kept.Alerts().Save(t.Context(), alerts.Change{Alerts: []*alerts.Alert{&alert}}); err != nil {
		t.Fatal(err)
	}
	at.redis.SAdd("{registrar}:erased:unshown", "r1", "a1")
	out, errs, code := at.command(t, "forget", "tom@x.edu", "--yes")
	if code != exitOK || !strings.Contains(out, "the messages of 0 runs and alerts say") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	if waiting, err := kept.ErasedUnshown(t.Context()); err != nil || len(waiting) > 0 {
		t.Errorf("still listed: %v, %v", waiting, err)
	}
	if !strings.Contains(at.inSlack(t), "Ada Lovelace") {
		t.Errorf("what stands is not shown any more:\n%s", at.inSlack(t))
	}
}
