package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
)

// comparisonOfEverybody runs `registrar compare` on so many accounts and as many
// contacts, of which one in a hundred has another address, and beside it a
// program that merely fetches the same pages and decodes what a comparison needs
// of them, into structs. The portal allows as many calls as come: at 300 a minute
// the reading of 100,000 takes 45 s, whoever reads.
func comparisonOfEverybody(t *testing.T) []row {
	people := size(100_000, 5_000)
	program := registrartest.Build(t)
	world := registrartest.NewWorld(t, program)
	canned := newCanned(t, people)
	known(world.Salesforce)
	world.LearnUpon.Around(canned.portal)
	world.Salesforce.Around(canned.org)
	world.Env["LEARNUPON_PORTALS"], world.Env["LEARNUPON_RATE_PER_MINUTE"] = "", "1000000"

	var ours, bare []finished
	for range size(3, 1) {
		compare := exec.CommandContext(t.Context(), program.Path, "compare")
		for name, value := range world.Env {
			compare.Env = append(compare.Env, name+"="+value)
		}
		o := finish(t, compare)
		if lines := bytes.Count(o.out, []byte("\n")); lines != people/100 || !strings.Contains(string(o.errs), fmt.Sprintf("Compared %d accounts with %d contacts", people, people)) {
			t.Fatalf("%d people are listed; want %d\n%s", lines, people/100, o.errs)
		}
		ours = append(ours, o)
		decode := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMerelyDecode$", "-test.count=1")
		decode.Env = append(os.Environ(), decodeFrom+"="+world.LearnUpon.URL+" "+world.Salesforce.URL+" "+strconv.Itoa(people))
		bare = append(bare, finish(t, decode))
	}
	a, b := least(ours), least(bare)
	if a.memory > 256<<20 {
		t.Errorf("it held %s", megabytes(a.memory))
	}
	what := fmt.Sprintf("comparing %d accounts with %d contacts", people, people)
	ratio := float64(a.cpu) / float64(b.cpu)
	return []row{
		{name: what + ": memory, at most", ours: megabytes(a.memory), other: megabytes(b.memory) + " (merely decoding)", ratio: fmt.Sprintf("%.2f", float64(a.memory)/float64(b.memory)), aim: "< 256 MiB", held: judged(a.memory < 256<<20)},
		{name: "  processor time", ours: a.cpu.Round(10 * time.Millisecond).String(), other: b.cpu.Round(10*time.Millisecond).String() + " (merely decoding)", ratio: fmt.Sprintf("%.2f", ratio)},
		{name: "  time, all calls allowed", ours: a.took.Round(10 * time.Millisecond).String(), other: b.took.Round(10*time.Millisecond).String() + " (merely decoding)", ratio: fmt.Sprintf("%.2f", float64(a.took)/float64(b.took))},
		{name: "  calls to LearnUpon", ours: strconv.Itoa(canned.pages / len(ours) / 2), other: fmt.Sprintf("%d pages", (people+pageSize-1)/pageSize), ratio: ""},
	}
}

// finished is a process that has ended well.
type finished struct {
	out, errs []byte
	took, cpu time.Duration
	memory    int64
}

func finish(t *testing.T, c *exec.Cmd) finished {
	t.Helper()
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	began := time.Now()
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", c.Path, err, out.Bytes(), errs.Bytes())
	}
	s := c.ProcessState
	return finished{out.Bytes(), errs.Bytes(), time.Since(began), s.UserTime() + s.SystemTime(), peak(t, s.SysUsage())}
}

// least takes of each figure the best round: what else runs on a machine adds to
// times, and never takes off them.
func least(rounds []finished) finished {
	best := rounds[0]
	for _, r := range rounds[1:] {
		best.took, best.cpu, best.memory = min(best.took, r.took), min(best.cpu, r.cpu), max(best.memory, r.memory)
	}
	return best
}

// decodeFrom is the variable that makes [TestMerelyDecode] a program: the
// portal, the org and the number of people.
const decodeFrom = "REGISTRAR_BENCH_DECODE"

// TestMerelyDecode is the program that a comparison stands beside. Started by
// hand it does nothing.
func TestMerelyDecode(t *testing.T) {
	from := strings.Fields(os.Getenv(decodeFrom))
	if len(from) != 3 {
		t.Skip("a program for another test")
	}
	people, err := strconv.Atoi(from[2])
	if err != nil {
		t.Fatal(err)
	}
	accounts, contacts := 0, 0
	for page := range (people + pageSize - 1) / pageSize {
		var users struct {
			User []struct {
				ID        int64  `json:"id"`
				Email     string `json:"email"`
				Enabled   any    `json:"enabled"`
				SFContact string `json:"sf_contact_id"`
				SFUser    string `json:"sf_user_id"`
				FromSF    any    `json:"is_salesforce_contact"`
			} `json:"user"`
		}
		fetch(t, fmt.Sprintf("%s/api/v1/users?page=%d&version_id=1.2", from[0], page+1), &users)
		accounts += len(users.User)
		var found struct {
			Records []struct {
				ID, Email, AccountID string
				HasOptedOutOfEmail   bool
			} `json:"records"`
		}
		fetch(t, fmt.Sprintf("%s/canned?page=%d", from[1], page), &found)
		contacts += len(found.Records)
	}
	if accounts != people || contacts != people {
		t.Fatalf("%d accounts, %d contacts", accounts, contacts)
	}
}

func fetch(t *testing.T, from string, into any) {
	t.Helper()
	res, err := http.Get(from)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body.Bytes(), into); err != nil {
		t.Fatal(err)
	}
}
