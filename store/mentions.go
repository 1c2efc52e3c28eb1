package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
)

// Mentions looks for a person in every key and every value that Registrar has in
// Redis, of whatever kind, without knowing what any of them is for: what proves
// that nothing was missed. It returns the keys, sorted; of a collection also the
// place in it.
func (s *Store) Mentions(ctx context.Context, who Person) ([]string, error) {
	found := map[string]bool{}
	for _, pattern := range []string{tag + "*", "asynq:*"} {
		err := s.scan(ctx, pattern, func(keys []string) error {
			kinds := make([]*redis.StatusCmd, len(keys))
			if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
				for i, key := range keys {
					kinds[i] = p.Type(ctx, key)
				}
				return nil
			}); err != nil {
				return failed("types", err)
			}
			for i, key := range keys {
				if who.In(strings.TrimPrefix(key, tag)) {
					found[key] = true
				}
				m := mentions{s: s, who: who, key: key, found: found}
				if err := m.read(ctx, kinds[i].Val()); err != nil {
					return failed("read "+kinds[i].Val(), err)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var keys []string
	for key := range found {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys, nil
}

// Erasable are those of what [Store.Mentions] found that somebody may erase, and
// the number of the others: the audit chain, which would no longer hold, and the
// shape of erased runs, which says no more than the chain. A run that cannot be
// read is taken for one that was not erased.
func (s *Store) Erasable(ctx context.Context, found []string) (erasable []string, stays int, err error) {
	for _, place := range found {
		id, isRun := strings.CutSuffix(place, " body")
		if isRun {
			id, isRun = strings.CutPrefix(id, keyRun(""))
		}
		chained := strings.HasPrefix(place, keyAudit+" ")
		if isRun && !chained {
			r, err := s.Run(ctx, id)
			if errors.Is(err, engine.ErrNotFound) {
				continue
			}
			if own := (*Error)(nil); errors.As(err, &own) {
				return nil, 0, err
			}
			chained = err == nil && !r.Erased.IsZero()
		}
		if chained {
			stays++
			continue
		}
		erasable = append(erasable, place)
	}
	return erasable, stays, nil
}

// mentions are those in one key.
type mentions struct {
	s     *Store
	who   Person
	key   string
	found map[string]bool
}

func (m mentions) look(place string, texts ...string) {
	if slices.ContainsFunc(texts, m.who.In) {
		m.found[strings.TrimSuffix(m.key+" "+place, " ")] = true
	}
}

// read reads a key whole. What has gone meanwhile is none.
func (m mentions) read(ctx context.Context, kind string) error {
	switch rdb := m.s.rdb; kind {
	case "string":
		text, err := rdb.Get(ctx, m.key).Result()
		m.look("", text)
		return ignoreNil(err)
	case "hash":
		return m.pairs(ctx, rdb.HScan(ctx, m.key, 0, "", pageSize), func(field, text string) { m.look(field, field, plainValue(text), text) })
	case "set":
		members := rdb.SScan(ctx, m.key, 0, "", pageSize).Iterator()
		for members.Next(ctx) {
			m.look("", members.Val())
		}
		return members.Err()
	case "zset":
		return m.pairs(ctx, rdb.ZScan(ctx, m.key, 0, "", pageSize), func(member, _ string) { m.look("", member) })
	case "list":
		texts, err := rdb.LRange(ctx, m.key, 0, -1).Result()
		m.look("", texts...)
		return err
	case "stream":
		return m.stream(ctx)
	}
	return nil
}

func (m mentions) pairs(ctx context.Context, cmd *redis.ScanCmd, visit func(first, second string)) error {
	it := cmd.Iterator()
	for it.Next(ctx) {
		first := it.Val()
		if it.Next(ctx) {
			visit(first, it.Val())
		}
	}
	return it.Err()
}

func (m mentions) stream(ctx context.Context) error {
	for from := "-"; ; {
		page, err := m.s.rdb.XRangeN(ctx, m.key, from, "+", pageSize).Result()
		if err != nil {
			return err
		}
		for _, e := range page {
			for field, value := range e.Values {
				m.look(e.ID, field, fmt.Sprint(value))
			}
		}
		if len(page) < pageSize {
			return nil
		}
		from = "(" + page[len(page)-1].ID
	}
}
