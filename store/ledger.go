package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// The ledger knows addresses and links only by their keyed hash: it can say
// whether and how often, never who or what.

func (s *Store) addressHash(to string) string {
	return s.KeyedHash("mail " + strings.ToLower(strings.TrimSpace(to)))
}

// MailSent counts the mails one address had from us within that time, of the
// last 30 days.
func (s *Store) MailSent(ctx context.Context, to string, within time.Duration) (int, error) {
	since := strconv.FormatInt(s.now().Add(-within).UnixMilli(), 10)
	n, err := s.rdb.ZCount(ctx, keyMailTo(s.addressHash(to)), since, "+inf").Result()
	return int(n), failed("mail ledger", err)
}

// MailHas reports whether the mail with that id was sent in the last 30 days.
func (s *Store) MailHas(ctx context.Context, id string) (bool, error) {
	n, err := s.rdb.Exists(ctx, keyMail(s.KeyedHash("mail id "+id))).Result()
	return n == 1, failed("mail ledger", err)
}

// MailRecord remembers a mail as sent. Recording it twice counts once.
func (s *Store) MailRecord(ctx context.Context, to, id string) error {
	now, byAddress, byID := s.now(), keyMailTo(s.addressHash(to)), s.KeyedHash("mail id "+id)
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.ZAddNX(ctx, byAddress, redis.Z{Score: float64(now.UnixMilli()), Member: byID})
		p.ZRemRangeByScore(ctx, byAddress, "-inf", strconv.FormatInt(now.Add(-mailLife).UnixMilli(), 10))
		p.Expire(ctx, byAddress, mailLife)
		p.SetNX(ctx, keyMail(byID), now.UnixMilli(), mailLife)
		return nil
	})
	return failed("mail ledger", err)
}

// LinkUsed says which run used a confirmation or accept link within the last
// year, if one did.
func (s *Store) LinkUsed(ctx context.Context, link string) (run string, used bool, err error) {
	run, err = s.rdb.Get(ctx, s.linkKey(link)).Result()
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	return run, err == nil, failed("used links", err)
}

// MarkLinkUsed remembers that a run used the link; the first run stays.
func (s *Store) MarkLinkUsed(ctx context.Context, link, run string) error {
	return failed("used links", s.rdb.SetNX(ctx, s.linkKey(link), run, linkLife).Err())
}

func (s *Store) linkKey(link string) string {
	return keyLink(s.KeyedHash("link " + strings.TrimSpace(link)))
}
