package proof

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

func slackFaults() []faultCase {
	slack := func(fault, during string, cheap bool, play func(*faultWorld)) faultCase {
		return faultCase{of: "Slack", fault: fault, during: during, cheap: cheap, errand: deactivateErrand(), play: play}
	}
	return []faultCase{
		slack("an envelope twice, on two sockets", "a command", true, commandTwice),
		slack("an envelope twice, on two sockets", "Request approval", true, requestTwice),
		slack("an envelope twice, on two sockets", "Approve", true, approveTwice),
		slack("an envelope again after 65 s", "Approve", false, approveAgain(65*time.Second, false)),
		slack("an envelope again after a restart", "Approve", true, approveAgain(0, true)),
		slack("an envelope again after a restart", "Request approval", false, requestAgain),
		slack("expired trigger", "a command", true, refusesForm(slacktest.Fault{Error: "expired_trigger_id"}, "did not open in time")),
		slack("503 to opening a window", "a command", true, refusesForm(slacktest.Fault{Status: 503}, "Slack could not show this")),
		slack("429 to opening a window", "a command", false, refusesForm(slacktest.Fault{RetryAfter: 1}, "Slack could not show this")),
		slack("503 to the update of a window", "the plan", false, failsOnce("views.update", slacktest.Fault{Status: 503}, 1, "the plan")),
		slack("429 on posting, Retry-After 2", "the card", true, failsOnce("chat.postMessage", slacktest.Fault{RetryAfter: 2}, 2, "the card")),
		slack("429 on redrawing, Retry-After 2", "the card", false, failsOnce("chat.update", slacktest.Fault{RetryAfter: 2}, 2, "the card")),
		slack("posts and says 500", "the card", true, failsOnce("chat.postMessage", slacktest.Fault{Status: 500, After: true}, 1, "the card")),
		slack("posts and cuts the answer off", "the card", false, failsOnce("chat.postMessage", slacktest.Fault{Drop: true, After: true}, 1, "the card")),
		slack("not_in_channel", "the card", false, failsOnce("chat.postMessage", slacktest.Fault{Error: "not_in_channel"}, 6, "the card")),
		slack("message_not_found: the card was deleted", "apply", true, deletesCard),
		slack("sockets cut", "Approve", true, cutsSockets),
		slack("a disconnect to refresh", "Approve", false, refreshes),
	}
}

// lastEnvelope is the newest of a type.
func (w *faultWorld) lastEnvelope() string {
	all := w.Slack.Envelopes()
	return all[len(all)-1].ID
}

func commandTwice(w *faultWorld) {
	w.Slack.RepeatNext(1)
	w.command()
	w.sees(registrartest.Sam, "Email")
	if n := len(w.Slack.Person(registrartest.Sam).Modals()); n != 1 {
		w.t.Errorf("%d forms for one command", n)
	}
	w.closeModal()
	w.request()
	w.approve()
	w.finish()
	w.saw = "(one form)"
}

func requestTwice(w *faultWorld) {
	w.beforePlanIsSent = func() { w.Slack.RepeatNext(1) }
	if !w.plan() {
		w.t.Error("the request is refused")
	}
	w.approve()
	w.finish()
	w.saw = "(one card)"
}

func approveTwice(w *faultWorld) {
	w.request()
	w.Slack.RepeatNext(1)
	w.approve()
	w.finish()
	w.note(w.cardText())
	w.silent(registrartest.Ana)
}

// silent fails where somebody was told something although all was well.
func (w *faultWorld) silent(person string) {
	w.t.Helper()
	if told := w.Slack.Person(person).Ephemerals(); len(told) > 0 {
		w.t.Errorf("%s is told %q", person, texts(told[0].Blocks))
	}
}

// approveAgain delivers a press once more, later, or to another process.
func approveAgain(later time.Duration, restarted bool) func(*faultWorld) {
	return func(w *faultWorld) {
		w.request()
		w.approve()
		press := w.lastEnvelope()
		w.finish()
		time.Sleep(later)
		if restarted {
			w.restart()
		}
		w.again(press)
		w.silent(registrartest.Ana)
		w.note(w.cardText())
	}
}

