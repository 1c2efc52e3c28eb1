package bot

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"registrar/bot/access"
	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/slackui"
	"registrar/store"
)

const (
	defaultSockets = 2
	drainLimit     = 10 * time.Second
	// lastWords is for telling those whose work was cut off.
	lastWords   = 2 * time.Second
	redrawEvery = 3 * time.Second
)

// Config is what a [Bot] works with. All but Alerts, AlertsChannel, Sockets,
// HTTP, Now, Log, Metrics and Trace must be set.
type Config struct {
	// API has the bot token and the app-level token, and no debug option: that
	// would have Slack recycle the sockets every six minutes.
	API    *slack.Client
	Engine *engine.Engine
	Guard  *access.Guard
	UI     slackui.UI
	Store  *store.Store
	// Channel is the id of the approvals channel.
	Channel string
	// Alerts is nil where nobody reads the log of sync errors. The bot must be
	// its Watch and WatchDigest.
	Alerts *alerts.Desk
	// AlertsChannel is the id of the alerts channel, for where there are Alerts.
	AlertsChannel string
	// Sockets is how many connections to keep open, 2 where zero. With two,
	// one always listens while the other is replaced.
	Sockets int
	HTTP    *http.Client
	Now     func() time.Time
	Log     *slog.Logger
	Metrics Metrics
	// Trace hears that a piece of work begins and, by the function it returns,
	// of its end; what is done within it has the returned context. It must return
	// at once. Nil: nobody hears.
	Trace func(ctx context.Context, w Work) (context.Context, func(error))
}

// Bot is one replica's presence in Slack. Any number of replicas may run; each
// can answer every click, and none but the store knows more than the others.
type Bot struct {
	api     *slack.Client
	engine  *engine.Engine
	guard   *access.Guard
	people  *access.People
	ui      slackui.UI
	store   *store.Store
	channel string
	count   int
	http    *http.Client
	now     func() time.Time
	log     *slog.Logger
	metrics Metrics
	trace   func(ctx context.Context, w Work) (context.Context, func(error))
	owner   string        // of posts and of turns to draw
	budget  time.Duration // of what comes before an acknowledgement

	desk          *alerts.Desk
	alertsChannel string

	team struct {
		mu  sync.Mutex
		url string // of the workspace, once it is known
	}

	sockets *sockets
	posts   posts
	pacer   *pacer
	tracker *tracker
	// life ends when the bot has drained, or has run out of time for it.
	life context.Context
	end  context.CancelFunc
}

// New makes a bot. It does nothing before [Bot.Run], but [Bot.Watch] may be
// given to the engine.
func New(c Config) *Bot {
	b := &Bot{
		api: c.API, engine: c.Engine, guard: c.Guard, people: c.Guard.People, ui: c.UI, store: c.Store, channel: c.Channel,
		count: c.Sockets, http: c.HTTP, now: c.Now, log: c.Log, metrics: c.Metrics,
		trace: c.Trace, desk: c.Alerts, alertsChannel: c.AlertsChannel,
		owner: engine.NewID(), budget: ackBudget, tracker: newTracker(), pacer: newPacer(),
	}
	if b.count == 0 {
		b.count = defaultSockets
	}
	if b.http == nil {
		// An answer meant for one person goes nowhere but where Slack asked for it.
		stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		b.http = &http.Client{Timeout: replyTimeout, CheckRedirect: stay}
	}
	if b.now == nil {
		b.now = time.Now
	}
	if b.trace == nil {
		b.trace = func(ctx context.Context, _ Work) (context.Context, func(error)) { return ctx, func(error) {} }
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.posts = posts{every: redrawEvery, homes: homeEvery, waiting: map[string]*redraw{}}
	b.life, b.end = context.WithCancel(context.Background())
	b.sockets = &sockets{
		api: c.API, hold: b.holdSlot, log: b.log, metrics: b.metrics, receive: b.receive,
		spawn: b.tracker.spawn, pause: pause, all: map[*conn]bool{},
	}
	return b
}

// Run keeps the bot connected until ctx ends, then lets what is under way
// finish within 10 seconds. It returns an error only where no retry can help,
// such as a revoked token; the sentence says what to mend.
func (b *Bot) Run(ctx context.Context) error {
	defer b.end()
	group, ctx := errgroup.WithContext(ctx)
	for range b.count {
		group.Go(func() error { return b.sockets.keep(ctx) })
	}
	err := group.Wait()
	b.sockets.stop()
	idle := b.tracker.drain()
	select {
	case <-idle:
		return err
	case <-time.After(drainLimit):
	}
	b.log.Warn("not everything was finished in time", "after", drainLimit)
	b.end()
	select {
	case <-idle:
	case <-time.After(lastWords):
	}
	return err
}

// socketLease is how long a silent process keeps its place among the sockets.
const socketLease = 30 * time.Second

// holdSlot does something while it holds one of the app's socket slots, which
// all replicas share. Its context ends when the slot is lost.
func (b *Bot) holdSlot(ctx context.Context, do func(context.Context) error) error {
	owner := engine.NewID()
	slot, err := b.store.SocketSlot(ctx, owner, socketLease)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		for pause(ctx, socketLease/3) == nil {
			err := b.store.RenewSocket(ctx, slot, owner, socketLease)
			if errors.Is(err, engine.ErrFenced) {
				b.log.WarnContext(ctx, "socket slot lost", "slot", slot)
				cancel()
			}
			// Any other error: while the store is away, people still get told so.
		}
	}()
	err = do(ctx)
	cancel()
	<-renewed
	release, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer done()
	if freed := b.store.ReleaseSocket(release, slot, owner); freed != nil && !errors.Is(freed, engine.ErrFenced) {
		b.log.WarnContext(release, "socket slot not released; it runs out by itself", "slot", slot, "error", freed)
	}
	return err
}
