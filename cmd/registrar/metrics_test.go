package main

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"registrar/bot/engine"
	"registrar/store/storetest"
)

// metric is the value of a series in what /metrics shows.
func metric(t *testing.T, body, series string) float64 {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta("registrar_"+series) + ` (\S+)$`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no %s in\n%s", series, body)
	}
	value, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// The metrics tell where the open runs stand, and for how long one has waited
// for a review, whenever somebody was last reminded of it.
func TestMetricsTellWhereRunsStand(t *testing.T) {
	at := newInstallation(t)
	kept := at.keepsOld(t, 1) // closed, which nothing counts
	address, _, _ := at.serving(t)
	read := func() string { return fetch(t, address+"/metrics") }
	if body := read(); metric(t, body, `runs_by_status{status="needs-review"}`) != 0 || metric(t, body, "review_oldest_seconds") != 0 {
		t.Errorf("no run is open:\n%s", body)
	}

	now := time.Now()
	doubtful := func(id string, started, moved time.Duration) *engine.Run {
		r := storetest.Submitted(t, kept, id)
		r.Status, r.Updated, r.Wake = engine.NeedsReview, now.Add(-moved), now.Add(time.Hour)
		r.Steps[0] = engine.StepState{ID: "confirm", Status: engine.StepUnknown, Started: now.Add(-started), Reminded: 2}
		if started == 0 { // no step is in doubt, but the whole
			r.Steps[0].Status = engine.StepDone
		}
		if err := kept.Save(t.Context(), engine.Move{Run: r}); err != nil {
			t.Fatal(err)
		}
		return r
	}
	waits := storetest.Submitted(t, kept, "waits")
	waits.Wake = now.Add(time.Hour)
	old, young := doubtful("old", 5*time.Hour, time.Minute), doubtful("young", 0, 2*time.Hour)
	if err := kept.Save(t.Context(), engine.Move{Run: waits}); err != nil {
		t.Fatal(err)
	}
	oldest := func(want time.Duration) {
		t.Helper()
		got := time.Duration(metric(t, read(), "review_oldest_seconds")) * time.Second
		if late := time.Since(now); got < want-time.Second || got > want+late {
			t.Errorf("the oldest review waits since %v, want %v", got, want)
		}
	}
	body := read()
	for status, want := range map[engine.Status]float64{engine.NeedsReview: 2, engine.AwaitingApproval: 1, engine.WaitingOnPerson: 0} {
		if got := metric(t, body, `runs_by_status{status="`+string(status)+`"}`); got != want {
			t.Errorf("%v runs are %s, want %v", got, status, want)
		}
	}
	if metric(t, body, "runs_open") != 3 || strings.Contains(body, `status="cancelled"`) {
		t.Errorf("open runs:\n%s", body)
	}
	oldest(5 * time.Hour)
	for _, next := range []struct {
		ends *engine.Run
		left time.Duration
	}{{old, 2 * time.Hour}, {young, 0}} {
		next.ends.Status, next.ends.Wake = engine.Failed, time.Time{}
		if err := kept.Save(t.Context(), engine.Move{Run: next.ends}); err != nil {
			t.Fatal(err)
		}
		if next.left > 0 {
			oldest(next.left)
		} else if metric(t, read(), "review_oldest_seconds") != 0 {
			t.Error("a review is waited for, and no run needs one")
		}
	}
}