// again delivers an envelope once more and waits for its answer.
func (w *faultWorld) again(envelope string) {
	w.t.Helper()
	if err := w.Slack.Redeliver(envelope, 1); err != nil {
		w.t.Fatal(err)
	}
	w.wait("an answer to the second delivery", func() bool {
		return slices.ContainsFunc(w.Slack.Envelopes(), func(e slacktest.Envelope) bool { return e.ID == envelope && len(e.Acks) == 2 })
	})
}

func (w *faultWorld) restart() {
	w.t.Helper()
	if code := w.replica.Stop(); code != 0 {
		w.t.Errorf("the program ends with %d", code)
	}
	w.wait("the sockets are gone", func() bool { return w.Slack.Sockets() == 0 })
	w.replica = w.Start(w.program)
}

func requestAgain(w *faultWorld) {
	if !w.plan() {
		w.t.Error("the request is refused")
	}
	sent := w.lastEnvelope()
	w.restart()
	w.again(sent)
	w.approve()
	w.finish()
	w.saw = "(one card)"
}

// refusesForm has Slack refuse to open the form, once.
func refusesForm(f slacktest.Fault, told string) func(*faultWorld) {
	return func(w *faultWorld) {
		w.Slack.FailNext("views.open", f, 1)
		w.command()
		w.sees(registrartest.Sam, told)
		w.request()
		w.approve()
		w.finish()
	}
}

// failsOnce has some calls of a method fail while the errand is done.
func failsOnce(method string, f slacktest.Fault, times int, what string) func(*faultWorld) {
	return func(w *faultWorld) {
		w.Slack.FailNext(method, f, times)
		if !w.plan() {
			w.closeModal()
			w.request()
		}
		w.approve()
		w.finish()
		if strings.HasPrefix(w.saw, "(") {
			w.saw = "(" + what + ")"
		}
	}
}

// deletesCard has somebody delete the card while the run waits.
func deletesCard(w *faultWorld) {
	w.request()
	card, _ := w.Card()
	deleted := make(chan struct{})
	w.wire.goWrong(readsOf("LearnUpon"), 0, 1, meanwhile(func() {
		defer close(deleted)
		form := url.Values{"channel": {registrartest.Approvals}, "ts": {card.TS}}
		call, err := http.NewRequest(http.MethodPost, w.Slack.APIURL()+"chat.delete", strings.NewReader(form.Encode()))
		if err != nil {
			w.t.Error(err)
			return
		}
		call.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		call.Header.Set("Authorization", "Bearer "+slacktest.BotToken)
		answer, err := http.DefaultClient.Do(call)
		if err != nil {
			w.t.Error(err)
			return
		}
		answer.Body.Close()
	}))
	w.approve()
	<-deleted
	w.finish()
	w.note(w.cardText() + " (on a new card)")
}

// cutsSockets cuts every socket while a press is being stored: its answer is
// lost, and the person presses again.
func cutsSockets(w *faultWorld) {
	w.request()
	w.unanswered = true
	cut, free := make(chan struct{}), make(chan struct{})
	w.hook(func(c storetest.Command) storetest.Fate {
		if w.scripts.Of(c) != "save" {
			return storetest.Fate{}
		}
		select {
		case <-cut:
		default:
			close(cut)
			<-free
		}
		return storetest.Fate{}
	})
	card, _ := w.Card()
	ctx, done := w.within()
	defer done()
	pressed := make(chan error, 1)
	go func() {
		_, err := w.Slack.Person(registrartest.Ana).Click(ctx, card, "Approve")
		pressed <- err
	}()
	<-cut
	w.Slack.CutSockets()
	close(free)
	if err := <-pressed; err == nil {
		w.t.Error("the press was answered over a socket that was cut")
	}
	w.finish()
	w.note("Slack's own “operation timed out”; then: " + w.cardText())
}

// refreshes has Slack replace a socket while a press is on its way.
func refreshes(w *faultWorld) {
	w.request()
	if _, err := w.Slack.SendDisconnect("refresh_requested"); err != nil {
		w.t.Fatal(err)
	}
	w.approve()
	w.finish()
	w.note(w.cardText())
}
