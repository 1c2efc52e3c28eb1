package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// vendor is a server that counts what reaches it.
func vendor(t *testing.T, answer http.HandlerFunc) (string, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, &calls
}

func client(t *testing.T, c Config) *Client {
	t.Helper()
	if c.System == "" {
		c.System = "Vendor"
	}
	c.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	built, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, `{"id":`)
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func hang(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // only then does the server notice that the caller left
	<-r.Context().Done()
}

// A write is sent once whatever happens, and its error says whether it may have taken effect.
func TestWrites(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		unsure bool
		later  bool
		public string
	}{
		"500":            {says(500, "oops"), true, false, "may or may not"},
		"503":            {says(503, "<html>"), true, false, "may or may not"},
		"request time":   {says(408, ""), true, false, "may or may not"},
		"cut answer":     {cut, true, false, "may or may not"},
		"no answer":      {hang, true, false, "may or may not"},
		"not JSON":       {says(200, "<html>fine</html>"), true, false, "may or may not"},
		"redirect":       {http.RedirectHandler("/elsewhere", http.StatusTemporaryRedirect).ServeHTTP, true, false, "may or may not"},
		"bad request":    {says(400, `{}`), false, false, "refused the request; nothing was changed"},
		"unauthorized":   {says(401, `{}`), false, false, "does not accept our credentials"},
		"not found":      {says(404, "<html>"), false, false, "no such record"},
		"conflict":       {says(409, `{}`), false, false, "refused"},
		"too many calls": {says(429, "slow down"), false, true, "slow down"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, calls := vendor(t, test.answer)
			c := client(t, Config{URL: root, Timeout: 100 * time.Millisecond})
			var out struct{ ID int }
			_, err := c.JSON(t.Context(), Request{Method: "POST", Route: "/users", Body: map[string]any{"a": 1}}, &out)
			got, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("error %v is not an *Error", err)
			}
			if calls.Load() != 1 {
				t.Errorf("sent %d times", calls.Load())
			}
			if got.Unsure() != test.unsure {
				t.Errorf("Unsure() = %v: %v", got.Unsure(), got)
			}
			if _, later := got.RetryLater(); later != test.later {
				t.Errorf("RetryLater() = %v: %v", later, got)
			}
			if !strings.Contains(got.Public(), test.public) {
				t.Errorf("Public() = %q, want %q in it", got.Public(), test.public)
			}
		})
	}
}

func TestNothingThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	root := "http://" + listener.Addr().String()
	listener.Close()
	c := client(t, Config{URL: root})
	_, err = c.Do(t.Context(), Request{Method: "DELETE", Route: "/users/{id}", Args: []string{"7"}})
	got, _ := errors.AsType[*Error](err)
	if got == nil || got.Unsure() || got.Sent {
		t.Fatalf("%#v: a write that could not even connect is not unsure", got)
	}
	if _, later := got.RetryLater(); !later {
		t.Error("not worth another try")
	}
	if strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("the error names the host: %v", err)
	}
}

// A caller who leaves before anything was sent has changed nothing; afterwards it is unsure.
func TestCallerLeaves(t *testing.T) {
	arrived := make(chan struct{})
	root, _ := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		hang(w, r)
	})
	c := client(t, Config{URL: root})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := c.Do(ctx, Request{Method: "PUT", Route: "/x", Body: 1})
	if got, _ := errors.AsType[*Error](err); got == nil || !got.Unsure() || !errors.Is(err, context.Canceled) {
		t.Errorf("left during the call: %v", err)
	}
	_, err = c.Do(ctx, Request{Method: "PUT", Route: "/x", Body: 1})
	if got, _ := errors.AsType[*Error](err); got == nil || got.Unsure() {
		t.Errorf("left before the call: %v", err)
	}
}

