package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"

	"registrar/cmd/registrar/registrartest"
)

// faultWire stands before the vendors' fakes. It counts the writes that took
// effect and has calls go wrong.
type faultWire struct {
	mu      sync.Mutex
	writes  map[string]int // by system, method and route, those that were done
	choose  func(vendorCall) mishap
	applied bool // whether the last call that went wrong was done all the same
	hits    int  // how many calls went wrong
	freed   chan struct{}
}

// vendorCall is a call on its way to a vendor.
type vendorCall struct {
	System, Method, Route string
	Write                 bool
}

// mishap answers a call in the fake's place. do has the fake do it.
type mishap func(w http.ResponseWriter, r *http.Request, do func() *httptest.ResponseRecorder)

// number is an id in a path.
var number = regexp.MustCompile(`/(\d+|[0-9A-Za-z]{18})\b`)

func newFaultWire(w *registrartest.World) *faultWire {
	f := &faultWire{writes: map[string]int{}, freed: make(chan struct{})}
	w.LearnUpon.Around(f.around("LearnUpon"))
	w.Partners.Around(f.around("Partners"))
	w.Salesforce.Around(f.around("Salesforce"))
	return f
}

func (f *faultWire) around(system string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		c := vendorCall{System: system, Method: r.Method, Route: number.ReplaceAllString(r.URL.Path, "/{id}")}
		c.Write = r.Method != http.MethodGet && !strings.Contains(r.URL.Path, "/oauth2/")
		did := false
		do := func() *httptest.ResponseRecorder {
			did = true
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			if c.Write && answer.Code < 300 {
				f.mu.Lock()
				defer f.mu.Unlock()
				f.writes[fmt.Sprintf("%s %s %s", c.System, c.Method, c.Route)]++
			}
			return answer
		}
		f.mu.Lock()
		var wrong mishap
		if f.choose != nil {
			wrong = f.choose(c)
		}
		f.mu.Unlock()
		if wrong == nil {
			pass(w, do())
			return
		}
		defer func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.applied = did
			f.hits++
		}()
		wrong(w, r, do)
	}
}

func pass(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the caller may have left
}

// goWrong has the calls that match meet the mishap: n of them, after letting
// skip pass; n < 0 all of them until heal.
func (f *faultWire) goWrong(match func(vendorCall) bool, skip, n int, m mishap) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.applied, f.hits = false, 0
	f.choose = func(c vendorCall) mishap {
		if !match(c) {
			return nil
		}
		if skip--; skip >= 0 || n == 0 {
			return nil
		}
		n--
		return m
	}
}

func (f *faultWire) heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.choose = nil
}

func (f *faultWire) struck() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hits
}

func (f *faultWire) done() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.writes)
}

// mailed notes a mail that was taken.
func (f *faultWire) mailed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.applied = true
}

func (f *faultWire) lastApplied() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.applied
}

// What goes wrong at a vendor.

// says answers without doing what was asked.
func says(status int, kind, body string, header ...string) mishap {
	return func(w http.ResponseWriter, _ *http.Request, _ func() *httptest.ResponseRecorder) {
		respond(w, status, kind, body, header...)
	}
}

// doesButSays does what was asked, and answers something else.
func doesButSays(status int, kind, body string) mishap {
	return func(w http.ResponseWriter, _ *http.Request, do func() *httptest.ResponseRecorder) {
		do()
		respond(w, status, kind, body)
	}
}

func respond(w http.ResponseWriter, status int, kind, body string, header ...string) {
	w.Header().Set("Content-Type", kind)
	for i := 0; i+1 < len(header); i += 2 {
		w.Header().Set(header[i], header[i+1])
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		_, _ = io.WriteString(w, body)
	}
}

// pretends answers as a fake that had done it would, and does nothing.
func pretends(w http.ResponseWriter, r *http.Request, _ func() *httptest.ResponseRecorder) {
	if r.Method == http.MethodPatch {
		respond(w, http.StatusNoContent, kindJSON, "")
		return
	}
	body, _ := json.Marshal(map[string]any{"id": 987654, "success": true})
	respond(w, http.StatusOK, kindJSON, string(body))
}

// meanwhile does something while the vendor does what was asked, before it answers.
func meanwhile(happens func()) mishap {
	return func(w http.ResponseWriter, _ *http.Request, do func() *httptest.ResponseRecorder) {
		answer := do()
		happens()
		pass(w, answer)
	}
}

// cutOff breaks the connection in the middle of the answer.
func cutOff(applied bool) mishap {
	return func(w http.ResponseWriter, _ *http.Request, do func() *httptest.ResponseRecorder) {
		if applied {
			do()
		}
		w.Header().Set("Content-Length", "65536")
		respond(w, http.StatusOK, kindJSON, `{"id":`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// hangs never answers.
func hangs(applied bool) mishap {
	return func(_ http.ResponseWriter, r *http.Request, do func() *httptest.ResponseRecorder) {
		if applied {
			do()
		}
		_, _ = io.Copy(io.Discard, r.Body) // only then is it seen that the caller left
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// drips does what was asked and answers a byte at a time, for so long.
func drips(long time.Duration) mishap {
	return func(w http.ResponseWriter, r *http.Request, do func() *httptest.ResponseRecorder) {
		answer := do()
		_, _ = io.Copy(io.Discard, r.Body)
		for end := time.Now().Add(long); time.Now().Before(end) && r.Context().Err() == nil; {
			if _, err := io.WriteString(w, " "); err != nil { // JSON may begin with blanks
				return
			}
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(500 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
		_, _ = w.Write(answer.Body.Bytes())
	}
}

const (
	kindJSON = "application/json"
	kindHTML = "text/html"
	bodyHTML = "<!doctype html><title>Just a moment…</title><p>Checking your browser</p>"
)
