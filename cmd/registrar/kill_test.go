package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/store"
)

// fate is a situation that runs are killed in.
type fate struct {
	name   string
	action string
	// seed fills the fakes, and returns the link a person would copy.
	seed func(installation) (link string)
	// once fails where something was done twice, or left undone by a run that
	// says it succeeded.
	once func(t *testing.T, at installation, succeeded bool)
}

func fates() []fate {
	const learner = "tom@x.edu"
	mails := func(t *testing.T, at installation, succeeded bool) {
		t.Helper()
		if n := len(at.mail.Messages()); n > 1 || succeeded && n != 1 {
			t.Errorf("%d mails", n)
		}
	}
	register := func(at installation) string {
		at.learnupon.SelfRegister(learnupontest.User{Email: learner})
		u, _ := at.learnupon.Snapshot().User(learner)
		return u.ConfirmationLink
	}
	return []fate{
		{"confirm-user", "confirm-user", register, func(t *testing.T, at installation, succeeded bool) {
			u, _ := at.learnupon.Snapshot().User(learner)
			if n := at.learnupon.Count("GET", learnupontest.ConfirmationRoute); n > 1 || succeeded && (n != 1 || !u.Confirmed) {
				t.Errorf("the link was opened %d times; confirmed: %t", n, u.Confirmed)
			}
		}},
		{"resend-confirmation of an open invite", "resend-confirmation", func(at installation) string {
			at.learnupon.AddInvite(learnupontest.Invite{Email: learner, GroupID: at.learnupon.AddGroup("Lakeside")})
			return ""
		}, mails},
		{"resend-confirmation of a lapsed invite", "resend-confirmation", func(at installation) string {
			long := time.Now().AddDate(0, 0, -40)
			i := at.learnupon.AddInvite(learnupontest.Invite{Email: learner, GroupID: at.learnupon.AddGroup("Lakeside"), CreatedAt: long, ExpiresAt: long.AddDate(0, 0, 30)})
			at.learnupon.AddPending(i, at.learnupon.AddCourse(learnupontest.Course{Name: "Basics"}))
			return ""
		}, func(t *testing.T, at installation, succeeded bool) {
			mails(t, at, succeeded)
			open := 0
			for _, i := range at.learnupon.Snapshot().Invites {
				if i.Status != "canceled" {
					open++
				}
			}
			if open > 1 || succeeded && open != 1 || at.learnupon.Count("POST", "/group_invite_course_enrollments") > 1 {
				t.Errorf("%d open invites, %d pending enrollments made", open, at.learnupon.Count("POST", "/group_invite_course_enrollments"))
			}
		}},
		{"resend-confirmation of a registration", "resend-confirmation", register, mails},
	}
}

// TestKill has real processes do each action and kills them with SIGKILL at
// every write to the store, before and after the write lands; another process
// takes the run to its end. Each change is made at most once, and the run ends
// as it would have, or says that a person must look.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each write of each action")
	}
	for _, f := range fates() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			killed, reviews := 0, 0
			for _, lands := range []bool{false, true} {
				for life := 1; ; life++ {
					at := newInstallation(t)
					e := errand{Env: at.env, Draft: engine.NewID(), Action: f.action, Values: runbook.Values{"email": "tom@x.edu"}, Link: f.seed(at), Life: life, Lands: lands}
					_, died := send(t, e)
					if !died {
						break
					}
					killed++
					e.Life = 0
					r, _ := send(t, e)
					switch r.Status {
					case engine.Succeeded:
					case engine.NeedsReview:
						reviews++
					default:
						t.Errorf("killed at write %d (landed: %t): the run ended %s", life, lands, r.Status)
					}
					f.once(t, at, r.Status == engine.Succeeded)
					if t.Failed() {
						t.Fatalf("killed at write %d (landed: %t)", life, lands)
					}
				}
			}
			t.Logf("%d kills, %d of them left to a person", killed, reviews)
			if killed < 10 || reviews > 2 {
				t.Errorf("%d kills, %d of them left to a person; want only those around what cannot be read back", killed, reviews)
			}
		})
	}
}

// TestKilledBetweenAPressAndItsAnswer kills the replica that stores an approval,
// before or after it is stored: the person sees that Slack got no answer and
// presses again, and Slack may deliver the first press once more. There is one
// approval in the end.
func TestKilledBetweenAPressAndItsAnswer(t *testing.T) {
	for _, lands := range []bool{false, true} {
		t.Run(fmt.Sprintf("stored=%t", lands), func(t *testing.T) {
			at := newInstallation(t)
			at.learnupon.SelfRegister(learnupontest.User{Email: "tom@x.edu"})
			child := start(t, errand{Env: at.env, Serve: true, Life: 1, Lands: lands})
			at.wait(t, "a socket", func() bool { return at.slack.Sockets() > 0 })
			sam, ana := at.slack.Person("U1"), at.slack.Person("U2")
			at.request(t, sam, "/confirm-user tom@x.edu", "Request approval", map[string]any{"Reason": "ticket"})
			at.wait(t, "the card", func() bool { return len(at.slack.Messages("C1")) > 0 })
			card := at.slack.Messages("C1")[0]
			if _, err := ana.Click(t.Context(), card, "Approve"); err == nil {
				t.Fatal("the press was answered by a dead process")
			}
			if status := child(); status != syscall.SIGKILL {
				t.Fatalf("the child ended by %s", status)
			}
			envelopes := at.slack.Envelopes()
			_, _, stop := at.serving(t)
			if err := at.slack.Redeliver(envelopes[len(envelopes)-1].ID, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := ana.Click(t.Context(), card, "Approve"); err != nil {
				t.Fatal(err)
			}
			at.wait(t, "the ask", func() bool {
				cards := at.slack.Messages("C1")
				return slices.Contains(slacktest.Buttons(cards[0].Blocks), "Done")
			})
			if err := stop(); err != nil {
				t.Error(err)
			}
			approvedOnce(t, at)
		})
	}
}

// approvedOnce reads the one run and the trail.
func approvedOnce(t *testing.T, at installation) {
	t.Helper()
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := openStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	runs, err := kept.Runs(t.Context(), store.Query{})
	if err != nil || len(runs) != 1 || runs[0].Approvals() != 1 {
		t.Errorf("runs %v, %v; want one with one approval", runs, err)
	}
	trail := at.trail(t)
	if n := strings.Count(trail, `"run.approve"`); n != 1 {
		t.Errorf("%d approvals in the trail, want 1:\n%s", n, trail)
	}
}

// start runs a child and returns what waits for its end.
func start(t *testing.T, e errand) (wait func() syscall.Signal) {
	t.Helper()
	child := e.command(t)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	return func() syscall.Signal {
		_ = child.Wait() // how it ended is in its state
		status, _ := child.ProcessState.Sys().(syscall.WaitStatus)
		return status.Signal()
	}
}

func (e errand) command(t *testing.T) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$", "-test.timeout=5m")
	child.Env = append(os.Environ(), fmt.Sprintf("%s=%s", errandVariable, text))
	return child
}

// send runs a child on an errand.
func send(t *testing.T, e errand) (r report, died bool) {
	t.Helper()
	out, err := e.command(t).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
			return report{}, true
		}
	}
	_, said, ok := strings.Cut(string(out), "\nreport ")
	if err != nil || !ok {
		t.Fatalf("child: %v\n%s", err, out)
	}
	if err := json.NewDecoder(bytes.NewReader([]byte(said))).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r, false
}
