package bot

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"registrar/bot/engine"
	"registrar/bot/slacktest"
	"registrar/store"
)

// forgets erases somebody from the store and returns what has messages.
func (w *world) forgets(address string) []string {
	w.Helper()
	who, err := store.NewPerson([]string{address}, nil)
	if err != nil {
		w.Fatal(err)
	}
	found, err := w.store.Traces(w.Context(), who)
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.store.Forget(w.Context(), found, "U8"); err != nil {
		w.Fatalf("%v: %+v", err, found.Open())
	}
	waiting, err := w.store.ErasedUnshown(w.Context())
	if err != nil || len(waiting) == 0 {
		w.Fatalf("waiting: %v, %v", waiting, err)
	}
	return waiting
}

// shown is everything Slack shows to anybody but in their modals.
func (w *world) shown() string {
	var all strings.Builder
	for _, channel := range []string{approvals, alertsChannel} {
		for _, m := range w.slack.Messages(channel) {
			for _, m := range append(w.slack.Replies(channel, m.TS), m) {
				raw, _ := json.Marshal(m)
				all.Write(raw)
			}
		}
	}
	for _, id := range []string{"U1", "U2", "U3"} {
		for _, m := range w.slack.Person(id).DMs() {
			raw, _ := json.Marshal(m)
			all.Write(raw)
		}
	}
	for _, f := range w.slack.Files() {
		all.WriteString(f.Name + string(f.Content))
	}
	return all.String()
}

// Every message about a run and its file are erased, once, and a picture of the
// run as it was is not drawn again.
func TestErasedMessagesNameNobody(t *testing.T) {
	for name, fault := range map[string]slacktest.Fault{"found at once": {}, "found again": {Status: 500, After: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := w.bot()
			w.start(b)
			if fault.After {
				w.slack.FailNext("files.completeUploadExternal", fault, 1)
			}
			w.script("U1 types /keep a@x.edu", "U1 modal: Keep", "U1 submits", "U1 modal: No approval", "U1 submits", "card: Done", "U1 dm: Done")
			w.eventually("the end", func() bool {
				open, err := w.store.Unshown(w.Context(), w.now(), 10)
				return err == nil && len(open) == 0
			})
			before := w.oneRun()
			if !strings.Contains(w.shown(), "a@x.edu") || len(w.slack.Files()) != 1 {
				t.Fatalf("nothing is proven:\n%s", w.shown())
			}
			for _, id := range w.forgets("a@x.edu") {
				w.slack.FailNext("chat.update", slacktest.Fault{Status: 500}, 1)
				if _, err := b.EraseMessages(w.Context(), id); err == nil {
					t.Error("Slack was away, and nobody is told")
				}
				left, err := b.EraseMessages(w.Context(), id)
				if err != nil || len(left) > 0 {
					t.Errorf("left: %v, %v", left, err)
				}
			}
			if err := b.Repair(w.Context(), before); err != nil {
				t.Errorf("an older picture: %v", err)
			}
			if text := w.shown(); strings.Contains(text, "a@x") || strings.Contains(text, "a-x") || !strings.Contains(text, "erased on request") {
				t.Errorf("shown:\n%s", text)
			}
			calls := len(w.slack.Calls())
			if left, err := b.EraseMessages(w.Context(), before.ID); err != nil || len(left) > 0 {
				t.Errorf("again: %v, %v", left, err)
			}
			for _, c := range w.slack.Calls()[calls:] {
				if c.Method == "chat.update" {
					t.Errorf("again, it calls %s", c.Method)
				}
			}
		})
	}
}

