package rest

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

const (
	maxTries     = 3
	firstBackoff = 250 * time.Millisecond
	lastBackoff  = 2 * time.Second
	jitter       = 0.25

	// longestWait is how long a read waits for a vendor that named a time; a longer one is the caller's to wait.
	longestWait = 30 * time.Second
	// probeWait is how long a read waits for the one call that finds out whether a host works again.
	probeWait = time.Second
)

// retries is the policy for one read: back off with jitter, or wait as long as the vendor asked, but never sleep
// towards a deadline that will have passed.
func retries(ctx context.Context) retrypolicy.RetryPolicy[*Response] {
	return retrypolicy.NewBuilder[*Response]().
		WithMaxAttempts(maxTries).
		WithBackoff(firstBackoff, lastBackoff).
		WithJitterFactor(jitter).
		WithDelayFunc(func(exec failsafe.ExecutionAttempt[*Response]) time.Duration {
			if wait := named(exec.LastError()); wait > 0 {
				return time.Duration(float64(wait) / (1 - jitter)) // jitter may take that much off again
			}
			return -1
		}).
		HandleIf(func(_ *Response, err error) bool { return worthAnotherTry(ctx, err) }).
		ReturnLastFailure().
		Build()
}

// named is the wait the error itself asks for, 0 where it asks for none.
func named(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.wait
	}
	return 0
}

func worthAnotherTry(ctx context.Context, err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || ctx.Err() != nil {
		return false
	}
	// A read that was given all its time would hardly be quicker a second time.
	if errors.Is(e, context.DeadlineExceeded) {
		return false
	}
	wait, later := e.RetryLater()
	// Whoever asks is better told at once that a host is left alone than made to wait until it is tried again.
	if errors.Is(e, ErrCircuitOpen) && wait > probeWait {
		return false
	}
	if !later || e.Status == http.StatusTooManyRequests && e.wait == 0 || wait > longestWait {
		return false
	}
	deadline, bounded := ctx.Deadline()
	return !bounded || time.Until(deadline) > e.wait
}

// retryAfter reads a Retry-After header: seconds or a date. 0: none, or one that makes no sense.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	// A number too large to hold is a long time as well.
	if seconds, err := strconv.Atoi(header); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(max(0, min(seconds, 3600))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, min(at.Sub(now), time.Hour))
	}
	return 0
}
