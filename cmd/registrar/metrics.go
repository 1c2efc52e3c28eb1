package main

import (
	"context"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"registrar/bot"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/rest"
	"registrar/store"
)

// metrics counts what happens in this process. Its labels are few and fixed:
// kinds, actions, statuses, systems and route templates; never ids or people.
type metrics struct {
	registry *prometheus.Registry

	acks       *prometheus.HistogramVec // type
	repeated   *prometheus.CounterVec   // type
	refused    *prometheus.CounterVec   // type
	failed     *prometheus.CounterVec   // type
	reconnects *prometheus.CounterVec   // why
	posts      *prometheus.CounterVec   // method
	limited    *prometheus.CounterVec   // method
	requested  *prometheus.CounterVec   // action
	ended      *prometheus.CounterVec   // action, outcome
	calls      *prometheus.HistogramVec // system, route, status
	open       *prometheus.GaugeVec     // system
	holds      prometheus.Gauge
	verified   prometheus.Gauge
}

func newMetrics() *metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "registrar_" + name, Help: help}, labels)
		registry.MustRegister(c)
		return c
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "registrar_" + name, Help: help, Buckets: buckets}, labels)
		registry.MustRegister(h)
		return h
	}
	circuits := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "registrar_vendor_circuit_open", Help: "1 while a system is left alone because its calls failed several times in a row.",
	}, []string{"system"})
	built := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "registrar_build_info", Help: "1; the labels say what is running.",
	}, []string{"version", "go"})
	built.WithLabelValues(version, runtime.Version()).Set(1)
	holds := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "registrar_audit_holds", Help: "1 if the audit trail held when this process last verified it, which it does once a day; 0 if it did not.",
	})
	verified := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "registrar_audit_verified_timestamp_seconds", Help: "When this process last verified the audit trail; 0 before.",
	})
	holds.Set(1)
	registry.MustRegister(circuits, built, holds, verified)
	return &metrics{
		registry: registry, open: circuits, holds: holds, verified: verified,
		// Slack gives up after three seconds.
		acks: histogram("ack_seconds", "From an envelope's arrival to its acknowledgement.",
			[]float64{.005, .01, .025, .05, .1, .25, .5, 1, 1.5, 2, 2.5, 3}, "type"),
		repeated:   counter("repeated_envelopes_total", "Envelopes that Slack delivered again.", "type"),
		refused:    counter("refusals_total", "Things people tried that they may not do.", "type"),
		failed:     counter("failures_total", "Errors and panics while answering a person.", "type"),
		reconnects: counter("reconnects_total", "Sockets replaced, at Slack's wish (refresh) or because one broke (failure).", "why"),
		posts:      counter("posts_total", "Messages posted or updated.", "method"),
		limited:    counter("posts_limited_total", "Calls that Slack answered with 429.", "method"),
		requested:  counter("runs_requested_total", "Runs requested.", "action"),
		ended:      counter("runs_total", "Runs that came to an end, or to a point where a person must look.", "action", "outcome"),
		calls: histogram("vendor_call_seconds", "Calls to vendors; the status is a class, or none where no answer came.",
			[]float64{.05, .1, .25, .5, 1, 2.5, 5, 10}, "system", "route", "status"),
	}
}

// slack has the bot's events counted.
func (m *metrics) slack() bot.Metrics {
	count := func(c *prometheus.CounterVec) func(string) {
		return func(label string) { c.WithLabelValues(label).Inc() }
	}
	return bot.Metrics{
		Acked:       func(kind string, took time.Duration) { m.acks.WithLabelValues(kind).Observe(took.Seconds()) },
		Retried:     count(m.repeated),
		Refused:     count(m.refused),
		Failed:      count(m.failed),
		Reconnected: count(m.reconnects),
		Posted:      count(m.posts),
		Limited:     count(m.limited),
	}
}

// moved counts a run's first version and its ends. The engine tells each saved
// move to one process only; a run that needs review moves on with each reminder.
func (m *metrics) moved(r *engine.Run) {
	if r.Version == 1 {
		m.requested.WithLabelValues(r.Action).Inc()
	}
	review := r.Status == engine.NeedsReview && (r.Current() < 0 || r.Steps[r.Current()].Reminded == 0)
	if r.Status.Closed() || review {
		m.ended.WithLabelValues(r.Action, string(r.Status)).Inc()
	}
}

// expect has what an alert waits for begin at 0: a counter that appears with its
// first event does not increase.
func (m *metrics) expect(catalog *runbook.Catalog) {
	for action := range catalog.All() {
		for _, outcome := range []engine.Status{engine.NeedsReview, engine.Failed} {
			if !action.ReadOnly() {
				m.ended.WithLabelValues(action.Name, string(outcome))
			}
		}
	}
	// What people cause, and what follows their answer.
	for _, kind := range []string{"slash_commands", "view_submission", "block_actions", "message_action", "app_home_opened", "publish", "resume"} {
		m.failed.WithLabelValues(kind)
	}
	for _, why := range []string{"refresh", "failure"} {
		m.reconnects.WithLabelValues(why)
	}
}

// audited says what a look at the audit trail found.
func (m *metrics) audited(now time.Time, holds bool) {
	m.holds.Set(0)
	if holds {
		m.holds.Set(1)
	}
	m.verified.Set(float64(now.Unix()))
}

