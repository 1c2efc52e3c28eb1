package main

import (
	"context"
	"errors"
	"time"

	"registrar/store"
)

const (
	// auditFirst leaves a process that has just started to those who wait for it.
	auditFirst = 5 * time.Minute
	auditEvery = 24 * time.Hour
)

// audits verifies the audit trail after first, and then once a day. It has a
// goroutine of its own: a long trail takes longer to read than any round may.
func (r *replica) audits(ctx context.Context, first time.Duration) error {
	for wait := first; ; wait = auditEvery {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		r.audit(ctx)
	}
}

// audit looks whether the audit trail holds, as far as it can be told without a
// head that was posted. What it finds is logged and counted.
func (r *replica) audit(ctx context.Context) {
	err := r.store.Verify(ctx, "")
	_, broken := errors.AsType[*store.TamperError](err)
	switch {
	case broken:
		r.log.ErrorContext(ctx, "the audit trail does not hold", "error", err)
	case err != nil:
		r.log.WarnContext(ctx, "the audit trail could not be verified", "error", err)
		return
	}
	r.metrics.audited(time.Now(), !broken)
}
