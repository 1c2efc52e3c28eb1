package slacktest

import "time"

// Defaults of a zero-configuration server. The tokens are checked on every call.
const (
	TeamID   = "T1"
	AppID    = "A1"
	BotUser  = "UBOT"
	BotID    = "B1"
	BotToken = "xoxb-sandbox"
	AppToken = "xapp-1-sandbox" // as good as any that begins with it and a hyphen: an app may have several
)

// defaultScopes are the bot scopes this bot's manifest asks for.
var defaultScopes = []string{
	"commands", "chat:write", "files:write", "im:write", "users:read", "users:read.email", "usergroups:read",
	"channels:read", "groups:read", "channels:history", "groups:history",
}

type config struct {
	now          func() time.Time
	rateScale    float64
	scopes       []string
	ackDeadline  time.Duration
	triggerLife  time.Duration
	pingEvery    time.Duration
	drainFor     time.Duration
	botName      string
	teamName     string
	teamDomain   string
	connTime     time.Duration
	commandHints []Command
	shortcuts    []Shortcut
	noHome       bool
	sparseViews  bool
}

func defaults() config {
	return config{
		now:         time.Now,
		rateScale:   1,
		scopes:      defaultScopes,
		ackDeadline: 3 * time.Second,
		triggerLife: 3 * time.Second,
		pingEvery:   5 * time.Second,
		drainFor:    10 * time.Second,
		botName:     "app",
		teamName:    "Sandbox",
		teamDomain:  "sandbox",
		connTime:    time.Hour,
	}
}

// An Option changes one thing about a new [Server].
type Option func(*config)

// WithClock makes the age of triggers and response URLs, rate limits and message timestamps
// follow now. Ack deadlines and pings stay on the real clock, because a real socket does.
func WithClock(now func() time.Time) Option { return func(c *config) { c.now = now } }

// WithRateLimits multiplies every rate Slack allows: 1 is Slack's own, 2 twice as generous,
// 0 lifts the limits (for a demo, where a person clicks fast).
func WithRateLimits(scale float64) Option { return func(c *config) { c.rateScale = scale } }

// WithScopes grants exactly these bot scopes. A method that needs another one answers
// missing_scope with what it needed and what was provided.
func WithScopes(scopes ...string) Option { return func(c *config) { c.scopes = scopes } }

// WithAckDeadline replaces the 3 seconds an app has to acknowledge an envelope, so that a test of
// a missing ack need not last that long.
func WithAckDeadline(d time.Duration) Option { return func(c *config) { c.ackDeadline = d } }

// WithTriggerLife replaces the 3 seconds a trigger_id can be used.
func WithTriggerLife(d time.Duration) Option { return func(c *config) { c.triggerLife = d } }

// WithPingInterval sets how often the server pings each socket (5 s unless told).
func WithPingInterval(d time.Duration) Option { return func(c *config) { c.pingEvery = d } }

// WithDrain sets how long a socket stays open after a disconnect message (Slack gives about 10 s).
func WithDrain(d time.Duration) Option { return func(c *config) { c.drainFor = d } }

// WithSparseViews leaves out of payloads all of a view but what an app cannot do without: its
// id, type, blocks, state, hash, callback_id, private_metadata and external_id. An app must not
// rest on Slack sending its own title and settings back.
func WithSparseViews() Option { return func(c *config) { c.sparseViews = true } }

// WithTeam names the workspace.
func WithTeam(name, domain string) Option {
	return func(c *config) { c.teamName, c.teamDomain = name, domain }
}

// WithBotName names the app's bot user.
func WithBotName(name string) Option { return func(c *config) { c.botName = name } }

// WithCommands lists the app's slash commands for completion. Any command is still accepted.
func WithCommands(commands ...Command) Option {
	return func(c *config) { c.commandHints = commands }
}

// A Command is one slash command as the manifest declares it.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description,omitempty"`
	UsageHint   string `json:"usage_hint,omitempty"`
}
