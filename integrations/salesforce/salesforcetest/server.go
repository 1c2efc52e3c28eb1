// Package salesforcetest is a Salesforce org that runs in this process: one real HTTP server with both ways of signing
// in, the parts of the REST API that clients of people's records use, and LearnUpon's managed package.
//
// It is as awkward as the vendor: queries it does not fully understand are refused, pages are short, sessions end
// without notice, custom fields may bear any API name, limits come as 403, a merged contact lives on in the recycle bin.
// It knows nothing of the client it is there to test, and does not import testing, because the demo runs it too.
package salesforcetest

import (
	"context"
	"crypto/rsa"
	"sync"
	"time"

	"registrar/integrations/rest/resttest"
)

// Options set up an org. The zero value is one with generous limits on a free port of this machine.
type Options struct {
	Name         string // "": "Institute"
	ClientID     string // "": "client-id"
	ClientSecret string // "": "client-secret"
	Username     string // who signs in with a key; "": "integration@institute.example"
	PublicKey    *rsa.PublicKey
	Addr         string // to listen on; "": "127.0.0.1:0"

	PageSize     int // rows of a page of a result, at most; 0: 2000
	DailyCalls   int // 0: 100,000
	Logins       int // licences for users of communities; 0: any number
	SessionCalls int // after how many calls a session ends; 0: never by itself

	// EmailAtOnce is an org that does not ask people whether a new address is theirs: it counts as soon as it is saved.
	EmailAtOnce bool

	// LearnUpon is what the managed package asks of LearnUpon when it synchronises a contact; nil: the package is idle.
	LearnUpon func(Sync) (userID string, err error)
	// Counts is what LearnUpon tells the package of a user's courses; nil: nothing.
	Counts func(userID string) (enrolled, inProgress, completed int)
	// SyncAfter is how long the package takes; 0: it does nothing until Sync is called.
	SyncAfter time.Duration

	Now func() time.Time // nil: time.Now
}

// Server is one org.
type Server struct {
	resttest.Server // its URL is the org's My Domain and its instance

	options Options

	mu       sync.Mutex
	objects  []*object
	records  []*record
	lastID   int
	used     int
	sessions map[string]int // calls made with a token
	cursors  map[string]cursor
	locked   map[string]bool // ids
	rules    []rule
	twins    duplicateRule
	watchers map[chan struct{}]bool
	timers   map[*time.Timer]bool
	closed   bool
}

// New starts an org. Like httptest.NewServer it panics where it cannot listen.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		options: o, objects: standardObjects(),
		sessions: map[string]int{}, cursors: map[string]cursor{}, locked: map[string]bool{},
		watchers: map[chan struct{}]bool{}, timers: map[*time.Timer]bool{},
	}
	s.change(func() {
		s.add("Organization", values{"Name": o.Name, "IsSandbox": false})
		s.add(roleType, values{"Name": "Support"})
		s.add(profileType, values{"Name": "System Administrator", "UserType": ownUser})
		s.add(profileType, values{"Name": "Customer Community User", "UserType": communityUser})
	})
	s.Start(o.Addr, s)
	return s
}

// Close ends the server, every connection to it, and what the managed package still had to do.
func (s *Server) Close() {
	s.stop()
	s.Server.Close()
}

// Shutdown closes the server once the calls under way are done, or ctx is.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop()
	return s.Server.Shutdown(ctx)
}

// stop ends what the managed package still has to do.
func (s *Server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for timer := range s.timers {
		timer.Stop()
	}
}

// ClientID is what the options say, or the default; so are ClientSecret and Username.
func (s *Server) ClientID() string { return s.options.ClientID }

// ClientSecret goes with ClientID.
func (s *Server) ClientSecret() string { return s.options.ClientSecret }

// Username is who signs in with a key.
func (s *Server) Username() string { return s.options.Username }

func (o Options) withDefaults() Options {
	o.Name = or(o.Name, "Institute")
	o.ClientID, o.ClientSecret = or(o.ClientID, "client-id"), or(o.ClientSecret, "client-secret")
	o.Username = or(o.Username, "integration@institute.example")
	if o.PageSize == 0 {
		o.PageSize = 2000
	}
	if o.DailyCalls == 0 {
		o.DailyCalls = 100_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// now is exact to the second, as the org's times are.
func (s *Server) now() time.Time { return s.options.Now().UTC().Truncate(time.Second) }

// change runs f under the lock and tells who watches.
func (s *Server) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	for watcher := range s.watchers {
		select {
		case watcher <- struct{}{}:
		default:
		}
	}
}

// Subscribe returns a channel that gets a value after changes, several of which may count as one, and a function that
// ends it.
func (s *Server) Subscribe() (<-chan struct{}, func()) {
	changed := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[changed] = true
	return changed, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, changed)
	}
}

func or(value, plain string) string {
	if value == "" {
		return plain
	}
	return value
}
