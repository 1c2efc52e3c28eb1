package rest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestReadOnly(t *testing.T) {
	root, calls := vendor(t, says(200, "{}"))
	c := client(t, Config{URL: root})
	ctx := ReadOnly(t.Context())
	for _, r := range []Request{
		{Method: "POST", Route: "/x"}, {Method: "PUT", Route: "/x"}, {Method: "PATCH", Route: "/x"},
		{Method: "DELETE", Route: "/x"}, {Route: "/x", Changes: true},
	} {
		_, err := c.Do(ctx, r)
		e, _ := errors.AsType[*Error](err)
		if !errors.Is(err, ErrReadOnly) || e.Unsure() {
			t.Errorf("%s: %v", r.Method, err)
		}
		if _, later := e.RetryLater(); later {
			t.Errorf("%s: told to come back", r.Method)
		}
	}
	if calls.Load() != 0 {
		t.Error("something was sent")
	}
	for _, method := range []string{"", "GET", "HEAD"} {
		if _, err := c.Do(ctx, Request{Method: method, Route: "/x"}); err != nil {
			t.Errorf("%q: %v", method, err)
		}
	}
}

type spent time.Duration

func (spent) Error() string                       { return "spent" }
func (s spent) RetryLater() (time.Duration, bool) { return time.Duration(s), true }

func TestBudget(t *testing.T) {
	root, calls := vendor(t, says(200, "{}"))
	var asked []string
	answer := error(nil)
	c := client(t, Config{URL: root, Key: "partners", Budget: func(ctx context.Context, key string) error {
		if IsBackground(ctx) {
			key += " (background)"
		}
		asked = append(asked, key)
		return answer
	}})
	c.Do(t.Context(), Request{Route: "/x"})
	c.Do(Background(t.Context()), Request{Method: "POST", Route: "/x"})
	if got := strings.Join(asked, ", "); got != "partners, partners (background)" {
		t.Errorf("asked for %s", got)
	}
	for _, answer = range []error{spent(40 * time.Second), errors.New("the store cannot be read")} {
		_, err := c.Do(t.Context(), Request{Method: "POST", Route: "/x"})
		e, _ := errors.AsType[*Error](err)
		wait, later := e.RetryLater()
		if !errors.Is(err, ErrBudget) || e.Unsure() || !later || wait == 0 {
			t.Errorf("%v: wait %v, %v", err, wait, later)
		}
	}
	if calls.Load() != 2 {
		t.Errorf("%d calls were sent", calls.Load())
	}
}

// A vendor may say no with status 200, and may claim another status in the body.
func TestRefusalInAnyAnswer(t *testing.T) {
	root, _ := vendor(t, says(200, `no`))
	c := client(t, Config{URL: root, Refused: func(int, http.Header, []byte) (Refusal, bool) {
		return Refusal{Status: 400, Code: "E7", Message: "see https://v.example/?t=1 or ask jo@x.edu\u202e\n"}, true
	}})
	_, err := c.Do(t.Context(), Request{Method: "POST", Route: "/x"})
	e, _ := errors.AsType[*Error](err)
	if e == nil || e.Status != 400 || e.Unsure() {
		t.Fatalf("%#v", e)
	}
	if got := err.Error(); got != "Vendor: POST /x: 400: E7: see [link] or ask [address]" {
		t.Errorf("%q", got)
	}
}

// Nothing that is secret or personal gets from a request into its error.
func TestErrorsAreClean(t *testing.T) {
	secrets := []string{"jo@x.edu", "jo%40x.edu", "hunter2", "tok123", "s3cret"}
	answers := map[string]http.HandlerFunc{
		"reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"slow":  hang, "cut": cut, "html": says(500, "jo@x.edu hunter2"), "weird": says(200, "jo@x.edu"),
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			root, _ := vendor(t, answer)
			c := client(t, Config{URL: root, Authorize: Basic("api", "hunter2"), Timeout: 50 * time.Millisecond})
			for _, r := range []Request{
				{Method: "POST", Route: "/users/{id}", Args: []string{"tok123"}, Query: url.Values{"email": {"jo@x.edu"}}, Body: "s3cret"},
				{Route: "/users/search", Query: url.Values{"email": {"jo@x.edu"}, "key": {"s3cret"}}},
			} {
				_, err := c.JSON(t.Context(), r, new(struct{}))
				for e := err; e != nil; e = errors.Unwrap(e) {
					for _, secret := range secrets {
						if strings.Contains(e.Error(), secret) || strings.Contains(e.Error(), root) {
							t.Errorf("%s: %q", r.Method, e)
						}
					}
				}
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for _, root := range []string{"", "vendor.example", "ftp://vendor.example", "https://me:s3cret@vendor.example", "https://v.example/?k=s3cret", "https://%zz"} {
		_, err := New(Config{System: "Vendor", URL: root})
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", root, err)
		}
	}
}

func TestRedact(t *testing.T) {
	for said, want := range map[string]string{
		"fine":                          "fine",
		"user (jo@x.edu) exists":        "user ([address]) exists",
		`no "jo b"@x.edu, "k@x.edu"`:    `no [address], "[address]"`,
		"@":                             "[address]",
		"go to /x?confirmation_token=1": "go to [link]",
		"token=abc given":               "token=[hidden] given",
		"a\x00b\r\nc":                   "a b c",
		strings.Repeat("ä", 300):        strings.Repeat("ä", 199) + "…",
	} {
		if got := redact(said); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

// A vendor's refusal may name its own wait and its own sentence, where its status says something else.
func TestRefusalWithWait(t *testing.T) {
	root, calls := vendor(t, says(403, `limit`))
	c := client(t, Config{URL: root, Refused: func(int, http.Header, []byte) (Refusal, bool) {
		return Refusal{Later: 5 * time.Minute, Public: "The day's calls are used up."}, true
	}})
	for _, method := range []string{"GET", "POST"} {
		_, err := c.Do(t.Context(), Request{Method: method, Route: "/x"})
		e, _ := errors.AsType[*Error](err)
		if wait, later := e.RetryLater(); !later || wait != 5*time.Minute || e.Unsure() || e.Public() != "The day's calls are used up." {
			t.Errorf("%s: %v, %v, %s", method, wait, later, e.Public())
		}
	}
	if calls.Load() != 2 {
		t.Errorf("%d calls", calls.Load())
	}
}

// What was allowed when a write began to wait for its turn may not be when its
// turn has come.
func TestGuard(t *testing.T) {
	root, calls := vendor(t, says(200, "{}"))
	held := true
	c := client(t, Config{URL: root, Budget: func(context.Context, string) error {
		held = false
		return nil
	}})
	ctx := Guarded(t.Context(), func() error {
		if !held {
			return errors.New("another has it")
		}
		return nil
	})
	for _, r := range []Request{{Method: "POST", Route: "/x"}, {Route: "/x", Changes: true}} {
		held = true
		_, err := c.Do(ctx, r)
		e, _ := errors.AsType[*Error](err)
		if _, later := e.RetryLater(); !errors.Is(err, ErrNotHeld) || e.Unsure() || !later || e.Public() == "" {
			t.Errorf("%s: %v", r.Method, err)
		}
	}
	if calls.Load() != 0 {
		t.Error("something was sent")
	}
	if _, err := c.Do(ctx, Request{Route: "/x"}); err != nil {
		t.Errorf("a read: %v", err)
	}
	c.Budget = nil
	held = true
	if _, err := c.Do(ctx, Request{Method: "POST", Route: "/x"}); err != nil {
		t.Errorf("a write that may be sent: %v", err)
	}
}
