package rest

import "context"

type contextKey int

const (
	readOnlyKey contextKey = iota
	backgroundKey
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
