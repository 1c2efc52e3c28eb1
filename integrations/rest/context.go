package rest

import "context"

type contextKey int

const (
	readOnlyKey contextKey = iota
	backgroundKey
	guardKey
)

// ReadOnly returns a context under which every client refuses whatever could change something, before anything is
// sent. Plans are made under it, so that planning cannot write.
func ReadOnly(ctx context.Context) context.Context {
	return context.WithValue(ctx, readOnlyKey, true)
}

// IsReadOnly reports whether ctx descends from [ReadOnly].
func IsReadOnly(ctx context.Context) bool {
	return ctx.Value(readOnlyKey) != nil
}

// Background marks calls nobody is waiting for. A [Budget] keeps a part of a vendor's limit from them.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey, true)
}

// IsBackground reports whether ctx descends from [Background].
func IsBackground(ctx context.Context) bool {
	return ctx.Value(backgroundKey) != nil
}

// Guarded has every client ask may just before it sends what could change something, and not send it where that is an
// error. What must hold when a step begins may not hold any more when its write has waited its turn.
func Guarded(ctx context.Context, may func() error) context.Context {
	return context.WithValue(ctx, guardKey, may)
}

// Allowed asks what [Guarded] set: an error says that nothing may be sent.
func Allowed(ctx context.Context) error {
	if may, ok := ctx.Value(guardKey).(func() error); ok {
		return may()
	}
	return nil
}
