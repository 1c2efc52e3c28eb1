package bench

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/store/storetest"
)

// approval is what lies between a press of "Approve" and the first write that
// arrives at LearnUpon: the decision stored, the ack, the run woken over the
// queue, its plan made again and compared, the step's start journaled.
func approval(t *testing.T) []row {
	runs := size(30, 4)
	w := registrartest.NewWorld(t, registrar(t))
	w.Env["REDIS_URL"], w.Env["REGISTRAR_ALLOW_WEAK_REDIS"] = storetest.RealRedis(t).URL(), "false"
	// So many runs in a row are not to wait for LearnUpon's limit.
	w.Env["LEARNUPON_RATE_PER_MINUTE"], w.Env["LEARNUPON_PARTNERS_RATE_PER_MINUTE"] = "100000", "100000"
	w.LearnUpon.Limit(100_000, 500_000)
	w.Partners.Limit(100_000, 500_000)
	w.Start(registrar(t))
	arrivals := &arrivals{first: make(chan time.Time, 1)}
	w.LearnUpon.Around(arrivals.watch)

	var acks, writes []time.Duration
	for n := range runs {
		email := fmt.Sprintf("person%02d@lakeside.example", n)
		w.LearnUpon.AddUser(learnupontest.User{Email: email, FirstName: "Person", LastName: "Number", SignIns: 1, CreatedAt: time.Now().AddDate(-1, 0, 0)})
		if err := w.Request(registrartest.Sam, "/deactivate "+email, map[string]any{"Reason": "ticket", "Portal": "LearnUpon"}); err != nil {
			t.Fatal(err)
		}
		w.Wait("its card", func() bool {
			card, ok := w.Card()
			return ok && len(w.Slack.Messages(registrartest.Approvals)) == n+1 && card.Text != ""
		})
		arrivals.reset()
		began := time.Now()
		if err := w.Press(registrartest.Ana, "Approve"); err != nil {
			t.Fatal(err)
		}
		acks = append(acks, time.Since(began))
		select {
		case at := <-arrivals.first:
			writes = append(writes, at.Sub(began))
		case <-time.After(time.Minute):
			t.Fatalf("nothing was written to LearnUpon a minute after the approval of run %d", n)
		}
		w.CardSays("done")
	}
	name := fmt.Sprintf("Approve pressed, %d times: ", runs)
	return []row{
		{name: name + "acknowledged, p50", ours: milliseconds(median(acks)), aim: "≤ 1.5 s", held: judged(median(acks) <= 1500*time.Millisecond)},
		{name: name + "acknowledged, p99", ours: milliseconds(percentile(acks, 99)), aim: "≤ 3 s", held: judged(percentile(acks, 99) <= ackDeadline)},
		{name: name + "first write at LearnUpon, p50", ours: milliseconds(median(writes)), other: fmt.Sprintf("%d reads before it", arrivals.before)},
		{name: name + "first write at LearnUpon, p99", ours: milliseconds(percentile(writes, 99))},
	}
}

// arrivals tells when the first write since the last reset arrived, and how
// many reads came before it.
type arrivals struct {
	first chan time.Time

	mu     sync.Mutex
	wrote  bool
	reads  int
	before int
}

func (a *arrivals) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wrote, a.reads = false, 0
}

func (a *arrivals) watch(out http.ResponseWriter, in *http.Request, next http.Handler) {
	a.mu.Lock()
	switch {
	case in.Method == http.MethodGet:
		a.reads++
	case !a.wrote:
		a.wrote, a.before = true, a.reads
		a.first <- time.Now()
	}
	a.mu.Unlock()
	next.ServeHTTP(out, in)
}
