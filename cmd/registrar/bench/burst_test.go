package bench

import (
	"fmt"
	"testing"
	"time"

	"registrar/store/storetest"
)

// burst is a thousand commands at once, as after an outage of Slack's: each must
// be acknowledged, once and within three seconds, and have its form.
func burst(t *testing.T) []row {
	const commands = 1000
	redis := storetest.RealRedis(t)
	ours, bare := newWire(t), newWire(t)
	inWire(t, ours, redis.URL())
	bareInWire(t, bare, redis.URL())
	for _, w := range []*wire{ours, bare} {
		w.burst(t, 20) // who is who has been asked once
	}
	var we, they []burstReport
	for range size(5, 1) {
		we, they = append(we, ours.burst(t, commands)), append(they, bare.burst(t, commands))
	}
	for _, r := range we {
		if r.lost > 0 || r.twice > 0 || r.slowest > patient() {
			t.Errorf("of %d commands at once %d got no ack, %d got two, and the slowest took %v", commands, r.lost, r.twice, r.slowest)
		}
	}
	name := fmt.Sprintf("%d commands at once: slowest ", commands)
	compare := func(what string, of func(burstReport) time.Duration) row {
		o, b := every(we, of), every(they, of)
		worst := percentile(o, 100)
		return row{name: name + what, ours: fmt.Sprintf("%s (worst of %d: %s)", milliseconds(median(o)), len(o), milliseconds(worst)),
			other: fmt.Sprintf("%s (bare slack-go)", milliseconds(median(b))), ratio: fmt.Sprintf("%.2f", float64(median(o))/float64(median(b))),
			aim: "≤ 3 s", held: judged(worst <= ackDeadline)}
	}
	return []row{
		compare("ack", func(r burstReport) time.Duration { return r.slowest }),
		compare("form", func(r burstReport) time.Duration { return r.form }),
	}
}

// every takes one number of each report.
func every[R, N any](reports []R, of func(R) N) []N {
	var all []N
	for _, r := range reports {
		all = append(all, of(r))
	}
	return all
}

// burstReport is what became of a burst.
type burstReport struct {
	slowest time.Duration // ack, from the first command's writing
	form    time.Duration // the same of views.open
	lost    int           // never acknowledged, or without a form
	twice   int
}

func (w *wire) burst(t *testing.T, commands int) burstReport {
	t.Helper()
	defer w.forget()
	var all []*command
	for range commands {
		all = append(all, w.command())
	}
	links := w.open()
	began := time.Now()
	for i, c := range all {
		if err := w.send(c, links[i%len(links)]); err != nil {
			t.Fatal(err)
		}
	}
	var r burstReport
	limit := time.After(time.Minute)
	for _, c := range all {
		select {
		case <-c.done:
		case <-limit:
			r.lost++
			continue
		}
		w.mu.Lock()
		r.slowest, r.form = max(r.slowest, c.acked.Sub(began)), max(r.form, c.opened.Sub(began))
		if c.acks > 1 {
			r.twice++
		}
		w.mu.Unlock()
	}
	return r
}