// A replica looks by itself whether the audit trail holds. Where it cannot read
// the trail, what it found last stands.
func TestMetricsTellWhetherTheAuditTrailHolds(t *testing.T) {
	at := newInstallation(t)
	fillAudit(t, at.env)
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	log := new(lines)
	kept, err := openStore(t.Context(), c, newLogger(log, false, slog.LevelInfo))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	r, err := newReplica(c, kept, newLogger(log, false, slog.LevelInfo))
	if err != nil {
		t.Fatal(err)
	}
	read := func() (holds, verified float64) {
		_, body := get(t, newHTTP(r.metrics.registry).Handler, "/metrics")
		return metric(t, body, "audit_holds"), metric(t, body, "audit_verified_timestamp_seconds")
	}
	if holds, verified := read(); holds != 1 || verified != 0 {
		t.Errorf("before: %v, %v", holds, verified)
	}
	began := time.Now().Add(-time.Second)
	life, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.audits(life, 0) }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if holds, verified := read(); verified > 0 {
			if holds != 1 || verified < float64(began.Unix()) {
				t.Errorf("of a trail that holds: %v, %v", holds, verified)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the trail is not verified:\n%s", log)
		}
	}
	end()
	if err := <-done; err != nil {
		t.Error(err)
	}

	r.metrics.audited(time.Unix(1, 0), true)
	at.redis.SetError("away")
	r.audit(t.Context())
	at.redis.SetError("")
	if holds, verified := read(); holds != 1 || verified != 1 || !strings.Contains(log.String(), "could not be verified") {
		t.Errorf("while Redis is away: %v, %v\n%s", holds, verified, log)
	}
	at.redis.HSet("{registrar}:audit:head", "hash", strings.Repeat("0", 64))
	r.audit(t.Context())
	if holds, verified := read(); holds != 0 || verified < float64(began.Unix()) || !strings.Contains(log.String(), "the audit trail does not hold") {
		t.Errorf("of a trail that was changed: %v, %v\n%s", holds, verified, log)
	}
}

// An alert that counts needs a 0 to count from, and one about calls the limit
// they are to be compared with. A log that was never read has been unread since
// the process started.
func TestMetricsGiveAlertsSomethingToCompareWith(t *testing.T) {
	at := newInstallation(t)
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	log := newLogger(new(lines), false, slog.LevelInfo)
	kept, err := openStore(t.Context(), c, log)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	r, err := newReplica(c, kept, log)
	if err != nil {
		t.Fatal(err)
	}
	_, body := get(t, newHTTP(r.metrics.registry).Handler, "/metrics")
	for series, want := range map[string]float64{
		`failures_total{type="slash_commands"}`: 0, `failures_total{type="publish"}`: 0,
		`call_budget_limit{portal="main"}`: float64(c.Portals[0].RatePerMinute),
	} {
		if got := metric(t, body, series); got != want {
			t.Errorf("%s is %v, want %v", series, got, want)
		}
	}
	unread := gauge("alerts_unread_seconds", "")
	told := -1.0
	g := &gauges{store: kept, began: time.Now().Add(-time.Hour), errors: gauge("alerts_open", ""), unread: unread}
	g.collectAlerts(t.Context(), func(d *prometheus.Desc, value float64, _ ...string) {
		if d == unread {
			told = value
		}
	})
	if told < 3600 {
		t.Errorf("a log that was never read is unread since %v s, want an hour", told)
	}
}

// Prometheus waits ten seconds and then counts the replica as gone. While Redis
// hangs, the metrics say so after the first question that it leaves unanswered.
func TestMetricsDoNotWaitForARedisThatHangs(t *testing.T) {
	at := newInstallation(t)
	proxy := storetest.NewProxy(t, "redis://"+at.redis.Addr())
	c, err := ReadConfig(append(at.env, "REDIS_URL="+proxy.URL()))
	if err != nil {
		t.Fatal(err)
	}
	log := newLogger(new(lines), false, slog.LevelInfo)
	kept, err := openStore(t.Context(), c, log)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	r, err := newReplica(c, kept, log)
	if err != nil {
		t.Fatal(err)
	}
	asked, back := make(chan string, 100), make(chan struct{})
	proxy.Hook(func(c storetest.Command) storetest.Fate {
		asked <- c.Name
		if c.Name == "SET" {
			<-back
		}
		return storetest.Fate{}
	})
	_, body := get(t, newHTTP(r.metrics.registry).Handler, "/metrics")
	close(back)
	if metric(t, body, "redis_ready") != 0 || metric(t, body, "slack_ready") != 0 {
		t.Errorf("Redis hangs:\n%s", body)
	}
	for len(asked) > 0 {
		if name := <-asked; slices.Contains([]string{"SMEMBERS", "TIME", "ZCARD", "EVALSHA"}, name) {
			t.Errorf("%s was asked too", name)
		}
	}
}
