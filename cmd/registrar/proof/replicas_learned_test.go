package proof

import (
	"context"
	"net/http"
	"testing"

	"registrar/cmd/registrar/registrartest"
)

// learnedByOne has another program use up the portal's calls. The first replica
// that is refused for that tells the others: none of them tries as well.
func learnedByOne(t *testing.T, p registrartest.Program) {
	const limit = 60
	c := newCrew(t, p)
	staff := c.staff(len(crewNames))
	c.LearnUpon.Limit(limit, 1e9)
	for _, name := range crewNames {
		c.join(name, map[string]string{"LEARNUPON_RATE_PER_MINUTE": "60"})
	}
	seen := c.watchCalls()
	refused := func() (n int) {
		for _, call := range seen() {
			if call.status == http.StatusTooManyRequests {
				n++
			}
		}
		return n
	}
	for refused() == 0 {
		c.elsewhere(t)
	}
	before := refused()
	rows := &table{title: "Another program has used up the calls", head: []string{"asked by way of", "refused by the vendor (429)"}}
	ctx, cancel := context.WithTimeout(t.Context(), crewPatience)
	defer cancel()
	for i, name := range crewNames {
		k := &talk{crew: c, who: staff[i], plan: [][]string{{name}}}
		if err := k.looksUpInVain(ctx); err != nil {
			t.Errorf("by way of %s: %v", name, err)
		}
		now := refused() - before
		rows.add(name, now)
		if i == 0 && now == 0 {
			t.Error("nobody was refused, so nothing was learned")
		}
		if i > 0 && now > 0 {
			t.Errorf("%s was refused %d times, although another had been", name, now)
		}
		before += now
	}
	rows.print(t)
}

// elsewhere is a call of another program with the same keys.
func (c *crew) elsewhere(t *testing.T) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.LearnUpon.URL+"/api/v1/portals", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(c.LearnUpon.Username(), c.LearnUpon.Password())
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
}

// looksUpInVain looks somebody up and waits to be told that it cannot be done
// now.
func (k *talk) looksUpInVain(ctx context.Context) error {
	person := k.Slack.Person(k.who)
	if _, err := k.hand(k.who).Command(ctx, registrartest.Approvals, "/lookup maria.obrien@hillcrest.example"); err != nil {
		return err
	}
	if err := k.until(ctx, "the form", func() bool { v := person.Modal(); return v != nil && v.SubmitText() == "Look up" }); err != nil {
		return err
	}
	if _, err := k.hand(k.who).Submit(ctx, nil); err != nil {
		return err
	}
	return k.until(ctx, "word that it cannot be done now", func() bool {
		v := person.Modal()
		if v == nil {
			return false
		}
		blocks := []string{string(v.Blocks)}
		return counted(blocks, "used up") == 1 || counted(blocks, "slow down") == 1
	})
}
