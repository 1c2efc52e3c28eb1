package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"registrar/bot/alerts"
)

// AlertQuery chooses alerts for a list that is read page by page, both ways.
type AlertQuery struct {
	Open bool // only those that have not ended
	// Beyond is the Place of an alert to go on from, to older ones, or with Newer to
	// newer ones. Empty: from the newest.
	Beyond string
	Newer  bool
	Limit  int
}

// ListedAlert is an alert with its place in every list it is in.
type ListedAlert struct {
	Alert *alerts.Alert // nil where it is gone, or a newer release wrote it
	Place string
}

// History reads at most Limit alerts, the newest first. It reads one index and
// the alerts it returns, however many there are. Where the alert to go on from
// has left the list, those made in the same millisecond come again.
func (a Alerts) History(ctx context.Context, q AlertQuery) ([]ListedAlert, error) {
	index := keyAlertsCreated
	if q.Open {
		index = keyAlertsOpen
	}
	first, behind := int64(0), int64(q.Limit) // positions in the list, the newest at 0
	if q.Beyond != "" {
		newer, older, err := a.around(ctx, index, q.Beyond)
		if err != nil {
			return nil, failed("list alerts", err)
		}
		first, behind = older, older+int64(q.Limit)
		if q.Newer {
			first, behind = max(0, newer-int64(q.Limit)), newer
		}
	}
	if first == behind {
		return nil, nil
	}
	found, err := a.s.rdb.ZRangeArgsWithScores(ctx, redis.ZRangeArgs{Key: index, Rev: true, Start: first, Stop: behind - 1}).Result()
	if err != nil {
		return nil, failed("list alerts", err)
	}
	ids := make([]string, len(found))
	for i, z := range found {
		ids[i] = fmt.Sprint(z.Member)
	}
	all, err := a.each(ctx, ids)
	listed := make([]ListedAlert, len(all))
	for i, alert := range all {
		listed[i] = ListedAlert{Alert: alert, Place: fmt.Sprintf("%d/%s", int64(found[i].Score), ids[i])}
	}
	return listed, err
}

// around is how many alerts of an index are newer than the one at a place, and
// the position of the next older one.
func (a Alerts) around(ctx context.Context, index, place string) (newer, older int64, err error) {
	at, id, _ := strings.Cut(place, "/")
	rank, err := a.s.rdb.ZRevRank(ctx, index, id).Result()
	if err == nil || !errors.Is(err, redis.Nil) {
		return rank, rank + 1, err
	}
	created, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return 0, 0, err
	}
	rank, err = a.s.rdb.ZCount(ctx, index, fmt.Sprintf("(%d", created), "+inf").Result()
	return rank, rank, err
}
