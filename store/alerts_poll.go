package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// BeginPoll gives the turn to one process at a time: see [alerts.Store] and
// scripts/begin_poll.lua. The owner names one process, which asks from one
// goroutine only.
func (a Alerts) BeginPoll(ctx context.Context, owner string, every, life time.Duration) (alerts.Turn, error) {
	v, err := a.s.judge(ctx, "begin_poll", []string{keyPoll}, owner, every.Milliseconds(), life.Milliseconds())
	if err != nil {
		return alerts.Turn{}, err
	}
	ms, err := strconv.ParseInt(v.rest[0], 10, 64)
	switch {
	case err != nil:
		return alerts.Turn{}, fmt.Errorf("begin poll: %w", err)
	case v.word != "OK":
		return alerts.Turn{Wait: time.Duration(ms) * time.Millisecond}, nil
	case ms == 0:
		return alerts.Turn{Mine: true}, nil
	}
	return alerts.Turn{Mine: true, Cursor: time.UnixMilli(ms).UTC()}, nil
}

// EndPoll gives the turn back: see [alerts.Store].
func (a Alerts) EndPoll(ctx context.Context, owner string, cursor time.Time, read bool) error {
	word := 0
	if read {
		word = 1
	}
	_, err := a.s.judge(ctx, "end_poll", []string{keyPoll}, owner, millis(cursor), word)
	return err
}

// LastRead is when a poll last read the log to its end; zero where none has.
func (a Alerts) LastRead(ctx context.Context) (time.Time, error) {
	ms, err := a.s.rdb.HGet(ctx, keyPoll, "read").Int64()
	if ignoreNil(err) != nil || ms == 0 {
		return time.Time{}, failed("last poll", ignoreNil(err))
	}
	return time.UnixMilli(ms).UTC(), nil
}

// Seen reports whether a press's mark has been written within the last hour.
func (a Alerts) Seen(ctx context.Context, mark string) (bool, error) {
	return a.s.Seen(ctx, engine.Mark(mark))
}

// SeenRows tells which rows were taken in: see [alerts.Store].
func (a Alerts) SeenRows(ctx context.Context, rows []string) (map[string]bool, error) {
	seen := map[string]bool{}
	if len(rows) == 0 {
		return seen, nil
	}
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = keyAlertRow(row)
	}
	got, err := a.s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, failed("seen rows", err)
	}
	for i, row := range rows {
		seen[row] = got[i] != nil
	}
	return seen, nil
}

// TakeDue takes alerts whose time has come: see [alerts.Store].
func (a Alerts) TakeDue(ctx context.Context, now time.Time, claim time.Duration, n int) ([]string, error) {
	v, err := a.s.judge(ctx, "take_due", []string{keyAlertsWake}, now.UnixMilli(), claim.Milliseconds(), n)
	return v.rest, err
}

// WakeAt has an alert looked at then, unless it has ended.
func (a Alerts) WakeAt(ctx context.Context, id string, at time.Time) error {
	err := a.s.rdb.ZAddXX(ctx, keyAlertsWake, redis.Z{Score: float64(at.UnixMilli()), Member: id}).Err()
	return failed("wake alert", err)
}

// Unshown lists faces whose newest version was not shown, and puts them behind
// the others: see [alerts.Store].
func (a Alerts) Unshown(ctx context.Context, before time.Time, n int) ([]string, error) {
	v, err := a.s.judge(ctx, "take_due", []string{keyAlertsUnshown}, before.UnixMilli(), a.s.now().Sub(before).Milliseconds(), n)
	return v.rest, err
}

// Shown takes a version of a face off that list: see [alerts.Store].
func (a Alerts) Shown(ctx context.Context, face string, version int64) error {
	v, err := a.s.judge(ctx, "shown", []string{keyFace(face), keyAlertsUnshown}, face, version)
	if err != nil {
		return err
	}
	return v.alertErr()
}