// A picture that was on its way while the run was erased, such as one that Slack
// did not take for a while, says nothing new.
func TestNothingIsPostedAboutWhatWasErased(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	w.start(b)
	w.script("U1 types /keep a@x.edu", "U1 modal: Keep", "U1 submits", "U1 modal: No approval", "U1 submits", "card: Done", "U1 dm: Done")
	w.eventually("the end", func() bool {
		open, err := w.store.Unshown(w.Context(), w.now(), 10)
		return err == nil && len(open) == 0
	})
	late := w.oneRun()
	for _, id := range w.forgets("a@x.edu") {
		if _, err := b.EraseMessages(w.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	late.Status, late.Steps[0].Status, late.Steps[0].Note = engine.NeedsReview, engine.StepUnknown, "did a@x.edu get it?"
	for range 2 {
		if err := b.Repair(w.Context(), late); err != nil {
			t.Errorf("the late picture: %v", err)
		}
		if text := w.shown(); strings.Contains(text, "a@x") {
			t.Errorf("shown:\n%s", text)
		}
		for _, key := range w.redis.Keys() { // as if no message had been posted
			if strings.HasPrefix(key, "{registrar}:post") {
				w.redis.Del(key)
			}
		}
	}
	posts := len(w.slack.Messages(approvals))
	if err := b.Repair(w.Context(), w.oneRun()); err != nil || len(w.slack.Messages(approvals)) != posts {
		t.Errorf("%d messages, then %d, %v", posts, len(w.slack.Messages(approvals)), err)
	}
}

// kept has a run that is done, with a card, a file and more, and a person erased
// from it whose messages are still to be.
func (w *world) kept(b *Bot) (id string) {
	w.Helper()
	w.start(b)
	w.script("U1 types /keep a@x.edu", "U1 modal: Keep", "U1 submits", "U1 modal: No approval", "U1 submits", "card: Done", "U1 dm: Done")
	w.eventually("the end", func() bool {
		open, err := w.store.Unshown(w.Context(), w.now(), 10)
		return err == nil && len(open) == 0
	})
	if _, err := b.EraseMessages(w.Context(), w.oneRun().ID); err == nil {
		w.Error("the messages of a run that is not erased were erased")
	}
	return w.forgets("a@x.edu")[0]
}

// What Slack does not let anybody change is named, and whether that can be
// another time.
func TestMessagesThatCannotBeErasedAreNamed(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	id := w.kept(b)
	w.slack.FailNext("chat.update", slacktest.Fault{Error: "is_archived"}, 1)
	w.slack.FailNext("files.delete", slacktest.Fault{Error: "cant_delete_file"}, 1)
	left, err := b.EraseMessages(w.Context(), id)
	slices.SortFunc(left, func(a, b StillThere) int { return strings.Compare(b.Why, a.Why) })
	if err != nil || len(left) != 2 || left[0].Why != "is_archived" || !left[0].Later || !strings.Contains(left[0].Link, "/archives/") || left[1].Why != "cant_delete_file" || left[1].Later || !strings.Contains(left[1].Link, "file F") {
		t.Errorf("%+v, %v", left, err)
	}
}

// Where Slack refuses the app it says nothing about the message.
func TestMessagesAreErasedOnceTheAppIsLetIn(t *testing.T) {
	for _, method := range []string{"chat.update", "files.delete", "conversations.replies"} {
		t.Run(method, func(t *testing.T) {
			w := newWorld(t)
			b := w.bot()
			if method == "conversations.replies" { // the file is found again after a crash
				w.slack.FailNext("files.completeUploadExternal", slacktest.Fault{Status: 500, After: true}, 1)
			}
			id := w.kept(b)
			calls := 1
			if posts, err := w.store.Posts(w.Context(), id); method == "chat.update" {
				calls = len(posts) - 1 // all but the file
				if err != nil || calls < 1 {
					t.Fatalf("%+v, %v", posts, err)
				}
			}
			for _, code := range []string{"token_revoked", "invalid_auth", "not_authed", "account_inactive", "token_expired", "missing_scope", "no_permission"} {
				w.slack.FailNext(method, slacktest.Fault{Error: code}, calls)
				left, err := b.EraseMessages(w.Context(), id)
				if len(left) > 0 || err == nil || !strings.Contains(err.Error(), code) {
					t.Errorf("%s: %+v, %v", code, left, err)
				}
			}
			if left, err := b.EraseMessages(w.Context(), id); err != nil || len(left) > 0 || len(w.slack.Files()) > 0 {
				t.Errorf("then: %+v, %v, files %v", left, err, w.slack.Files())
			}
		})
	}
}

func (w *world) oneRun() *engine.Run {
	w.Helper()
	runs, err := w.store.Runs(w.Context(), store.Query{})
	if err != nil || len(runs) != 1 {
		w.Fatalf("%v, %v", runs, err)
	}
	return runs[0]
}
