package proof

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/mail/mailtest"
	"registrar/store/storetest"
)

// moment is when a process is killed, relative to something that it sends.
type moment string

const (
	before  moment = "before"  // it has sent it, and nobody has heard of it
	applied moment = "applied" // it was done, and no reply went back
	replied moment = "replied" // the reply went back: the next thing it sends is lost
)

func moments() []moment { return []moment{before, applied, replied} }

// The kinds of boundaries of a run's journal.
const (
	journal = "journal" // a script that saves the run, with its audit entry
	note    = "note"    // what is remembered beside it: mails sent, links used, secrets
	write   = "write"   // a request to a vendor that changes something
	post    = "post"    // a message or file for Slack; it may come at any time
)

// event is something that a process sends and that leaves a mark: a boundary.
type event struct {
	kind string
	what string // "learnupon PUT /users/{id}", "step.done"
}

// stage is a world whose processes are killed at a chosen event.
type stage struct {
	*registrartest.World
	t       testing.TB
	program registrartest.Program
	redis   string // without a proxy before it

	mu       sync.Mutex
	aim      int  // index of the event among its like; -1: none
	posting  bool // it is a post
	when     moment
	events   []event // without posts
	posts    []event
	writes   []string          // those that were done
	known    map[string]bool   // scripts that Redis has, and writes by their names
	open     map[string]string // transactions, by connection, and what they note
	actor    *process          // who saved last
	doomed   *process          // dies with the next thing it sends
	dead     *process
	diedAt   time.Time
	tookOver time.Time // first save of another process after that
	underWay int       // requests that change something and were not answered yet
	foreign  bool      // it is LearnUpon's package that calls
	react    func()
}

// process is one replica, with a way of its own to Redis.
type process struct {
	*registrartest.Replica
	proxy *storetest.Proxy
}

func newStage(t testing.TB, p registrartest.Program, redis string) *stage {
	w := registrartest.NewWorld(t, p)
	s := &stage{World: w, t: t, program: p, redis: redis, aim: -1, known: map[string]bool{}, open: map[string]string{}, react: func() {}}
	if s.redis == "" {
		s.redis = w.Env["REDIS_URL"]
	}
	delete(w.Env, "REGISTRAR_ALERTS_CHANNEL") // they are read every two seconds, and are no runs
	delete(w.Env, "REGISTRAR_AUDIT_CHANNEL")  // the day's head is posted while the program starts, and is no run
	s.LearnUpon.Around(s.around("learnupon"))
	s.Partners.Around(s.around("partners"))
	s.Salesforce.Around(s.around("salesforce"))
	s.Mail.Around(s.mailed)
	return s
}

// start starts one more process.
func (s *stage) start(settings map[string]string) *process {
	p := &process{proxy: storetest.NewProxy(s.t, s.redis)}
	s.mu.Lock()
	p.proxy.Hook(func(c storetest.Command) storetest.Fate { return s.command(p, c) })
	s.mu.Unlock()
	env := map[string]string{"REDIS_URL": p.proxy.URL(), "SLACK_API_URL": s.slackOf(p)}
	maps.Copy(env, settings)
	replica := s.World.Start(s.program, env)
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Replica = replica
	return p
}

// happens notes an event of a process and says whether to kill at it.
func (s *stage) happens(p *process, kind, what string) moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := &s.events
	if kind == post {
		list = &s.posts
	}
	i := len(*list)
	*list = append(*list, event{kind, what})
	if kind == journal {
		s.actor = p
		if s.dead != nil && s.dead != p && s.tookOver.IsZero() {
			s.tookOver = time.Now()
		}
	}
	if i != s.aim || (kind == post) != s.posting {
		return ""
	}
	if s.when == replied {
		if s.doomed = p; p == nil {
			s.doomed = s.actor
		}
	}
	return s.when
}

// kill ends a process as losing its machine would.
func (s *stage) kill(p *process) {
	s.mu.Lock()
	first := s.dead == nil
	if first {
		s.dead, s.doomed, s.diedAt = p, nil, time.Now()
	}
	replica := p.Replica
	s.mu.Unlock()
	if first {
		replica.Kill()
	}
}

// doom reports whether the process that sends something is to die of it.
func (s *stage) doom(p *process) bool {
	s.mu.Lock()
	doomed := s.doomed
	if p == nil {
		p = s.actor
	}
	s.mu.Unlock()
	if doomed == nil || p != doomed {
		return false
	}
	s.kill(p)
	return true
}

// killed reports whether the chosen process is dead.
func (s *stage) killed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dead != nil
}

var recordID = regexp.MustCompile(`/(?:\d+|00[135][0-9A-Za-z]{12,15})\b`)

// around stands before a vendor.
func (s *stage) around(vendor string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		s.mu.Lock()
		own := s.foreign
		s.mu.Unlock()
		if own {
			next.ServeHTTP(w, r)
			return
		}
		if s.doom(nil) {
			panic(http.ErrAbortHandler)
		}
		if !changes(r) {
			next.ServeHTTP(w, r)
			return
		}
		s.counts(1)
		defer s.counts(-1)
		what := vendor + " " + r.Method + " " + recordID.ReplaceAllString(r.URL.Path, "/{id}")
		at := s.happens(nil, write, what)
		if at == before {
			s.kill(s.actor)
			panic(http.ErrAbortHandler)
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		if answer.Code >= 400 {
			what += " → " + strconv.Itoa(answer.Code)
		}
		s.done(what)
		if at == applied {
			s.kill(s.actor)
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = io.Copy(w, answer.Body) // a caller that hung up needs no answer
	}
}

// counts counts the requests under way.
func (s *stage) counts(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay += by
}

// changes reports whether a request changes something: all but those that read,
// those that sign in, and opened confirmation links.
func changes(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.Path == "/users/confirmation"
	}
	return r.URL.Path != "/services/oauth2/token"
}

// done writes down a write, and has the vendors do what follows from it.
func (s *stage) done(what string) {
	s.mu.Lock()
	s.writes = append(s.writes, what)
	s.mu.Unlock()
	s.byPackage(s.react)
}

// byPackage does what LearnUpon's package does, whose calls are its own.
func (s *stage) byPackage(do func()) {
	s.mu.Lock()
	s.foreign = true
	s.mu.Unlock()
	do()
	s.mu.Lock()
	s.foreign = false
	s.mu.Unlock()
}

func (s *stage) mailed(_ mailtest.Message, keep, reply func()) {
	if s.doom(nil) {
		return
	}
	at := s.happens(nil, write, "mail")
	if at == before {
		s.kill(s.actor)
		return
	}
	keep()
	s.done("mail")
	if at == applied {
		s.kill(s.actor)
		return
	}
	reply()
}
