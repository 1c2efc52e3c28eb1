package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"slices"
	"strings"

	"registrar/bot"
	"registrar/store"
)

// forgetCommand erases a person from what Registrar keeps.
type forgetCommand struct {
	Address []string `arg:"" help:"The person's addresses. Tags (me+tag@x.edu) and freed ones (deleted+me@x.edu) are found by themselves."`
	Also    []string `sep:"none" placeholder:"TEXT" help:"A name or a record's number that is theirs alone. May be given again."`
	Yes     bool     `help:"Erase. Without it only what would be erased is shown."`
	By      string   `placeholder:"NAME" help:"Who has it done, for the audit trail. Otherwise who is logged in."`
}

func (f forgetCommand) Run(ctx context.Context, s surroundings) error {
	who, err := store.NewPerson(f.Address, f.Also)
	if err != nil {
		return usageError{err}
	}
	c, err := s.config()
	if err != nil {
		return err
	}
	log := newLogger(s.stderr, true, slog.LevelWarn)
	kept, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	r, err := newReplica(c, kept, log)
	if err != nil {
		return errors.Join(err, kept.Close())
	}
	run := forgetting{who: who, called: strings.Join(f.Address, ", "), store: kept, bot: r.bot, out: s.stdout}
	return errors.Join(run.do(ctx, f.Yes, cmp.Or(f.By, loggedIn())), kept.Close())
}

// loggedIn is whoever runs the program, as its machine knows them.
func loggedIn() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return cmp.Or(os.Getenv("USER"), "somebody at the command line")
}

// forgetting is one run of the command.
type forgetting struct {
	who    store.Person
	called string
	store  *store.Store
	bot    *bot.Bot
	out    io.Writer
}

func (f forgetting) say(format string, args ...any) { fmt.Fprintf(f.out, format+"\n", args...) }

func (f forgetting) do(ctx context.Context, sure bool, by string) error {
	found, err := f.store.Traces(ctx, f.who)
	if err != nil {
		return err
	}
	f.describe(found)
	err = f.erase(ctx, found, sure, by)
	if found.Aged > 0 {
		f.say("Slack may still show messages of %s, of whoever, that were erased for their age; while Registrar runs they go by themselves.", amount(found.Aged, "record", "records"))
	}
	unread := f.unread(found)
	switch {
	case unread == nil:
		return err
	case err != nil:
		return errors.Join(err, unread)
	}
	return usageError{unread}
}

// erase does what can be done, and where sure is false says so.
func (f forgetting) erase(ctx context.Context, found *store.Traces, sure bool, by string) error {
	if open := found.Open(); len(open) > 0 {
		return f.refuse(ctx, open)
	}
	switch {
	case found.None() && len(found.Waiting) == 0:
		return f.check(ctx, found)
	case !sure:
		f.say("Nothing was erased. To erase it, run this again with --yes.")
		return nil
	}
	if !found.None() {
		salt, err := f.store.Forget(ctx, found, by)
		if err != nil {
			return fmt.Errorf("not everything was erased; run this again: %w", err)
		}
		f.say("Erased. Receipt: %s\n  The audit trail holds no address, but the HMAC-SHA256 of “addresses”, a zero byte and the addresses, with the receipt as its key: whoever has both can show whom the entry is about.", salt)
	}
	if err := errors.Join(f.eraseMessages(ctx), f.check(ctx, found)); err != nil {
		return err
	}
	if err := f.store.RewriteLog(ctx); err != nil {
		f.say("Redis could not be asked to rewrite its append-only file: run BGREWRITEAOF, or see that its storage forgets.")
		return nil
	}
	f.say("Redis rewrites its append-only file now; until then, and in backups, what was erased can still be read.")
	return nil
}

// describe says what there is and what will not be reached.
func (f forgetting) describe(t *store.Traces) {
	if t.None() {
		if len(t.Waiting) > 0 {
			f.say("Registrar holds nothing about %s, but Slack may: messages of %s that were erased are still to be.", f.called, amount(len(t.Waiting), "record", "records"))
		}
		return
	}
	about := func(traces []store.Trace) (n int) {
		for _, trace := range traces {
			if trace.About {
				n++
			}
		}
		return n
	}
	runs, alerts := about(t.Runs), about(t.Alerts)
	f.say("About %s Registrar holds:", f.called)
	f.say("  %s and %s, of which only what was done, when, how it ended and who asked stays", amount(runs, "run", "runs"), amount(alerts, "sync-error alert", "sync-error alerts"))
	if others := len(t.Runs) + len(t.Alerts) - runs - alerts; others > 0 {
		f.say("  %s about others that this person asked for, decided or took, from which their name and address go", amount(others, "record", "records"))
	}
	f.say("  %s, %s in the audit trail, and by their hash %s and %s", amount(len(t.Drafts), "draft of a plan", "drafts of plans"),
		amount(t.Values(), "personal value", "personal values"), amount(t.Mails, "mail", "mails"), amount(t.Links(), "link", "links"))
	if len(t.Beside) > 0 {
		f.say("Beside them stand: %s.\n  What of that is this person's alone, give too: as a further address, or with --also.", strings.Join(clipped(t.Beside, 20), "; "))
	}
	f.say("Messages and files of those runs and alerts are erased in Slack. What stays:")
	f.say("  the records in LearnUpon, Salesforce and BambooHR: erase them there first, or they come back with the next sync error")
	f.say("  in the audit chain: who did what to which run, when, and the numbers of records in the names of steps")
	f.say("  Slack's direct messages “Your plan is ready”, what people wrote themselves, and mails that were sent")
	f.say("  files made by `registrar audit export` and `registrar alerts export`, and backups of Redis")
}

