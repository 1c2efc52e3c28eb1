package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Problem is something about Redis that could lose what it has acknowledged.
type Problem struct {
	Name string // the setting
	Text string // what is wrong, one sentence
	Mend string // what to do about it, one sentence
}

// Durability checks that Redis keeps what it says it has stored. An empty
// result is a Redis that can be trusted.
func (s *Store) Durability(ctx context.Context) ([]Problem, error) {
	info, err := s.info(ctx)
	if err != nil {
		return nil, err
	}
	var out []Problem
	add := func(bad bool, name, text, mend string) {
		if bad {
			out = append(out, Problem{Name: name, Text: text, Mend: mend})
		}
	}
	appendonly, known := s.setting(ctx, "appendonly", info["aof_enabled"])
	add(!known, "appendonly", "It cannot be told whether Redis writes an append-only file.",
		"Make sure that AOF persistence is on, and allow CONFIG GET to Registrar's user.")
	add(known && appendonly != "yes" && appendonly != "1", "appendonly", "Redis writes no append-only file, so a restart loses runs and decisions.",
		"Set appendonly yes.")

	fsync, known := s.setting(ctx, "appendfsync", "")
	waits := s.waitAOF.Load()
	add(!known && !waits, "appendfsync", "It cannot be told when Redis writes to disk.",
		"Make sure that appendfsync is always, or use Redis 7.2 or newer, which can be told to wait for the disk.")
	add(known && fsync != "always" && !waits, "appendfsync", "Redis writes to disk only now and then (appendfsync "+fsync+"), so a power failure loses decisions it has confirmed.",
		"Set appendfsync always, or use Redis 7.2 or newer, where Registrar waits for the disk itself.")

	policy, known := s.setting(ctx, "maxmemory-policy", info["maxmemory_policy"])
	add(!known, "maxmemory-policy", "It cannot be told what Redis does when its memory is full.",
		"Make sure that maxmemory-policy is noeviction.")
	add(known && policy != "noeviction", "maxmemory-policy", "When its memory is full, Redis throws away records (maxmemory-policy "+policy+").",
		"Set maxmemory-policy noeviction.")

	role := info["role"]
	add(role == "", "role", "It cannot be told whether this Redis is the primary.", "Make sure that REDIS_URL names the primary.")
	add(role != "" && role != "master", "role", "This Redis is a replica.", "Have REDIS_URL name the primary.")
	return out, nil
}

// setting reads a setting, or what INFO says of it where CONFIG is not allowed,
// as on managed Redis.
func (s *Store) setting(ctx context.Context, name, fromInfo string) (string, bool) {
	got, err := s.rdb.ConfigGet(ctx, name).Result()
	if err == nil && got[name] != "" {
		return got[name], true
	}
	return fromInfo, fromInfo != ""
}

// needsWaitAOF reports whether Redis writes its log but does not sync it for
// every write, and can be made to.
func (s *Store) needsWaitAOF(ctx context.Context) bool {
	info, err := s.info(ctx)
	if err != nil || info["aof_enabled"] != "1" || !atLeast(info["redis_version"], 7, 2) {
		return false
	}
	fsync, known := s.setting(ctx, "appendfsync", "")
	return !known || fsync != "always"
}

// atLeast compares a version like 7.0.15.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	x, errX := strconv.Atoi(parts[0])
	y, errY := strconv.Atoi(parts[1])
	return errX == nil && errY == nil && (x > major || x == major && y >= minor)
}

// Epoch names this life of this Redis: its run id, and the id of its
// replication history, of which a promoted replica begins a new one. It is
// constant where Redis tells neither, which [Store.Durability] reports.
func (s *Store) Epoch(ctx context.Context) (string, error) {
	info, err := s.info(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s/%s", info["run_id"], info["master_replid"]), nil
}

func (s *Store) info(ctx context.Context) (map[string]string, error) {
	text, err := s.rdb.Info(ctx).Result()
	if err != nil {
		return nil, failed("info", err)
	}
	return infoFields(text), nil
}

// infoFields reads the answer to INFO: lines of name:value below headings.
func infoFields(text string) map[string]string {
	out := map[string]string{}
	for field := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(field), ":"); ok {
			out[name] = value
		}
	}
	return out
}
