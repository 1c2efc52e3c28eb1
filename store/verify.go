package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// TamperError says where the audit chain is not as it was written.
type TamperError struct {
	Seq  int64 // the entry, or the place where one is missing
	What string
}

func (e *TamperError) Error() string { return fmt.Sprintf("audit entry %d: %s", e.Seq, e.What) }

// verifier follows the chain, entry by entry.
type verifier struct {
	at     Head
	posted Head
}

// next checks one entry against the one before it.
func (v *verifier) next(m redis.XMessage) (line, error) {
	var l line
	want, id, raw := v.at.Seq+1, m.ID, entryText(m)
	bad := func(what string) (line, error) { return line{}, &TamperError{Seq: want, What: what} }
	if err := json.Unmarshal([]byte(raw), &l); err != nil || len(m.Values) != 1 {
		return bad("it is not an entry")
	}
	switch {
	case l.Seq != want, id != strconv.FormatInt(want, 10)+"-0":
		return bad(fmt.Sprintf("missing or out of order; entry %d stands in its place", l.Seq))
	case l.Prev != v.at.Hash:
		return bad("it does not follow the entry before it: one of the two was changed")
	}
	v.at = Head{Seq: l.Seq, Hash: hashLine([]byte(raw))}
	if v.posted.Seq == v.at.Seq && v.posted != v.at {
		return bad("it is not the entry that was posted as the head")
	}
	return l, nil
}

// end checks that the chain ends where the store and the posted head say.
func (v *verifier) end(h Head) error {
	switch {
	case v.at.Seq < h.Seq, v.at.Seq < v.posted.Seq:
		return &TamperError{Seq: v.at.Seq + 1, What: fmt.Sprintf("missing: the chain once reached %d", max(h.Seq, v.posted.Seq))}
	case v.at != h:
		return &TamperError{Seq: v.at.Seq, What: "it is not the entry the store's head names: it was changed, or the head was"}
	}
	return nil
}

// personal checks that what lies beside the entry is what it commits to. What
// was erased is no mistake.
func (l line) personal(values map[string]string) error {
	for name, text := range values {
		v, err := parseSalted(text)
		if err != nil || commitment(v.salt, name, v.value) != l.Personal[name] {
			return &TamperError{Seq: l.Seq, What: "its personal field " + name + " was changed"}
		}
	}
	return nil
}

// Verified is what a chain that holds consists of.
type Verified struct {
	Head   Head
	Erased int // entries with personal values that were erased
}

// Verify is [Store.Audit] for whoever wants to know only whether it holds.
func (s *Store) Verify(ctx context.Context, posted string) error {
	_, err := s.Audit(ctx, posted)
	return err
}

// Audit reads the whole chain and finds any entry that was changed, removed,
// moved or added by anything but Registrar, as a [TamperError]. A chain cut
// short and given a matching head shows only against a head that was posted
// earlier (see [Head.String]); posted may be empty.
func (s *Store) Audit(ctx context.Context, posted string) (Verified, error) {
	v, erased, values := verifier{}, 0, 0
	if posted != "" {
		var err error
		if v.posted, err = ParseHead(posted); err != nil {
			return Verified{}, err
		}
	}
	var end Head
	err := s.pages(ctx, func(page []redis.XMessage, head Head, personal []map[string]string) error {
		end = head
		for i, m := range page {
			l, err := v.next(m)
			if err != nil {
				return err
			}
			if err := l.personal(personal[i]); err != nil {
				return err
			}
			if len(personal[i]) < len(l.Personal) {
				erased++
			}
			values += len(personal[i])
		}
		return nil
	})
	if err != nil {
		return Verified{}, err
	}
	if err := v.end(end); err != nil {
		return Verified{}, err
	}
	return Verified{Head: v.at, Erased: erased}, s.uncommitted(ctx, values)
}

// uncommitted finds a personal value that no entry commits to, where there are
// more than were met along the chain.
func (s *Store) uncommitted(ctx context.Context, met int) error {
	n, err := s.rdb.HLen(ctx, keyPersonal).Result()
	if err != nil || n <= int64(met) {
		return failed("count personal values", err)
	}
	fields := s.rdb.HScan(ctx, keyPersonal, 0, "", pageSize).Iterator()
	for fields.Next(ctx) {
		seq, name, _ := strings.Cut(fields.Val(), "/")
		fields.Next(ctx) // its value
		id := seq + "-0"
		if _, err := strconv.ParseUint(seq, 10, 63); err != nil {
			return &TamperError{What: fmt.Sprintf("a personal value lies under %q, which names no entry", seq+"/"+name)}
		}
		found, err := s.rdb.XRange(ctx, keyAudit, id, id).Result()
		if err != nil {
			return failed("read audit", err)
		}
		var l line
		if len(found) == 1 && json.Unmarshal([]byte(entryText(found[0])), &l) == nil && l.Personal[name] != "" {
			continue
		}
		at, _ := strconv.ParseInt(seq, 10, 64) // it was one just now
		return &TamperError{Seq: at, What: "a personal field " + name + " was added"}
	}
	return failed("scan personal values", fields.Err())
}

func entryText(m redis.XMessage) string {
	text, _ := m.Values["e"].(string)
	return text
}

const pageSize = 500

// pages reads the chain in order. The head given with a page was read in the
// same moment.
func (s *Store) pages(ctx context.Context, visit func(page []redis.XMessage, head Head, personal []map[string]string) error) error {
	for from := "-"; ; {
		var entries *redis.XMessageSliceCmd
		var headCmd *redis.SliceCmd
		_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
			entries = p.XRangeN(ctx, keyAudit, from, "+", pageSize)
			headCmd = p.HMGet(ctx, keyHead, "seq", "hash")
			return nil
		})
		if err != nil {
			return failed("read audit", err)
		}
		page := entries.Val()
		head, err := headOf(headCmd.Val())
		if err != nil {
			return err
		}
		personal, err := s.personalOf(ctx, page)
		if err != nil {
			return err
		}
		if err := visit(page, head, personal); err != nil {
			return err
		}
		if len(page) < pageSize {
			return nil
		}
		from = "(" + page[len(page)-1].ID
	}
}

// personalOf reads what lies beside a page's entries, by the names in them.
func (s *Store) personalOf(ctx context.Context, page []redis.XMessage) ([]map[string]string, error) {
	out := make([]map[string]string, len(page))
	var fields []string
	var owner []int
	for i, m := range page {
		var l line
		if json.Unmarshal([]byte(entryText(m)), &l) != nil {
			continue // the verifier reports it
		}
		for name := range l.Personal {
			fields, owner = append(fields, personalField(l.Seq, name)), append(owner, i)
		}
	}
	if len(fields) == 0 {
		return out, nil
	}
	values, err := s.rdb.HMGet(ctx, keyPersonal, fields...).Result()
	if err != nil {
		return nil, failed("read personal values", err)
	}
	for k, v := range values {
		text, ok := v.(string)
		if !ok {
			continue
		}
		if out[owner[k]] == nil {
			out[owner[k]] = map[string]string{}
		}
		_, name, _ := strings.Cut(fields[k], "/")
		out[owner[k]][name] = text
	}
	return out, nil
}