// clipped are the first texts of a list, and how many more there are.
func clipped(texts []string, most int) []string {
	if len(texts) <= most {
		return texts
	}
	return append(texts[:most:most], fmt.Sprintf("and %d more", len(texts)-most))
}

func amount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// refuse names what has to end first, with the links to it.
func (f forgetting) refuse(ctx context.Context, open []store.Trace) error {
	var ids []string
	for _, t := range open {
		ids = append(ids, t.ID)
	}
	links, err := f.bot.CardLinks(ctx, ids)
	if err != nil {
		links = nil // the ids must do
	}
	lines := []string{"nothing was erased, because something is still open:"}
	for _, t := range open {
		what, next := "run "+t.ID+" ("+t.Action+", "+t.Status+")", "finish, reject or cancel it"
		if t.Action == "" {
			what, next = "alert "+t.ID+" ("+t.Status+")", "mend or dismiss it"
		}
		lines = append(lines, strings.TrimSuffix(fmt.Sprintf("  %s: %s, then run this again. %s", what, next, links[t.ID]), " "))
	}
	return usageError{errors.New(strings.Join(lines, "\n"))}
}

// eraseMessages erases in Slack what is about erased runs and alerts, also what
// an earlier run of the command did not get to.
func (f forgetting) eraseMessages(ctx context.Context) error {
	waiting, err := f.store.ErasedUnshown(ctx)
	if err != nil {
		return err
	}
	var errs []error
	done := 0
	for _, id := range waiting {
		left, err := f.bot.EraseMessages(ctx, id)
		for _, l := range left {
			f.say("  Slack does not let Registrar erase this (%s); somebody has to: %s", l.Why, l.Link)
		}
		stands := errors.Is(err, bot.ErrNotErased) // an earlier release listed it first, and was killed
		if err == nil || stands {
			err = f.store.ErasedShown(ctx, id)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if !stands {
			done++
		}
	}
	f.say("Slack: the messages of %s say that they were erased.", amount(done, "run or alert", "runs and alerts"))
	if len(errs) > 0 {
		return fmt.Errorf("not all messages could be erased in Slack; run this again: %w", errors.Join(errs...))
	}
	return nil
}

// unread names the records that may still name the person, nil where there is
// none.
func (f forgetting) unread(t *store.Traces) error {
	if len(t.Unread) == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("not everything can be read. What may still name %s, with its messages in Slack:", f.called)}
	for _, u := range t.Unread {
		why := "damaged: somebody has to look at it and take out by hand what names them"
		if u.Newer {
			why = "written by a newer release of Registrar: run this again with that release"
		}
		lines = append(lines, "  "+u.Key+": "+why)
		if u.By != "" {
			lines = append(lines, "    only "+u.By+" leads to it, which therefore stays as it is until then")
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// check reads everything once more, but for what is known to be unread or to
// stay for its sake.
func (f forgetting) check(ctx context.Context, found *store.Traces) error {
	left, err := f.store.Mentions(ctx, f.who)
	if err != nil {
		return err
	}
	left, stays, err := f.store.Erasable(ctx, left)
	if err != nil {
		return err
	}
	left = slices.DeleteFunc(left, func(place string) bool {
		key, _, _ := strings.Cut(place, " ")
		return slices.Contains(found.Kept, key) || slices.ContainsFunc(found.Unread, func(u store.Unread) bool { return u.Key == key })
	})
	if len(left) > 0 {
		return fmt.Errorf("these keys in Redis still name %s; if running this again does not help, they have to be erased by hand:\n  %s", f.called, strings.Join(left, "\n  "))
	}
	readable := ""
	if len(found.Unread) > 0 {
		readable = " that can be read"
	}
	if len(found.Kept) > 0 {
		readable = " else that can be read"
	}
	if stays > 0 {
		readable = " else" + strings.TrimPrefix(readable, " else")
		f.say("Nothing%s in Redis names %s, but %s of the audit chain and of erased runs, where the names of steps hold what was given. They stay.", readable, f.called, amount(stays, "place", "places"))
		return nil
	}
	f.say("Nothing%s in Redis names %s.", readable, f.called)
	return nil
}
