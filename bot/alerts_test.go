package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/runbook"
	"registrar/bot/slacktest"
	"registrar/bot/slackui"
)

const alertsChannel = "CALERTS"

// syncLog is the log of sync errors, and what the records say of its people.
type syncLog struct {
	mu     sync.Mutex
	rows   []alerts.Row
	mended map[string]bool // by address
}

func (l *syncLog) add(name, email string, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := strconv.Itoa(len(l.rows))
	l.rows = append(l.rows, alerts.Row{ID: id, At: at, Email: email, Name: name, Message: "Email address already in use"})
}

func (l *syncLog) mend(email string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mended[email] = true
}

func (l *syncLog) read(context.Context, time.Time) ([]alerts.Row, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.rows), nil
}

func (l *syncLog) explain(_ context.Context, a *alerts.Alert) (alerts.Cause, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := alerts.Cause{Account: "X University", Emails: []runbook.Fact{{Label: "LearnUpon", Value: a.Email}, {Label: "Contact", Value: "old-" + a.Email}}}
	if l.mended[a.Email] {
		c.Gone = "The addresses agree."
		return c, nil
	}
	values := runbook.Values{"email": a.Email}
	c.Why = []runbook.Finding{
		{Text: "The contact has another address.", Mend: &runbook.Suggestion{Action: alerts.FixSync, Label: "Fix sync", Values: values}},
		{Text: "It is untidy.", Mend: &runbook.Suggestion{Action: "tidy", Label: "Tidy it", Values: values}},
	}
	return c, nil
}

// newDesk is the desk of the world's alerts. A bot makes itself its watcher.
func (w *world) newDesk() *alerts.Desk {
	w.sync = &syncLog{mended: map[string]bool{}}
	w.slack.AddChannel(slacktest.Channel{ID: alertsChannel, Name: "alerts", Members: []string{"U1", "U2", "U4", "U5", slacktest.BotUser}})
	return &alerts.Desk{
		Store: w.store.Alerts(), Rows: w.sync.read, Explain: w.sync.explain, Every: 1, Owner: "test", Now: w.now, Log: w.log,
		Live:  func(context.Context, *alerts.Alert) (string, error) { return "", nil },
		Watch: func(context.Context, *alerts.Alert) {}, WatchDigest: func(context.Context, *alerts.Digest) {},
	}
}

// poll lets a minute pass and reads the log; then what is due is done.
func (w *world) poll(passed time.Duration) error {
	w.ahead.Add(int64(passed))
	if _, err := w.desk.Poll(w.Context()); err != nil {
		return err
	}
	return w.desk.Reconcile(w.Context())
}

func (w *world) alertCard() (slacktest.Message, bool) {
	all := w.slack.Messages(alertsChannel)
	if len(all) == 0 {
		return slacktest.Message{}, false
	}
	return all[len(all)-1], true
}

// lookAtAlerts plays a line about alerts.
func (w *world) lookAtAlerts(what, arg string) error {
	switch what {
	case "logged":
		name, email, _ := strings.Cut(arg, ", ")
		w.sync.add(name, email, w.now())
		return w.poll(time.Minute)
	case "burst":
		n, err := strconv.Atoi(arg)
		if err != nil {
			return err
		}
		for i := range n {
			w.sync.add(fmt.Sprintf("Person %d", i), fmt.Sprintf("p%d@x.edu", i), w.now())
		}
		return w.poll(time.Minute)
	case "mended":
		w.sync.mend(arg)
	case "passes":
		d, err := time.ParseDuration(arg)
		if err != nil {
			return err
		}
		return w.poll(d)
	case "alert":
		w.until(arg, func() bool { m, ok := w.alertCard(); return ok && strings.Contains(show(m), arg) })
	case "alert buttons":
		w.until(arg, func() bool {
			m, ok := w.alertCard()
			return ok && strings.Join(slacktest.Buttons(m.Blocks), ", ") == arg
		})
	case "alert thread":
		w.until(arg, func() bool { m, ok := w.alertCard(); return ok && among(w.slack.Replies(alertsChannel, m.TS), arg) })
	case "alerts":
		want, err := strconv.Atoi(arg)
		if err != nil {
			return err
		}
		w.until(arg, func() bool { return len(w.slack.Messages(alertsChannel)) == want })
	default:
		return errors.New("not a line of a conversation")
	}
	return nil
}

// snooze chooses from the menu on the modal, or else on the newest alert.
func (w *world) snooze(p *slacktest.Person, choice string) error {
	var on slacktest.Surface
	var controls []slacktest.Control
	w.until("menu Snooze", func() bool {
		if v := p.Modal(); v != nil {
			on, controls = v, slacktest.Controls(v.Blocks)
		} else if m, ok := w.alertCard(); ok {
			on, controls = m, slacktest.Controls(m.Blocks)
		}
		return slices.ContainsFunc(controls, func(c slacktest.Control) bool { return c.ActionID == slackui.PressSnooze })
	})
	menu := controls[slices.IndexFunc(controls, func(c slacktest.Control) bool { return c.ActionID == slackui.PressSnooze })]
	_, err := p.Press(w.Context(), on, menu.BlockID, menu.ActionID, choice)
	return err
}

// A card that was lost, or whose posting was never recorded, is there once, also
// where our clock is minutes ahead of Slack's.
func TestAnAlertIsPostedOnce(t *testing.T) {
	for name, fault := range map[string]slacktest.Fault{
		"refused":            {Status: 503},
		"broken, but posted": {Drop: true, After: true},
		"500, but posted":    {Status: 500, After: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, slacktest.WithClock(func() time.Time { return time.Now().Add(-5 * time.Minute) }))
			w.start(w.bot())
			w.slack.FailNext("chat.postMessage", fault, 1)
			w.script("logged: Grace Learner, grace@x.edu", "alert: grace@x.edu")
			w.allShown()
			w.script("alerts: 1")
			w.clean()
		})
	}
}

// What a process left unsaid when it died is shown by another.
func TestAnAlertNobodyShowedIsShown(t *testing.T) {
	w := newWorld(t)
	if err := w.lookAtAlerts("logged", "Grace Learner, grace@x.edu"); err != nil {
		t.Fatal(err)
	}
	w.start(w.bot())
	w.script("passes: 1m", "alert: Grace Learner", "alerts: 1", "passes: 1m", "alerts: 1")
	page, err := w.desk.List(t.Context(), alerts.Query{})
	if err != nil || len(page.Alerts) != 1 {
		t.Fatalf("%d alerts, %v", len(page.Alerts), err)
	}
	w.allShown()
	w.clean()
}

func (w *world) allShown() {
	w.Helper()
	w.eventually("everything to be shown", func() bool {
		left, err := w.store.Alerts().Unshown(w.Context(), w.now().Add(time.Hour), 10)
		return err == nil && len(left) == 0
	})
}
