package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// script is a transport that gives its answers in turn, and its last one for ever.
type script struct {
	answers []func() (*http.Response, error)
	calls   int
	at      []time.Time
}

func (s *script) RoundTrip(*http.Request) (*http.Response, error) {
	answer := s.answers[min(s.calls, len(s.answers)-1)]
	s.calls++
	s.at = append(s.at, time.Now())
	return answer()
}

func with(status int, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		res := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}
		for i := 0; i < len(header); i += 2 {
			res.Header.Set(header[i], header[i+1])
		}
		return res, nil
	}
}

func broken() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func scripted(t *testing.T, s *script, c Config) *Client {
	t.Helper()
	c.System, c.URL, c.HTTP = "Vendor", "https://vendor.example", &http.Client{Transport: s}
	built, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

func TestReads(t *testing.T) {
	in3s := func() (*http.Response, error) {
		return with(429, "Retry-After", time.Now().Add(3*time.Second).UTC().Format(http.TimeFormat))()
	}
	tests := map[string]struct {
		answers []func() (*http.Response, error)
		calls   int
		atLeast time.Duration // spent waiting
		failed  bool
	}{
		"at once":             {[]func() (*http.Response, error){with(200)}, 1, 0, false},
		"after two failures":  {[]func() (*http.Response, error){with(503), broken, with(200)}, 3, 500 * time.Millisecond, false},
		"never":               {[]func() (*http.Response, error){with(500)}, 3, 500 * time.Millisecond, true},
		"refused":             {[]func() (*http.Response, error){with(404)}, 1, 0, true},
		"told to wait":        {[]func() (*http.Response, error){with(429, "Retry-After", "7"), with(200)}, 2, 7 * time.Second, false},
		"told a date":         {[]func() (*http.Response, error){in3s, with(200)}, 2, 2 * time.Second, false},
		"told nothing":        {[]func() (*http.Response, error){with(429), with(200)}, 1, 0, true},
		"told to wait for an": {[]func() (*http.Response, error){with(429, "Retry-After", "3600"), with(200)}, 1, 0, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: test.answers}
				start := time.Now()
				_, err := scripted(t, s, Config{}).Do(t.Context(), Request{Route: "/x"})
				if s.calls != test.calls || (err != nil) != test.failed {
					t.Errorf("%d calls, want %d: %v", s.calls, test.calls, err)
				}
				if took := time.Since(start); took < test.atLeast || test.atLeast == 0 && took > 0 {
					t.Errorf("waited %v, want at least %v", took, test.atLeast)
				}
				if e, ok := errors.AsType[*Error](err); ok && e.Unsure() {
					t.Error("a read is never unsure")
				}
			})
		})
	}
}

// There is no use in sleeping towards a deadline that will have passed.
func TestNoSleepPastTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s := &script{answers: []func() (*http.Response, error){with(503, "Retry-After", "20")}}
		start := time.Now()
		_, err := scripted(t, s, Config{}).Do(ctx, Request{Route: "/x"})
		if s.calls != 1 || time.Since(start) > 0 {
			t.Errorf("%d calls in %v", s.calls, time.Since(start))
		}
		if wait, later := err.(*Error).RetryLater(); !later || wait != 20*time.Second {
			t.Errorf("RetryLater() = %v, %v", wait, later)
		}
	})
}

// A host that keeps failing is left alone, then tried with one call.
func TestCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func() (*http.Response, error){with(500)}}
		var told []string
		c := scripted(t, s, Config{Observe: Observe{Circuit: func(system string, open bool) { told = append(told, fmt.Sprint(system, " ", open)) }}})
		write := Request{Method: "POST", Route: "/x"}
		for range breakAfter {
			c.Do(t.Context(), write)
		}
		_, err := c.Do(t.Context(), write)
		e := err.(*Error)
		wait, later := e.RetryLater()
		if !errors.Is(err, ErrCircuitOpen) || e.Unsure() || !later || wait > breakFor || s.calls != breakAfter {
			t.Fatalf("%d calls, then %v (wait %v, %v)", s.calls, err, wait, later)
		}
		asked := time.Now()
		if _, err := c.Do(t.Context(), Request{Route: "/x"}); !errors.Is(err, ErrCircuitOpen) || time.Since(asked) > 0 {
			t.Errorf("a read got %v after %v, want to be told at once", err, time.Since(asked))
		}
		time.Sleep(breakFor)
		c.Do(t.Context(), write) // tried once, and left alone again
		time.Sleep(breakFor)
		s.answers = append(s.answers, with(200))
		s.calls = len(s.answers) // from now on the last answer
		for range 2 {
			if _, err := c.Do(t.Context(), write); err != nil {
				t.Errorf("healed, but %v", err)
			}
		}
		if got := strings.Join(told, ", "); got != "Vendor true, Vendor false" {
			t.Errorf("told %s", got)
		}
	})
}

// Refusals are answers: they must not make a healthy host look dead.
func TestRefusalsDoNotBreakTheCircuit(t *testing.T) {
	s := &script{answers: []func() (*http.Response, error){with(404)}}
	c := scripted(t, s, Config{})
	for range 3 * breakAfter {
		if _, err := c.Do(t.Context(), Request{Route: "/x"}); !IsNotFound(err) {
			t.Fatal(err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, "-5": 0, "soon": 0, "999999999": time.Hour,
		"Mon, 02 Nov 2026 09:00:30 GMT": 30 * time.Second, "Mon, 02 Nov 2026 08:00:00 GMT": 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
