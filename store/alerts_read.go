package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// Alert loads an alert.
func (a Alerts) Alert(ctx context.Context, id string) (*alerts.Alert, error) {
	got, err := a.s.rdb.HMGet(ctx, keyAlert(id), "body", "schema").Result()
	if err != nil {
		return nil, failed("load alert", err)
	}
	return readAlert(id, got)
}

func readAlert(id string, got []any) (*alerts.Alert, error) {
	alert := new(alerts.Alert)
	return alert, readAlertRecord("alert", id, alerts.AlertSchema, got, alert)
}

func readAlertRecord(record, id string, known int, got []any, into any) error {
	body, err := readBody(record, id, known, got)
	if errors.Is(err, engine.ErrNotFound) {
		return fmt.Errorf("%s %s: %w", record, id, alerts.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s %s: %w", record, id, err)
	}
	return nil
}

// Digest loads a digest, with the version its alerts have given it.
func (a Alerts) Digest(ctx context.Context, id string) (*alerts.Digest, error) {
	got, err := a.s.rdb.HMGet(ctx, keyDigest(id), "body", "schema", "version").Result()
	if err != nil {
		return nil, failed("load digest", err)
	}
	d := new(alerts.Digest)
	if err := readAlertRecord("digest", id, alerts.DigestSchema, got, d); err != nil {
		return nil, err
	}
	if d.Version, err = strconv.ParseInt(fmt.Sprint(got[2]), 10, 64); err != nil {
		return nil, fmt.Errorf("digest %s: version: %w", id, err)
	}
	return d, nil
}

// Loaded loads several alerts at once: see [alerts.Store].
func (a Alerts) Loaded(ctx context.Context, ids []string) ([]*alerts.Alert, error) {
	found, err := a.each(ctx, ids)
	return slices.DeleteFunc(found, func(alert *alerts.Alert) bool { return alert == nil }), err
}

// each loads several alerts at once, in the given order. Nil stands for one that
// is gone or of a newer release.
func (a Alerts) each(ctx context.Context, ids []string) ([]*alerts.Alert, error) {
	return readEach(ctx, a.s, "load alerts", ids, keyAlert, func(id string, got []any) (*alerts.Alert, error) {
		alert, err := readAlert(id, got)
		if errors.Is(err, alerts.ErrNotFound) {
			return nil, nil
		}
		return alert, err
	})
}

// Last loads the newest alert of each person: see [alerts.Store].
func (a Alerts) Last(ctx context.Context, persons []string) (map[string]*alerts.Alert, error) {
	keys := make([]string, len(persons))
	for i, p := range persons {
		keys[i] = keyAlertOf(p)
	}
	got, err := a.s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, failed("last alerts", err)
	}
	var ids []string
	for _, id := range got {
		if id, ok := id.(string); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids) // several keys may lead to one alert
	ids = slices.Compact(ids)
	last := map[string]*alerts.Alert{}
	if len(ids) == 0 {
		return last, nil
	}
	found, err := a.Loaded(ctx, ids)
	if err == nil && len(found) < len(ids) {
		err = errors.New("last alerts: some were written by a newer release, which takes the rows in")
	}
	byID := map[any]*alerts.Alert{}
	for _, alert := range found {
		byID[alert.ID] = alert
	}
	for i, p := range persons {
		if alert := byID[got[i]]; alert != nil {
			last[p] = alert
		}
	}
	return last, err
}

// List lists alerts, newest first: see [alerts.Query].
func (a Alerts) List(ctx context.Context, q alerts.Query) (alerts.Page, error) {
	if q.Limit == 0 {
		q.Limit = 50
	}
	if q.Assignee != "" {
		return a.listAssigned(ctx, q)
	}
	index := keyAlertsCreated
	if q.Open {
		index = keyAlertsOpen
	}
	// An end of zero is none: a score is never infinite.
	bound := func(t time.Time, none string) string {
		if t.IsZero() {
			return none
		}
		return strconv.FormatInt(t.UnixMilli(), 10)
	}
	from, to := bound(q.From, "-inf"), bound(q.To, "+inf")
	if q.After != (alerts.Place{}) {
		to = strconv.FormatInt(q.After.At, 10)
	}
	members, err := a.s.rdb.ZRevRangeByScoreWithScores(ctx, index, &redis.ZRangeBy{
		Min: from, Max: to, Offset: int64(q.After.Skip), Count: int64(q.Limit) + 1,
	}).Result()
	if err != nil {
		return alerts.Page{}, failed("list alerts", err)
	}
	page := alerts.Page{More: len(members) > q.Limit, Next: q.After}
	members = members[:min(len(members), q.Limit)]
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i], _ = m.Member.(string)
		if at := int64(m.Score); at != page.Next.At {
			page.Next = alerts.Place{At: at}
		}
		page.Next.Skip++
	}
	page.Alerts, err = a.Loaded(ctx, ids)
	return page, err
}

func (a Alerts) listAssigned(ctx context.Context, q alerts.Query) (alerts.Page, error) {
	theirs := assignedPlace(q.Assignee, "")
	members, err := a.s.rdb.ZRangeArgs(ctx, redis.ZRangeArgs{
		Key: keyAlertsAssigned, ByLex: true, Start: "[" + theirs, Stop: "[" + theirs + "\xff", Offset: int64(q.After.Skip), Count: int64(q.Limit) + 1,
	}).Result()
	if err != nil {
		return alerts.Page{}, failed("list alerts", err)
	}
	page := alerts.Page{More: len(members) > q.Limit, Next: alerts.Place{Skip: q.After.Skip + min(len(members), q.Limit)}}
	members = members[:min(len(members), q.Limit)]
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = strings.TrimPrefix(m, theirs)
	}
	page.Alerts, err = a.Loaded(ctx, ids)
	return page, err
}

// AlertCounts are numbers of alerts.
type AlertCounts struct{ Opened, Ended, Open int }

// Counts counts the alerts that were opened and that ended since, and those that
// are open now.
func (a Alerts) Counts(ctx context.Context, since time.Time) (AlertCounts, error) {
	from := strconv.FormatInt(since.UnixMilli(), 10)
	var opened, ended, open *redis.IntCmd
	_, err := a.s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		opened, ended = p.ZCount(ctx, keyAlertsCreated, from, "+inf"), p.ZCount(ctx, keyAlertsEnded, from, "+inf")
		open = p.ZCard(ctx, keyAlertsOpen)
		return nil
	})
	if err != nil {
		return AlertCounts{}, failed("count alerts", err)
	}
	return AlertCounts{Opened: int(opened.Val()), Ended: int(ended.Val()), Open: int(open.Val())}, nil
}
