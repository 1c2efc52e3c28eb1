package proof

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// TestForgetAfterEveryAction lets each action run to its end, looks everybody up
// whom it names, has them forgotten while the program goes on, and then looks for
// them in every byte of Redis, on its disk, in the exported trail and in Slack.
// With -full it is every situation of every action; without, the first.
func TestForgetAfterEveryAction(t *testing.T) {
	m := &matrix{program: registrartest.Build(t)}
	for i, e := range errands() {
		if i > 0 && !*full {
			break
		}
		t.Run(e.title(), func(t *testing.T) {
			f := forgotten{m.open(t, e, "")}
			disk := storetest.RealRedis(t, "--aof-use-rdb-preamble", "no")
			f.redis = disk.URL()
			f.Env["REDIS_URL"] = f.redis
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			f.start(e.settings)
			if err := newPeople(f.stage, e).carry(ctx); err != nil {
				t.Fatal(err)
			}
			card, _ := f.Card()
			if err := f.settled(ctx, card.Text); err != nil {
				t.Fatal(err)
			}
			people := f.named()
			if len(people) == 0 {
				t.Skip("it is about nobody")
			}
			names := f.names(people)
			f.lookUp(ctx, people[0])
			args := append([]string{"forget", "--yes"}, people...)
			for _, n := range names {
				args = append(args, "--also", n)
			}
			env := maps.Clone(f.Env)
			maps.Copy(env, e.settings)
			out, errs, code := m.program.Run(t, env, args...)
			if code != 0 || !strings.Contains(out, "Nothing in Redis names") {
				t.Fatalf("forget: exit code %d\n%s%s", code, out, errs)
			}
			trail, _, _ := m.program.Run(t, env, "audit", "export")
			if out, errs, code := m.program.Run(t, env, "audit", "verify"); code != 0 || !strings.Contains(out, "were erased") {
				t.Errorf("audit verify: exit code %d\n%s%s", code, out, errs)
			}
			for what, read := range map[string]func() string{
				"Redis": func() string { return storetest.Contents(t, f.redis) }, "its disk": disk.OnDisk,
				"the exported trail": func() string { return trail }, "Slack": f.shownToAnybody,
			} {
				f.namesNobody(what, read, slices.Concat(people, names))
			}
			if families, unknown := storetest.KeysThatStay(t, f.redis); len(unknown) > 0 {
				t.Errorf("keys without a time to live: %v beside %v", unknown, families)
			}
		})
	}
}

type forgotten struct{ *stage }

var anAddress = regexp.MustCompile(`[a-z0-9._-]+@(?:[a-z0-9-]+\.)+example\b`)

// named are the addresses in Redis, but for those of the desk.
func (f forgotten) named() []string {
	var all []string
	for _, a := range anAddress.FindAllString(strings.ToLower(storetest.Contents(f.t, f.redis)), -1) {
		if !strings.HasSuffix(a, "@northwind.example") || a == lena {
			all = append(all, a)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// names are those of the people in the vendors' systems.
func (f forgotten) names(addresses []string) []string {
	var all []string
	add := func(email, first, last string) {
		if slices.ContainsFunc(addresses, func(a string) bool { return strings.HasSuffix(strings.ToLower(email), a) }) && first != "" && last != "" {
			all = append(all, strings.ToLower(first+" "+last))
		}
	}
	for _, u := range f.LearnUpon.Snapshot().Users {
		add(u.Email, u.FirstName, u.LastName)
	}
	for _, c := range f.Salesforce.Snapshot().Contacts {
		add(c.Email, c.FirstName, c.LastName)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// lookUp reads somebody's records, which the trail remembers.
func (f forgotten) lookUp(ctx context.Context, address string) {
	f.t.Helper()
	max := f.Slack.Person(registrartest.Max)
	if _, err := max.Command(ctx, registrartest.Approvals, "/lookup "+address); err != nil {
		f.t.Fatal(err)
	}
	f.Wait("the form of /lookup", func() bool { return max.Modal() != nil && max.Modal().SubmitText() != "" })
	if wrong, err := max.Submit(ctx, nil); err != nil || len(wrong) > 0 {
		f.t.Fatal(wrong, err)
	}
	f.Wait("what was found", func() bool {
		v := max.Modal()
		return v != nil && strings.Contains(string(v.Blocks), address) && v.SubmitText() == "" && v.CallbackID != "planning"
	})
}

// shownToAnybody is every message, and every file.
func (f forgotten) shownToAnybody() string {
	var all strings.Builder
	encoder := json.NewEncoder(&all)
	for _, m := range f.Slack.Messages(registrartest.Approvals) {
		_ = encoder.Encode(m) // a message always encodes
		_ = encoder.Encode(f.Slack.Replies(registrartest.Approvals, m.TS))
	}
	for _, id := range []string{registrartest.Sam, registrartest.Max, registrartest.Ana, registrartest.Ada} {
		_ = encoder.Encode(f.Slack.Person(id).DMs())
	}
	for _, file := range f.Slack.Files() {
		all.WriteString(file.Name)
		all.Write(file.Content)
	}
	return all.String()
}

// namesNobody looks until nobody is named there any more: the disk is rewritten
// meanwhile.
func (f forgotten) namesNobody(what string, read func() string, texts []string) {
	f.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		all := strings.ToLower(read())
		i := slices.IndexFunc(texts, func(text string) bool { return strings.Contains(all, text) })
		if i < 0 {
			return
		}
		if at := strings.Index(all, texts[i]); time.Now().After(deadline) || what == "Redis" {
			f.t.Errorf("%s is still in %s: …%s…", texts[i], what, all[max(0, at-200):min(len(all), at+100)])
			return
		}
	}
}
