package bot

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"registrar/bot/slacktest"
)

// TestConversations plays the scripts in testdata: who types and presses what,
// and what they and the channel see then. Each file of an archive is one
// conversation in a workspace of its own. A line is one of
//
//	U1 types /tidy a@x.edu
//	U1 fills Reason = ticket 7
//	U1 submits                  the modal on top
//	U1 closes                   it
//	U1 says text                in the channel
//	U1 looks up this address    the shortcut, on what was said last
//	U2 presses Approve          on the card, the modal on top or a message
//	U1 modal: text              the modal shows it, its title first
//	U1 no modal
//	U1 error: text              under a field
//	U1 told: text               only U1 sees it
//	U1 not told: text           until now
//	U1 dm: text
//	U2 presses Approve on the first card
//	U1 presses Fix… on the alert
//	U1 opens home
//	U1 home: text               the Home tab shows it
//	U1 home presses Refresh
//	U1 home lacks text
//	U1 snoozes 1 day            the newest alert, or the first on the modal
//	card: text                  the newest card shows it
//	first card: text            the oldest shows it
//	buttons: Approve, Reject    those of the newest card
//	thread: text
//	file: name text             the thread's one file: what its name begins with, what it holds
//	cards: 1                    so many are in the channel
//	found: closed               what a plan finds from now on
//	approvers: U3, U4           who is one from now on
//	later: 18h                  so much time passes, and the run is visited
//	writes: 1                   so often a step was done
//	logged: Grace, g@x.edu      a sync error, read a minute later
//	burst: 23                   so many people's at once
//	mended: g@x.edu             nothing is amiss any more
//	passes: 1h                  so much time passes, and the log is read again
//	alert: text                 the newest alert shows it, and so on as for cards
//
// Lines that look wait until it is so.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, script := range archive.Files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+script.Name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.start(w.bot())
				for i, line := range strings.Split(string(script.Data), "\n") {
					if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
						continue
					}
					if err := w.play(line); err != nil {
						t.Fatalf("%s line %d: %s: %v\n%s", script.Name, i+1, line, err, w.dump())
					}
				}
				w.clean()
			})
		}
	}
}

func (w *world) play(line string) error {
	who, rest, _ := strings.Cut(line, " ")
	if len(who) != 2 || who[0] != 'U' {
		return w.look(line)
	}
	p := w.slack.Person(who)
	verb, arg, _ := strings.Cut(rest, " ")
	switch verb {
	case "types":
		_, err := p.Command(w.Context(), approvals, arg)
		return err
	case "fills":
		field, value, _ := strings.Cut(arg, " = ")
		return p.Fill(w.Context(), map[string]any{field: value})
	case "submits":
		_, err := p.Submit(w.Context(), nil)
		return err
	case "opens":
		_, err := p.OpenHome(w.Context())
		return err
	case "home:":
		w.until(line, func() bool { v := p.Home(); return v != nil && strings.Contains(words(v.Blocks), arg) })
	case "home":
		return w.onHome(p, arg)
	case "snoozes":
		return w.snooze(p, arg)
	case "says":
		m, err := p.Say(approvals, arg)
		w.said = &m
		return err
	case "looks":
		_, err := p.Shortcut(w.Context(), ShortcutLookup, w.said)
		return err
	case "closes":
		return p.CloseModal(w.Context())
	case "presses":
		if button, alert := strings.CutSuffix(arg, " on the alert"); alert {
			m, _ := w.alertCard()
			_, err := p.Click(w.Context(), m, button)
			return err
		}
		if button, first := strings.CutSuffix(arg, " on the first card"); first {
			_, err := p.Click(w.Context(), w.slack.Messages(approvals)[0], button)
			return err
		}
		return w.press(p, arg)
	case "no":
		w.until(line, func() bool { return p.Modal() == nil })
	case "modal:":
		w.until(line, func() bool {
			v := p.Modal()
			return v != nil && strings.Contains(v.TitleText()+" "+words(v.Blocks), arg)
		})
	case "error:":
		errs, _ := p.ModalErrors()
		if !strings.Contains(fmt.Sprint(errs), arg) {
			return fmt.Errorf("the errors are %v", errs)
		}
	case "not":
		if arg = strings.TrimPrefix(arg, "told: "); among(p.Ephemerals(), arg) {
			return errors.New("it was told")
		}
	case "told:":
		w.until(line, func() bool { return among(p.Ephemerals(), arg) })
	case "dm:":
		w.until(line, func() bool { return among(p.DMs(), arg) })
	default:
		return errors.New("not a line of a conversation")
	}
	return nil
}

func (w *world) look(line string) error {
	what, arg, _ := strings.Cut(line, ":")
	arg = strings.TrimSpace(arg)
	switch what {
	case "card":
		w.until(line, func() bool { m, ok := w.card(); return ok && strings.Contains(show(m), arg) })
	case "first card":
		w.until(line, func() bool { m := w.slack.Messages(approvals); return len(m) > 0 && strings.Contains(show(m[0]), arg) })
	case "buttons":
		want := strings.FieldsFunc(arg, func(r rune) bool { return r == ',' })
		for i := range want {
			want[i] = strings.TrimSpace(want[i])
		}
		w.until(line, func() bool { m, ok := w.card(); return ok && slices.Equal(slacktest.Buttons(m.Blocks), want) })
	case "thread":
		w.until(line, func() bool { m, ok := w.card(); return ok && among(w.slack.Replies(approvals, m.TS), arg) })
	case "found":
		w.hooks.find(arg)
	case "approvers":
		w.slack.AddUserGroup("SAPP", "approvers", strings.Split(arg, ", ")...)
	case "later":
		d, err := time.ParseDuration(arg)
		if err != nil {
			return err
		}
		id := w.run().ID // the work it does now comes first
		w.work.Wait()
		w.ahead.Add(int64(d))
		return w.engine.Visit(w.Context(), id)
	case "file":
		name, text, _ := strings.Cut(arg, " ")
		return w.file(name, text)
	case "cards":
		want, err := strconv.Atoi(arg)
		if err != nil {
			return err
		}
		w.until(line, func() bool { return len(w.slack.Messages(approvals)) == want })
	case "writes":
		if got := strconv.Itoa(w.hooks.writes()); got != arg {
			return fmt.Errorf("a step was done %s times", got)
		}
	default:
		return w.lookAtAlerts(what, arg)
	}
	return nil
}

func (w *world) card() (slacktest.Message, bool) {
	all := w.slack.Messages(approvals)
	if len(all) == 0 {
		return slacktest.Message{}, false
	}
	return all[len(all)-1], true
}

// press finds the button where the person sees it: on the modal, the card, a
// message to them alone, or a direct message.
func (w *world) press(p *slacktest.Person, button string) error {
	var on slacktest.Surface
	find := func() bool {
		if v := p.Modal(); v != nil && slices.Contains(slacktest.Buttons(v.Blocks), button) {
			on = v
			return true
		}
		for _, m := range slices.Concat(p.DMs(), p.Ephemerals(), w.slack.Messages(approvals)) {
			if slices.Contains(slacktest.Buttons(m.Blocks), button) {
				on = m
			}
		}
		return on != nil
	}
	w.until("button "+button, find)
	_, err := p.Click(w.Context(), on, button)
	return err
}

func among(all []slacktest.Message, text string) bool {
	return slices.ContainsFunc(all, func(m slacktest.Message) bool { return strings.Contains(show(m), text) })
}