func TestRequests(t *testing.T) {
	var seen *http.Request
	var body []byte
	root, _ := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-Request-Id", "r-1")
		io.WriteString(w, "{}")
	})
	type mark struct{}
	var routes []string
	c := client(t, Config{URL: root + "/api/v1", Authorize: Basic("me", "it"), Observe: Observe{Sent: func(ctx context.Context, s Sent) {
		routes = append(routes, fmt.Sprint(s.System, " ", s.Method, " ", s.Route, " ", s.Status, " ", ctx.Value(mark{})))
	}}})

	query := url.Values{"email": {"a+b@x.edu"}}
	caller := context.WithValue(t.Context(), mark{}, "caller")
	if _, err := c.Do(caller, Request{Route: "/users/{id}/x", Args: []string{"a/b ?#"}, Query: query}); err != nil {
		t.Fatal(err)
	}
	if got := seen.URL.EscapedPath(); got != "/api/v1/users/a%2Fb%20%3F%23/x" {
		t.Errorf("path %s", got)
	}
	if got := seen.URL.RawQuery; got != "email=a%2Bb%40x.edu" {
		t.Errorf("query %s", got)
	}
	if got := seen.Header.Values("Content-Type"); got != nil {
		t.Errorf("a GET without body says Content-Type %q", got)
	}
	if user, password, _ := seen.BasicAuth(); user != "me" || password != "it" {
		t.Error("no credentials")
	}
	if _, err := c.Do(caller, Request{Method: "POST", Route: "/users", Body: map[string]string{"a": "b"}}); err != nil {
		t.Fatal(err)
	}
	if string(body) != `{"a":"b"}` || seen.Header.Get("Content-Type") != "application/json" {
		t.Errorf("sent %q as %q", body, seen.Header.Get("Content-Type"))
	}
	if got := strings.Join(routes, ","); got != "Vendor GET /users/{id}/x 200 caller,Vendor POST /users 200 caller" {
		t.Errorf("observed %s", got)
	}
	for _, arg := range []string{"", ".", ".."} {
		if _, err := c.Do(t.Context(), Request{Route: "/users/{id}", Args: []string{arg}}); err == nil {
			t.Errorf("%q was put into a path", arg)
		}
	}
}

// An answer that comes drop by drop has had all its time as well: whoever waits
// for a plan does not wait three times as long for it.
func TestSlowDrip(t *testing.T) {
	root, calls := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, " ")
		http.NewResponseController(w).Flush()
		hang(w, r)
	})
	_, err := client(t, Config{URL: root, Timeout: 100 * time.Millisecond}).Do(t.Context(), Request{Route: "/x"})
	if !errors.Is(err, context.DeadlineExceeded) || calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

func TestLargeAnswer(t *testing.T) {
	root, calls := vendor(t, says(200, strings.Repeat("x", 100)))
	c := client(t, Config{URL: root, MaxBody: 99})
	_, err := c.Do(t.Context(), Request{Route: "/x"})
	if !errors.Is(err, errTooLarge) || calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

// The credentials must never follow a redirect, wherever it leads.
func TestRedirects(t *testing.T) {
	other, strayed := vendor(t, says(200, "{}"))
	here, _ := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other+"/x?secret=1", http.StatusFound)
		case "/near":
			http.Redirect(w, r, "/done", http.StatusFound)
		}
	})
	for path, fine := range map[string]bool{"/away": false, "/near": true} {
		_, err := client(t, Config{URL: here, Authorize: Basic("a", "b")}).Do(t.Context(), Request{Route: path})
		if err == nil {
			t.Errorf("%s: an API client followed", path)
		}
		_, err = client(t, Config{URL: here, SameOrigin: true}).Do(t.Context(), Request{Route: path, Changes: true})
		if (err == nil) != fine {
			t.Errorf("%s: %v", path, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the target: %v", path, err)
		}
	}
	if strayed.Load() != 0 {
		t.Error("a redirect was followed to another host")
	}
}

// A token is asked for by a form: it changes nothing, so it may be asked for while planning, and again.
func TestForm(t *testing.T) {
	var got []string
	root, calls := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method+" "+r.Header.Get("Content-Type")+" "+string(body))
		if len(got) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "{}")
	})
	c := client(t, Config{URL: root})
	r := Request{Method: "POST", Route: "/token", Form: url.Values{"a": {"b c"}}, Reads: true}
	if _, err := c.Do(ReadOnly(t.Context()), r); err != nil || calls.Load() != 2 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
	if want := "POST application/x-www-form-urlencoded a=b+c"; got[0] != want || got[1] != want {
		t.Errorf("%q", got)
	}
}
