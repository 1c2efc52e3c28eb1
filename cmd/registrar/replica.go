package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"registrar/bot"
	"registrar/bot/access"
	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/slackui"
	"registrar/handlers"
	"registrar/integrations/rest"
	"registrar/store"
)

// replica is everything one running bot is made of. Any number of them may run
// on one Redis.
type replica struct {
	config  Config
	log     *slog.Logger
	name    string // in leases and posts; differs for every start
	store   *store.Store
	queue   *store.Queue
	engine  *engine.Engine
	bot     *bot.Bot
	desk    *alerts.Desk     // nil: sync-error alerts are off
	fixes   chan *engine.Run // runs that mend what alerts are about
	metrics *metrics
	memory  memory
	traces  *tracing
}

func newReplica(c Config, s *store.Store, log *slog.Logger) (*replica, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	name := host + "/" + engine.NewID()
	m, traces := newMetrics(), newTracing(context.Background(), c.Tracing, name, log)
	deps, err := newDeps(c, s, rest.Observe{Circuit: m.circuit, Sent: func(ctx context.Context, call rest.Sent) {
		m.called(call)
		traces.called(ctx, call)
	}}, log)
	if err != nil {
		return nil, err
	}
	api := newSlack(c.Slack)
	track := &tracker{store: s, portals: c.Portals}
	deps.Runs, deps.System = track.runs, track.system
	if noAlerts(c) == "" {
		deps.Alerts = track.alerts
	}
	catalog, err := handlers.Catalog(deps)
	if err != nil {
		return nil, err
	}
	policy, err := access.ReadPolicy(c.PolicyFile, catalog)
	if err != nil {
		return nil, err
	}
	r := &replica{config: c, log: log, name: name, store: s, queue: s.Queue(), metrics: m, traces: traces, fixes: make(chan *engine.Run, fixesKept)}
	r.desk = r.newDesk(deps)
	guard := &access.Guard{Policy: policy, Roles: c.Roles, People: access.NewPeople(api, time.Now, log), Catalog: catalog}
	ui := slackui.UI{Roles: c.Roles, Actions: catalog.Named}
	r.engine = &engine.Engine{
		Store: s, Catalog: catalog, Rule: policy.Rule, May: guard.May, MustOpen: ui.MustOpen, ReadOnly: rest.ReadOnly, Guard: rest.Guarded,
		Watch: r.watch, Wake: r.queue.Wake, Private: handlers.PrivateLinks(deps.Portals), Sign: s.Sign, Now: time.Now, Owner: r.name, Log: log, Trace: traces.engine,
	}
	r.bot = bot.New(bot.Config{
		API: api, Engine: r.engine, Guard: guard, Store: s, Channel: c.Channels.Approvals,
		UI: ui, Log: log, Metrics: m.slack(), Alerts: r.desk, AlertsChannel: c.Channels.Alerts, Trace: traces.slack,
	})
	if r.desk != nil {
		r.desk.Watch, r.desk.WatchDigest = r.bot.WatchAlert, r.bot.WatchDigest
	}
	track.queue, track.guard, track.cards = r.queue, guard, r.bot.CardLinks
	r.engine.Publish, r.engine.Published = r.bot.Publish, r.bot.Published
	m.expect(catalog)
	m.watch(s, r.queue, r.bot, c.Portals, r.desk != nil)
	for _, absent := range catalog.Absent() {
		log.Info("action left out", "command", absent.Command, "why", absent.Why)
	}
	return r, nil
}

// fixesKept is how many of them may wait to have their alerts looked at.
const fixesKept = 64

// watch hears of every saved move of a run.
func (r *replica) watch(ctx context.Context, run *engine.Run) {
	r.log.InfoContext(withRun(ctx, run.ID), "run moved", "action", run.Action, "status", run.Status, "version", run.Version)
	r.metrics.moved(run)
	r.traces.moved(ctx, run)
	r.fixMoved(run)
	r.memory.moved(run, time.Now())
	r.bot.Watch(ctx, run)
}

// visitLimit is how long visits may finish before Slack is let go of.
const visitLimit = 4 * time.Second

// run works until ctx ends or something fails for good. Slack is let go of
// last: visits that are being finished still have cards to redraw.
func (r *replica) run(ctx context.Context, listener net.Listener) error {
	server := newHTTP(r.metrics.registry, r.greeted, r.writable, wanted(ctx))
	group, ctx := errgroup.WithContext(ctx)
	connected, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	visited := make(chan struct{})
	group.Go(func() error {
		defer close(visited)
		return r.queue.Serve(ctx, func(ctx context.Context, run string) error {
			// Whoever looks something up or makes a plan waits for it; a run goes on by
			// itself, and can take thousands of calls.
			return r.engine.Visit(withRun(rest.Background(ctx), run), run)
		})
	})
	group.Go(func() error {
		defer hangUp()
		<-ctx.Done()
		select {
		case <-visited:
		case <-time.After(visitLimit):
		}
		return nil
	})
	group.Go(func() error {
		return errors.Join(r.bot.Run(connected), server.Close())
	})
	group.Go(func() error { return r.rounds(ctx) })
	group.Go(func() error { return r.audits(ctx, auditFirst) })
	group.Go(func() error { return r.expires(ctx) })
	if r.desk != nil {
		group.Go(func() error { return r.desk.Run(ctx) })
		group.Go(func() error { return r.followFixes(ctx) })
	}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	r.log.InfoContext(ctx, "started", "replica", r.name, "http", listener.Addr().String(), "portals", len(r.config.Portals), "mail", r.config.SMTP != nil)
	return group.Wait()
}

func (r *replica) greeted(context.Context) string {
	if !r.bot.Ready() {
		return "Slack: no open socket has been greeted yet."
	}
	return ""
}

func (r *replica) writable(ctx context.Context) string {
	if err := r.store.Ping(ctx); err != nil {
		return "Redis: it cannot be written."
	}
	return ""
}

// wanted is unready while open work is being finished, so that nobody counts
// on a process that is about to end.
func wanted(life context.Context) readiness {
	return func(context.Context) string {
		if life.Err() != nil {
			return "This process is stopping."
		}
		return ""
	}
}
