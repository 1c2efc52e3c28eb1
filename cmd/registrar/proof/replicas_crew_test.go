package proof

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// crewPatience is how long anything may take among several processes, on a
// machine that does much else.
const crewPatience = 2 * time.Minute

// crewPolicy lets what cannot be undone begin soon.
const crewPolicy = "actions:\n  merge-users: {delay: 1s}\n"

// crew is several replicas on one real Redis, in one world. Each opens its
// sockets with an app-level token of its own, so that a test chooses which of
// them gets an envelope.
type crew struct {
	*registrartest.World
	t       testing.TB
	program registrartest.Program
	redis   *storetest.Redis

	mu       sync.Mutex
	replicas map[string]*registrartest.Replica // by name
}

func newCrew(t testing.TB, p registrartest.Program, options ...slacktest.Option) *crew {
	t.Helper()
	c := &crew{World: registrartest.NewWorld(t, p, options...), t: t, program: p, redis: storetest.RealRedis(t), replicas: map[string]*registrartest.Replica{}}
	delete(c.Env, "REGISTRAR_ALLOW_WEAK_REDIS")
	c.Env["REDIS_URL"] = c.redis.URL()
	c.Env["REGISTRAR_POLICY"] = filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(c.Env["REGISTRAR_POLICY"], []byte(crewPolicy), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// join starts a replica of that name.
func (c *crew) join(name string, settings ...map[string]string) *registrartest.Replica {
	c.t.Helper()
	return c.joinAs(c.program, name, settings...)
}

// joinAs is join with another build of the program.
func (c *crew) joinAs(p registrartest.Program, name string, settings ...map[string]string) *registrartest.Replica {
	c.t.Helper()
	own := map[string]string{"SLACK_APP_TOKEN": tokenOf(name)}
	for _, s := range settings {
		maps.Copy(own, s)
	}
	env := maps.Clone(c.Env)
	maps.Copy(env, own)
	r := p.Start(c.t, env)
	c.Wait("a socket of replica "+name, func() bool { return c.Slack.Sockets(tokenOf(name)) > 0 })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.replicas[name] = r
	return r
}

// tokenOf is the app-level token that a replica opens its sockets with.
func tokenOf(name string) string { return slacktest.AppToken + "-" + name }

// unlimited lets both portals take any number of calls, and returns the settings
// of replicas that know it: a minute's limits are tested by themselves.
func unlimited(w *registrartest.World) map[string]string {
	w.LearnUpon.Limit(1e6, 1e9)
	w.Partners.Limit(1e6, 1e9)
	return map[string]string{"LEARNUPON_RATE_PER_MINUTE": "1000000", "LEARNUPON_PARTNERS_RATE_PER_MINUTE": "1000000"}
}

// staff adds people of support to the workspace, each with a modal of their own,
// so that as many conversations can go on at once.
func (c *crew) staff(n int) []string {
	members, ids := []string{registrartest.Sam, registrartest.Max}, []string{}
	for i := range n {
		id := fmt.Sprintf("U0S%03d", i)
		c.Slack.AddUser(slacktest.User{ID: id, Name: fmt.Sprintf("staff%d", i), RealName: fmt.Sprintf("Staff %d", i), Email: fmt.Sprintf("staff%d@northwind.example", i)})
		for _, channel := range []string{"C0SUPPORT", registrartest.Approvals} {
			c.Slack.SetMember(channel, id, true)
		}
		ids = append(ids, id)
	}
	c.Slack.AddUserGroup("S0SUPPORT", "academy-support", append(members, ids...)...)
	return ids
}

// cards are the cards in the approvals channel about somebody or something.
func (c *crew) cards(subject string) []slacktest.Message {
	return slices.DeleteFunc(c.Slack.Messages(registrartest.Approvals), func(m slacktest.Message) bool {
		return m.ThreadTS != "" && m.ThreadTS != m.TS || !strings.Contains(string(m.Blocks), subject)
	})
}

// unanswered says of every envelope that no ack came for in time what it was.
func (c *crew) unanswered() []string {
	var out []string
	for _, e := range c.Slack.Unanswered() {
		out = append(out, fmt.Sprintf("%s to %v", e.Type, e.Delivered))
	}
	return out
}

// trail is the audit trail's lines, after its chain was verified.
func (c *crew) trail() []string {
	c.t.Helper()
	if out, errs, code := c.program.Run(c.t, c.Env, "audit", "verify"); code != 0 {
		c.t.Errorf("audit verify: %s%s", out, errs)
	}
	out, errs, code := c.program.Run(c.t, c.Env, "audit", "export")
	if code != 0 {
		c.t.Fatalf("audit export: %s", errs)
	}
	return strings.Split(strings.TrimSpace(out), "\n")
}

// counted is how many lines hold all the texts.
func counted(lines []string, texts ...string) int {
	n := 0
	for _, line := range lines {
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
			n++
		}
	}
	return n
}

// talk is one conversation. Each thing a person does goes to the replicas the
// plan names for it, in turn: one name, or two where Slack delivers it twice.
type talk struct {
	*crew
	who  string // the requester
	mate string // who does what a step asks for

	mu   sync.Mutex
	plan [][]string // names of replicas, an entry for each envelope
	next int
}

// hand is a person whose next deed goes where the plan says.
func (k *talk) hand(person string) *slacktest.Person {
	k.mu.Lock()
	defer k.mu.Unlock()
	to := k.plan[k.next%len(k.plan)]
	k.next++
	tokens := make([]string, len(to))
	for i, name := range to {
		tokens[i] = tokenOf(name)
	}
	return k.Slack.Person(person).Via(tokens...)
}

// until waits in Slack.
func (k *talk) until(ctx context.Context, what string, cond func() bool) error {
	if err := k.Slack.Wait(ctx, cond); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// ask types a command, fills in the forms and sends what comes of it.
func (k *talk) ask(ctx context.Context, command string, values map[string]any) error {
	if _, err := k.hand(k.who).Command(ctx, registrartest.Approvals, command); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	for {
		form, err := k.form(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
		if wrong, err := k.hand(k.who).Submit(ctx, asked(form, values)); err != nil || len(wrong) > 0 {
			return fmt.Errorf("%s: %q: refused %v, %w", command, form.SubmitText(), wrong, err)
		}
		if form.SubmitText() != "Continue" {
			return k.until(ctx, "the answer to the request", func() bool { v := k.Slack.Person(k.who).Modal(); return v == nil || v.Hash != form.Hash })
		}
		if err := k.until(ctx, "what follows the form", func() bool { v := k.Slack.Person(k.who).Modal(); return v == nil || v.Hash != form.Hash }); err != nil {
			return err
		}
	}
}

// form waits for a modal that can be sent.
func (k *talk) form(ctx context.Context) (form *slacktest.View, err error) {
	err = k.until(ctx, "a form to send", func() bool {
		form = k.Slack.Person(k.who).Modal()
		return form != nil && slices.Contains([]string{"Continue", "Request approval", "Apply"}, form.SubmitText())
	})
	if err != nil && form != nil {
		err = fmt.Errorf("%w: it shows %s", err, form.Blocks)
	}
	return form, err
}

// press presses a button of the card once it is there, and the card shows some
// texts: two steps may have buttons of one name.
func (k *talk) press(ctx context.Context, person, subject, button string, shows ...string) error {
	var card slacktest.Message
	if err := k.button(ctx, subject, button, &card, shows...); err != nil {
		return err
	}
	if _, err := k.hand(person).Click(ctx, card, button); err != nil {
		return fmt.Errorf("%s: %w", button, err)
	}
	return nil
}

// button waits for a card with that button.
func (k *talk) button(ctx context.Context, subject, button string, card *slacktest.Message, shows ...string) error {
	return k.until(ctx, fmt.Sprintf("a card about %s with %q that shows %q", subject, button, shows), func() bool {
		for _, m := range k.cards(subject) {
			if slices.Contains(slacktest.Buttons(m.Blocks), button) && counted([]string{string(m.Blocks)}, shows...) == 1 {
				*card = m
				return true
			}
		}
		return false
	})
}

// ends waits until the card says that the run is over, and how.
func (k *talk) ends(ctx context.Context, subject, how string) error {
	var now string
	err := k.until(ctx, fmt.Sprintf("a card about %s that ends %q", subject, how), func() bool {
		for _, m := range k.cards(subject) {
			if now = m.Text; strings.HasSuffix(m.Text, how) {
				return true
			}
		}
		return false
	})
	if err != nil {
		err = fmt.Errorf("%w; it says %q", err, now)
	}
	return err
}

// dump tells all about a conversation that went wrong: its card, what people were
// told, and what replicas found worth a warning.
func (c *crew) dump(subject string) {
	for _, m := range c.cards(subject) {
		c.t.Logf("card %s: %s\n%s", m.TS, m.Text, m.Blocks)
	}
	for _, u := range c.Slack.Snapshot().Users {
		for _, m := range c.Slack.Ephemerals(u.ID) {
			c.t.Logf("%s was told: %s %s", u.ID, m.Text, m.Blocks)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, r := range c.replicas {
		for line := range strings.Lines(r.Log()) {
			if !strings.Contains(line, `"run moved"`) {
				c.t.Logf("%s: %s", name, line)
			}
		}
	}
}
