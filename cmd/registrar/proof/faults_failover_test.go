package proof

import (
	"strings"
	"sync"

	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/mail/mailtest"
	"registrar/store/storetest"
)

// failovers have Redis die and a copy take its place that lacks what was written
// last. A primary that answers before its copies have heard of a write can do
// that whatever its disk holds.
func failovers() []faultCase {
	const fault = "fails over to a copy without the last second"
	return []faultCase{
		{of: "Redis", fault: fault, during: "create-group, write 1 of 4", cheap: true, errand: groupErrand(), play: func(w *faultWorld) { w.failsOverAt("step.started", 0) }},
		{of: "Redis", fault: fault, during: "create-group, write 3 of 4", errand: groupErrand(), play: func(w *faultWorld) { w.failsOverAt("step.started", 2) }},
		{of: "Redis", fault: fault, during: "deactivate, its write", errand: deactivateErrand(), play: func(w *faultWorld) { w.failsOverAt("step.started", 0) }},
		{of: "Redis", fault: fault, during: "resend-confirmation, the mail", errand: resendErrand(), play: failsOverAtMail(false)},
		{of: "Redis", fault: fault + ", and the process dies", during: "resend-confirmation, the mail", errand: resendErrand(), play: failsOverAtMail(true)},
		{of: "Redis", fault: fault, during: "deactivate, Approve", errand: deactivateErrand(), play: failsOverAtApprove},
		{of: "Redis", fault: fault, during: "deactivate, Request approval", errand: deactivateErrand(), play: failsOverAtRequest},
	}
}

func resendErrand() faultErrand {
	return faultErrand{name: "resend-confirmation", command: "/resend-confirmation " + priya, values: map[string]any{"Reason": "ticket"}}
}

// copyBefore promotes a standby just before the nth save with such an entry in
// the audit trail: that save and what follows is not on it.
func (w *faultWorld) copyBefore(entry string, skip int) *storetest.Redis {
	standby := w.server.Load().Standby()
	var once sync.Once
	seen := map[string]bool{}
	w.hook(func(c storetest.Command) storetest.Fate {
		if !strings.Contains(strings.Join(c.Args, " "), `"`+entry+`"`) || seen[writeID(c)] {
			return storetest.Fate{}
		}
		seen[writeID(c)] = true
		if len(seen) > skip {
			once.Do(func() { standby.Promote(w.server.Load()) })
		}
		return storetest.Fate{}
	})
	return standby
}

// failOver kills the primary and has the standby take its place.
func (w *faultWorld) failOver(standby *storetest.Redis) {
	w.server.Load().Kill()
	w.redis.Hook(nil)
	w.redis.Switch(standby.URL())
	w.server.Store(standby)
}

// failsOverAt has Redis forget that a step was started, once its write is done.
func (w *faultWorld) failsOverAt(entry string, skip int) {
	w.request()
	standby := w.copyBefore(entry, skip)
	writes := 0
	w.wire.goWrong(func(c vendorCall) bool {
		if c.Write {
			writes++
		}
		return c.Write && writes == skip+1
	}, 0, 1, meanwhile(func() { w.failOver(standby) }))
	w.approve()
	w.finish()
	w.note(w.cardText())
}

// failsOverAtMail has it forget about a mail, of which nobody can be asked.
func failsOverAtMail(dies bool) func(*faultWorld) {
	return func(w *faultWorld) {
		standby := w.server.Load().Standby()
		var once sync.Once
		w.hook(func(c storetest.Command) storetest.Fate {
			if strings.Contains(strings.Join(c.Args, " "), `"step.started"`) {
				once.Do(func() { standby.Promote(w.server.Load()) })
			}
			return storetest.Fate{}
		})
		mailed := make(chan struct{})
		w.Mail.Around(func(_ mailtest.Message, keep, reply func()) {
			defer close(mailed)
			keep()
			w.wire.mailed()
			w.failOver(standby)
			if dies {
				w.replica.Kill()
				return
			}
			reply()
		})
		w.request()
		<-mailed
		w.Mail.Around(nil)
		if dies {
			w.wait("the sockets are gone", func() bool { return w.Slack.Sockets() == 0 })
			w.replica = w.Start(w.program)
		}
		w.finish()
		w.note(w.cardText())
	}
}

// failsOverAtApprove has it forget an approval before anything was written.
func failsOverAtApprove(w *faultWorld) {
	w.request()
	standby := w.copyBefore("run.approve", 0)
	w.wire.goWrong(readsOf("LearnUpon"), 0, 1, meanwhile(func() {
		w.wait("the card is redrawn", func() bool { status, _ := w.status(); return status == "approved" })
		w.failOver(standby)
	}))
	w.approve()
	w.wait("the failover", func() bool { status, _ := w.status(); return w.wire.struck() > 0 && status == "approved" })
	w.wait("the card asks for the approval again", func() bool { status, _ := w.status(); return status == "awaiting-approval" })
	w.sees(registrartest.Ana, "failed over")
	if err := w.Press(registrartest.Ana, "Approve"); err != nil {
		w.t.Error(err)
	}
	w.finish()
}

// failsOverAtRequest has it forget the run itself.
func failsOverAtRequest(w *faultWorld) {
	standby := w.copyBefore("run.requested", 0)
	w.request()
	w.failOver(standby)
	w.forgotten = 1
	w.approve()
	w.sees(registrartest.Ana, "not known")
	w.request()
	w.approve()
	w.finish()
}
