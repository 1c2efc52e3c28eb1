package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"path"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed scripts/*.lua
var scriptFiles embed.FS

// preludeFile is what every script begins with.
const preludeFile = "scripts/prelude.lua"

// loadScripts reads the embedded scripts, by name without ".lua".
func loadScripts() map[string]*redis.Script {
	out := map[string]*redis.Script{}
	prelude := mustRead(preludeFile)
	entries, err := scriptFiles.ReadDir("scripts")
	if err != nil {
		panic("store: embedded scripts: " + err.Error())
	}
	for _, e := range entries {
		file := path.Join("scripts", e.Name())
		if file != preludeFile {
			out[strings.TrimSuffix(e.Name(), ".lua")] = redis.NewScript(prelude + mustRead(file))
		}
	}
	return out
}

func mustRead(file string) string {
	b, err := scriptFiles.ReadFile(file)
	if err != nil {
		panic("store: embedded scripts: " + err.Error())
	}
	return string(b)
}

// aofTimeout bounds how long a write waits for the disk.
const aofTimeout = time.Second

// eval runs a script that writes, and where Redis syncs its log only every
// second, waits until this write is on disk. WAITAOF counts for the writes of
// its own connection only, so both go out in one pipeline.
func (s *Store) eval(ctx context.Context, name string, keys []string, args ...any) (any, error) {
	script := s.scripts[name]
	if !s.waitAOF.Load() {
		reply, err := script.Run(ctx, s.rdb, keys, args...).Result()
		return reply, failed(name, ignoreNil(err))
	}
	reply, synced, err := s.evalSynced(ctx, script.EvalSha, keys, args)
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		reply, synced, err = s.evalSynced(ctx, script.Eval, keys, args)
	}
	if err == nil && synced < 1 {
		return nil, &Error{Op: name, sent: true, err: errors.New("written, but not on disk within " + aofTimeout.String())}
	}
	return reply, failed(name, err)
}

type evaluator func(ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd

func (s *Store) evalSynced(ctx context.Context, run evaluator, keys []string, args []any) (reply any, synced int64, err error) {
	pipe := s.rdb.Pipeline()
	cmd := run(ctx, pipe, keys, args...)
	wait := pipe.Do(ctx, "WAITAOF", 1, 0, aofTimeout.Milliseconds())
	// Each command's own error is looked at below.
	_, _ = pipe.Exec(ctx)
	if reply, err = cmd.Result(); ignoreNil(err) != nil {
		return nil, 0, err
	}
	acks, err := wait.Int64Slice()
	if err != nil || len(acks) == 0 {
		return nil, 0, &Error{Op: "waitaof", sent: true, err: fmt.Errorf("written, but Redis did not say it is on disk: %w", err)}
	}
	return reply, acks[0], nil
}

// verdict is what a script that moves something answers: a word, and for some
// words more.
type verdict struct {
	word string
	rest []string
}

func (s *Store) judge(ctx context.Context, name string, keys []string, args ...any) (verdict, error) {
	reply, err := s.eval(ctx, name, keys, args...)
	if err != nil {
		return verdict{}, err
	}
	list, ok := reply.([]any)
	if !ok || len(list) == 0 {
		return verdict{}, failed(name, fmt.Errorf("script answered %T", reply))
	}
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = fmt.Sprint(w)
	}
	return verdict{word: words[0], rest: words[1:]}, nil
}

func ignoreNil(err error) error {
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}

// Error is Redis failing. Nothing may be assumed to be stored.
type Error struct {
	Op   string
	sent bool
	err  error
}

// failed makes an Error of whatever the client returned; nil stays nil.
func failed(op string, err error) error {
	var own *Error
	if err == nil || errors.As(err, &own) {
		return err
	}
	return &Error{Op: op, err: err, sent: sent(err)}
}

// sent reports whether the command may have reached Redis. A refused dial has
// not; an error Redis answered with says that nothing was done.
func sent(err error) bool {
	var answered redis.Error
	var wire *net.OpError
	switch {
	case errors.As(err, &answered):
		return false
	case errors.As(err, &wire) && wire.Op == "dial":
		return false
	}
	return true
}

func (e *Error) Error() string { return "redis: " + e.Op + ": " + e.err.Error() }
func (e *Error) Unwrap() error { return e.err }

// Unsure reports whether a write may have taken effect all the same.
func (e *Error) Unsure() bool { return e.sent }

// RetryLater says when it is worth trying again, where certainly nothing was
// changed.
func (e *Error) RetryLater() (time.Duration, bool) {
	if e.sent {
		return 0, false
	}
	return 10 * time.Second, true
}

// Public marks a text as safe to show.
func (e *Error) Public() string {
	if e.sent {
		return "Registrar's database did not answer in time, so it is not certain that this was stored. Please look again in a minute and repeat it if need be."
	}
	return "Registrar's database cannot be used right now, so nothing was done. Please try again in a minute."
}
