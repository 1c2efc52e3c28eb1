package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"registrar/integrations/learnupon/learnupontest"
	"registrar/store/storetest"
)

// The command is killed while it erases somebody, in Redis or in Slack. Neither
// does that keep anybody from erasing another, nor is anything left once it is
// run again.
func TestForgetIsKilledAndAnotherIsForgotten(t *testing.T) {
	const step = 5
	at := newInstallation(t)
	group := at.learnupon.AddGroup("Lakeside")
	at.serving(t)
	sam := at.slack.Person("U1")
	scripts := storetest.LoadScripts(t, "redis://"+at.redis.Addr())
	between := storetest.NewProxy(t, "redis://"+at.redis.Addr())
	killed := at
	killed.env = append(at.env[:len(at.env):len(at.env)], "REDIS_URL="+between.URL())
	forget := func(who string) {
		t.Helper()
		if out, errs, code := at.command(t, "forget", who, "--yes"); code != exitOK {
			t.Errorf("forget %s: code %d\n%s%s", who, code, out, errs)
		}
	}
	rounds := 0
	for out := ""; !strings.Contains(out, "Slack: the messages"); rounds++ {
		ada, bob := fmt.Sprintf("ada%d@x.edu", rounds), fmt.Sprintf("bob%d@x.edu", rounds)
		for i, who := range []string{ada, bob} {
			at.learnupon.AddInvite(learnupontest.Invite{Email: who, GroupID: group})
			at.request(t, sam, "/resend-confirmation "+who, "Apply", nil)
			at.wait(t, "the result", func() bool { return at.finished() == 2*rounds+i+1 })
		}
		for deadline := time.Now().Add(time.Minute); at.redis.Exists("{registrar}:runs:unshown"); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("not all that follows from a run is posted")
			}
		}
		life, end := context.WithCancel(t.Context())
		var begun atomic.Bool
		var commands atomic.Int64
		between.Hook(func(c storetest.Command) storetest.Fate {
			if scripts.Of(c) == "append" {
				begun.Store(true)
			}
			dead := begun.Load() && commands.Add(1) > int64(step*rounds)
			if dead {
				end() // it does not try again
			}
			return storetest.Fate{Cut: dead}
		})
		var said strings.Builder
		code := run(life, []string{"forget", ada, "--yes"}, surroundings{environ: killed.env, stdout: &said, stderr: io.Discard})
		end()
		if out = said.String(); code == exitOK {
			t.Errorf("it was not killed:\n%s", out)
		}
		forget(bob)
		forget(ada)
		for _, who := range []string{ada, bob} {
			if at.redisHolds(t, who) || strings.Contains(at.inSlack(t), who) {
				t.Errorf("killed after %d commands: %s is still named", step*rounds, who)
			}
		}
		if t.Failed() {
			return
		}
	}
	if rounds < 4 {
		t.Errorf("it was killed at %d places; is it killed at all?", rounds)
	}
}

// finished counts the runs that are done, erased or not.
func (at installation) finished() (n int) {
	for _, m := range at.slack.Messages("C1") {
		if strings.HasSuffix(m.Text, ": done.") || strings.HasSuffix(m.Text, ": erased.") {
			n++
		}
	}
	return n
}
