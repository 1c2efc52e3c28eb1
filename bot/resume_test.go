package bot

import (
	"context"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/slacktest"
	"registrar/bot/slackui"
)

// dies has Sam ask for a plan, and the process end while it is made.
func (w *world) dies() {
	w.Helper()
	w.engine.Store = w.store
	b := w.bot()
	stop := w.start(b)
	w.script("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email")
	w.dying(b, stop, func() { w.script("U1 submits", "U1 modal: Planning…", "U1 modal: run the command again") })
}

// dying ends a process in the middle of the planning that begin begins.
func (w *world) dying(b *Bot, stop, begin func()) {
	w.Helper()
	reading := make(chan string, 1)
	w.hooks.onPlan(func(ctx context.Context) error {
		reading <- "begun"
		<-ctx.Done()
		return ctx.Err()
	})
	begin()
	<-reading
	b.end()
	stop()
	w.hooks.onPlan(nil)
}

// resumes has a replica look for plans that were left, after a while.
func (w *world) resumes(b *Bot, later time.Duration) {
	w.Helper()
	w.redis.SetTime(time.Now().Add(later))
	if err := b.Resume(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func TestAPlanWhoseProcessDiedIsShownByAnother(t *testing.T) {
	w := newWorld(t)
	w.dies()
	second := w.bot()
	w.start(second)
	w.resumes(second, 0) // too early: its planner may live
	w.script("U1 modal: Planning…")
	w.resumes(second, 11*time.Second)
	w.script("U1 modal: untidy", "U1 submits", "card: Tidy: a@x.edu")
	w.resumes(second, time.Minute)
	if n := len(w.slack.Person("U1").DMs()); n != 0 {
		t.Errorf("%d direct messages about a plan that is on the screen", n)
	}
	w.clean()
}

func TestAPlanWhoseProcessDiedComesByMessageWhereTheModalIsGone(t *testing.T) {
	w := newWorld(t)
	w.dies()
	second := w.bot()
	w.start(second)
	w.script("U1 closes", "U1 no modal")
	w.resumes(second, 11*time.Second)
	w.script("U1 dm: Your plan is ready", "U1 presses Open plan", "U1 modal: untidy", "U1 submits", "card: Tidy: a@x.edu")
	w.clean()
}

func TestPlanningThatEndsTwoProcessesIsGivenUp(t *testing.T) {
	w := newWorld(t)
	w.dies()
	second := w.bot()
	w.dying(second, w.start(second), func() { w.resumes(second, 11*time.Second) })
	third := w.bot()
	w.start(third)
	w.resumes(third, 30*time.Second)
	w.script("U1 modal: interrupted twice")
	w.resumes(third, time.Minute)
	if left, err := w.store.TakePlanning(t.Context(), 9, time.Second); err != nil || len(left) > 0 {
		t.Errorf("left to be planned: %v, %v", left, err)
	}
	w.clean()
}

// Slack may take an update of a view that its user no longer sees.
func TestAClosedModalIsBelievedOverSlackTakingTheUpdate(t *testing.T) {
	for name, late := range map[string]bool{"while planning": false, "as the plan is shown": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.start(w.bot())
			reading, release := make(chan string, 1), make(chan string)
			w.hooks.onPlan(func(context.Context) error {
				reading <- "begun"
				<-release
				return nil
			})
			w.script("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email", "U1 submits", "U1 modal: Planning…")
			<-reading
			v := w.slack.Person("U1").Modal()
			if !v.NotifyOnClose || v.CallbackID != slackui.ViewPlanning {
				t.Fatalf("the waiting view: %+v", v)
			}
			if late {
				close(release)
				w.script("U1 modal: untidy")
			}
			id, err := w.slack.Inject("interactive", map[string]any{"type": "view_closed", "user": map[string]any{"id": "U1"}, "view": v})
			if err != nil {
				t.Fatal(err)
			}
			w.until("the acknowledgement", func() bool {
				for _, e := range w.slack.Envelopes() {
					if e.ID == id && len(e.Acks) > 0 {
						return true
					}
				}
				return false
			})
			if !late {
				close(release)
			}
			w.script("U1 dm: Your plan is ready")
			if n := len(w.slack.Person("U1").DMs()); n != 1 {
				t.Errorf("%d direct messages", n)
			}
			w.clean()
		})
	}
}

func TestAnUnrelatedViewThatIsClosedChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	w.script("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email", "U1 submits", "U1 modal: untidy")
	v := *w.slack.Person("U1").Modal()
	for _, change := range []func(*slacktest.View){
		func(v *slacktest.View) { v.CallbackID = slackui.ViewForm },
		func(v *slacktest.View) { v.ID, v.CallbackID = "V404", slackui.ViewPlanning },
		func(v *slacktest.View) {
			v.CallbackID, v.PrivateMetadata = slackui.ViewPlanning, slackui.Ref{Draft: engine.NewID()}.Encode()
		},
	} {
		v := v
		change(&v)
		if _, err := w.slack.Inject("interactive", map[string]any{"type": "view_closed", "user": map[string]any{"id": "U1"}, "view": v}); err != nil {
			t.Fatal(err)
		}
	}
	w.answered()
	w.script("U1 submits", "card: Tidy: a@x.edu")
	if n := len(w.slack.Person("U1").DMs()); n != 0 {
		t.Errorf("%d direct messages", n)
	}
	w.clean()
}
