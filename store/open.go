package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"registrar/bot/engine"
)

// Config says where Redis is and what the store needs of the program.
type Config struct {
	URL string // redis://user:password@host:port/db, or rediss:// with TLS
	// SecretKey is REGISTRAR_SECRET_KEY, at least 16 bytes. Where it is empty
	// the keys are derived from BotToken, and a new token makes stored secrets
	// unreadable and starts the mail ledger anew.
	SecretKey string
	BotToken  string
	// PerMinute is how many calls a minute a budget's key allows; 0 or a nil
	// function is no limit of our own. What the vendor says still counts.
	PerMinute func(key string) int
	// IsBackground tells calls nobody is waiting for; nil means none are.
	IsBackground func(context.Context) bool
	// IsWrite tells calls that change something, and that reads must follow; nil
	// means none do.
	IsWrite func(context.Context) bool
	// Stopping is closed when this process is to end: what waits in the
	// background for its turn to call a vendor is then put off, so that another
	// process goes on with it. nil: never.
	Stopping <-chan struct{}
	Now      func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: nothing is logged
}

// Store is Registrar's memory. It is safe for concurrent use, by any number of
// processes on one Redis.
type Store struct {
	rdb     *redis.Client
	scripts map[string]*redis.Script
	keyring keyring
	chain   chainTip
	now     func() time.Time
	log     *slog.Logger

	perMinute    func(string) int
	isBackground func(context.Context) bool
	isWrite      func(context.Context) bool
	stopping     <-chan struct{}
	// waitAOF: every write waits until Redis has it on disk.
	waitAOF atomic.Bool
}

var _ engine.Store = (*Store)(nil)

// Open connects to Redis and proves that it can be written. Whether it also
// keeps what is written is for [Store.Durability] to say.
func Open(ctx context.Context, c Config) (*Store, error) {
	opt, err := redis.ParseURL(c.URL)
	if err != nil {
		// The cause is left out: it quotes the URL with its password.
		return nil, errors.New("REDIS_URL is not a URL like redis://host:6379/0 or rediss://user:password@host:6380/0")
	}
	opt.ContextTimeoutEnabled = true // a press has 1.5 s for its write, not the client's default
	opt.DialerRetries = 1            // no Redis: say so at once; a command is tried again anyhow
	opt.MaxRetries = 3               // see "Writes whose outcome is unknown"
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	keyring, err := newKeyring(c.SecretKey, c.BotToken)
	if err != nil {
		return nil, err
	}
	s := &Store{
		rdb: redis.NewClient(opt), scripts: loadScripts(), keyring: keyring, chain: newChainTip(),
		now: c.Now, log: c.Log, perMinute: c.PerMinute, isBackground: c.IsBackground, isWrite: c.IsWrite, stopping: c.Stopping,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.perMinute == nil {
		s.perMinute = func(string) int { return 0 }
	}
	if s.isBackground == nil {
		s.isBackground = func(context.Context) bool { return false }
	}
	if s.isWrite == nil {
		s.isWrite = func(context.Context) bool { return false }
	}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.rdb.Close())
	}
	s.waitAOF.Store(s.needsWaitAOF(ctx))
	return s, nil
}

// Close lets go of the connections.
func (s *Store) Close() error { return s.rdb.Close() }

// Ping reports whether Redis answers and takes writes: a replica or a full
// Redis answers PING but is of no use.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.rdb.Set(ctx, keyProbe, s.now().Unix(), time.Hour).Err(); err != nil {
		return failed("probe", err)
	}
	return nil
}

// newWrite names one write, so that a script run twice has one effect.
func newWrite() string { return uuid.Must(uuid.NewV7()).String() }

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// SchemaError says that a record was written by a newer release. This one must
// leave it alone.
type SchemaError struct {
	Record        string // "run" or "draft"
	ID            string
	Schema, Known int
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("%s %s has schema %d, this release knows %d", e.Record, e.ID, e.Schema, e.Known)
}

// Public marks a text as safe to show.
func (e *SchemaError) Public() string {
	return "This was written by a newer release of Registrar, which will take care of it."
}

// LogClient has the Redis client library, which writes to stderr by itself, say
// what it has to say in the program's log. It holds for the whole process: call
// it once, before any store is opened.
func LogClient(log *slog.Logger) { redis.SetLogger(clientLog{log}) }

type clientLog struct{ log *slog.Logger }

// Printf implements the library's own interface.
func (l clientLog) Printf(ctx context.Context, format string, args ...any) {
	l.log.WarnContext(ctx, "redis client", "message", fmt.Sprintf(format, args...))
}
