package rest

import "context"

type spendingKey struct{}

// asking is the context with which a [Budget] is asked for the call.
func (r Request) asking(ctx context.Context) context.Context {
	if r.writes() {
		return context.WithValue(ctx, spendingKey{}, true)
	}
	return ctx
}

// IsWrite reports whether the call that a [Budget] is asked for may change something. Reads follow that show whether it
// did: a write that is made with the last call leaves everybody in doubt.
func IsWrite(ctx context.Context) bool { return ctx.Value(spendingKey{}) != nil }