// called counts a call to a vendor.
func (m *metrics) called(call rest.Sent) {
	m.calls.WithLabelValues(call.System, call.Route, statusClass(call.Status)).Observe(call.Took.Seconds())
}

// statusClass is 2xx, 4xx and so on, or none where no answer came.
func statusClass(status int) string {
	if status <= 0 {
		return "none"
	}
	return strconv.Itoa(status/100) + "xx"
}

// circuit says which hosts are left alone. A system of several hosts shows the
// one that changed last.
func (m *metrics) circuit(system string, open bool) {
	value := 0.0
	if open {
		value = 1
	}
	m.open.WithLabelValues(system).Set(value)
}

// watch adds what is read only when somebody asks for the metrics.
func (m *metrics) watch(s *store.Store, q *store.Queue, b *bot.Bot, portals []Portal, alerts bool) {
	m.registry.MustRegister(&gauges{
		store: s, queue: q, bot: b, portals: portals, alerts: alerts, began: time.Now(),
		tasks:  gauge("queue_tasks", "Visits of runs that are due or planned."),
		late:   gauge("queue_late_seconds", "For how long the oldest visit that is due has waited."),
		open:   gauge("runs_open", "Runs that are not closed."),
		ready:  gauge("slack_ready", "1 while a socket is open that Slack has greeted."),
		redis:  gauge("redis_ready", "1 while Redis takes writes."),
		status: gauge("runs_by_status", "Runs that are not closed, the newest 200 of them.", "status"),
		review: gauge("review_oldest_seconds", "For how long the oldest run that needs a review has waited; 0 where none does."),
		minute: gauge("call_budget_left", "Calls that all replicas together may still make in this minute.", "portal"),
		limit:  gauge("call_budget_limit", "Calls that all replicas together may make in a minute.", "portal"),
		week:   gauge("call_budget_left_week", "Calls the vendor last said are left this week.", "portal"),
		errors: gauge("alerts_open", "Sync-error alerts that have not ended."),
		unread: gauge("alerts_unread_seconds", "For how long no poll has read the log of sync errors to its end; since the process started, where none ever has."),
	})
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("registrar_"+name, help, labels, nil)
}

// gauges reads the store when it is collected. What cannot be read is left out:
// a missing series shows on a dashboard, a zero would lie.
type gauges struct {
	store   *store.Store
	queue   *store.Queue
	bot     *bot.Bot
	portals []Portal
	alerts  bool
	began   time.Time // when this process did

	tasks, late, open, ready, redis, status, review, minute, limit, week, errors, unread *prometheus.Desc
}

// Describe lists the series.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.tasks, g.late, g.open, g.ready, g.redis, g.status, g.review, g.minute, g.limit, g.week, g.errors, g.unread} {
		ch <- d
	}
}

// Collect reads them.
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	send := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	ready := 0.0
	if g.bot.Ready() {
		ready = 1
	}
	send(g.ready, ready)
	probe, end := context.WithTimeout(ctx, 2*time.Second)
	defer end()
	written := 1.0
	if g.store.Ping(probe) != nil {
		written = 0
	}
	send(g.redis, written)
	if probe.Err() != nil {
		return // each further question would hang too, until Prometheus counts the replica as gone
	}
	if tasks, late, err := g.queue.Depth(ctx); err == nil {
		send(g.tasks, float64(tasks))
		send(g.late, late.Seconds())
	}
	if open, err := g.store.OpenRuns(ctx); err == nil {
		send(g.open, float64(open))
	}
	g.collectRuns(ctx, send)
	if g.alerts {
		g.collectAlerts(ctx, send)
	}
	for _, p := range g.portals {
		minute, week, err := g.store.Left(ctx, p.Name)
		if err == nil && minute >= 0 {
			send(g.minute, float64(minute), p.Name)
			send(g.limit, float64(p.RatePerMinute), p.Name)
		}
		if err == nil && week >= 0 {
			send(g.week, float64(week), p.Name)
		}
	}
}

// collectRuns tells where the open runs stand. A status that none has is 0, so
// that an alert ends.
func (g *gauges) collectRuns(ctx context.Context, send func(*prometheus.Desc, float64, ...string)) {
	runs, err := g.store.Runs(ctx, store.Query{Open: true, Limit: repairLimit})
	if err != nil {
		return
	}
	count, oldest := map[engine.Status]int{}, time.Duration(0)
	for _, r := range runs {
		count[r.Status]++
		if r.Status == engine.NeedsReview {
			oldest = max(oldest, time.Since(doubted(r)))
		}
	}
	for _, s := range engine.Statuses() {
		if !s.Closed() {
			send(g.status, float64(count[s]), string(s))
		}
	}
	send(g.review, oldest.Seconds())
}

// doubted is since when a run needs a review: reminders move its last change.
func doubted(r *engine.Run) time.Time {
	if i := r.Current(); i >= 0 && !r.Steps[i].Started.IsZero() {
		return r.Steps[i].Started
	}
	return r.Updated
}

func (g *gauges) collectAlerts(ctx context.Context, send func(*prometheus.Desc, float64, ...string)) {
	if n, err := g.store.Alerts().Counts(ctx, time.Now()); err == nil {
		send(g.errors, float64(n.Open))
	}
	if read, err := g.store.Alerts().LastRead(ctx); err == nil {
		if read.IsZero() {
			read = g.began
		}
		send(g.unread, time.Since(read).Seconds())
	}
}
