package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/bot/engine"
)

// line is an entry of the audit chain as it is stored, from the first release
// on: JSON with its fields in this order, the keys of maps sorted, no spaces,
// <, > and & as \u escapes, and the time in UTC with as many decimals as it has.
//
// The hash of an entry is the SHA-256, in hex, of its line, and each line holds
// the hash of the one before it, the first an empty one. A change in a line
// thus shows in the next, and for the last in the head. Personal values are not
// in the line but their commitments are: HMAC-SHA256 in hex, with the salt as
// its key, of the field's name, a zero byte and the value. Salt and value lie
// beside the chain; without the salt a commitment says nothing, so that erasing
// both leaves no trace of the value and the chain still verifies.
type line struct {
	Seq      int64             `json:"seq"` // from 1, without gaps
	At       time.Time         `json:"at"`
	Kind     string            `json:"kind"`
	Run      string            `json:"run,omitempty"`
	Action   string            `json:"action,omitempty"`
	Actor    string            `json:"actor,omitempty"`
	Facts    map[string]string `json:"facts,omitempty"`
	Personal map[string]string `json:"personal,omitempty"`
	Prev     string            `json:"prev"`
}

// Head is the end of the audit chain: what is posted where Registrar cannot
// change it, so that a shortened chain shows.
type Head struct {
	Seq  int64
	Hash string
}

// String is the head as it is posted, "12:9f86d0…".
func (h Head) String() string { return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash }

// ParseHead reads what [Head.String] wrote.
func ParseHead(text string) (Head, error) {
	seq, hash, _ := strings.Cut(strings.TrimSpace(text), ":")
	n, err := strconv.ParseInt(seq, 10, 64)
	if raw, hexErr := hex.DecodeString(hash); err != nil || n < 1 || hexErr != nil || len(raw) != sha256.Size {
		return Head{}, fmt.Errorf("%q is not a head like 12:9f86d0… with 64 hex digits", text)
	}
	return Head{Seq: n, Hash: strings.ToLower(hash)}, nil
}

// Head reads the end of the chain; the zero Head where there is no entry yet.
func (s *Store) Head(ctx context.Context) (Head, error) {
	got, err := s.rdb.HMGet(ctx, keyHead, "seq", "hash").Result()
	if err != nil {
		return Head{}, failed("head", err)
	}
	return headOf(got)
}

func headOf(got []any) (Head, error) {
	if len(got) != 2 || got[0] == nil || got[1] == nil {
		return Head{}, nil
	}
	seq, err := strconv.ParseInt(fmt.Sprint(got[0]), 10, 64)
	if err != nil {
		return Head{}, fmt.Errorf("audit head: %w", err)
	}
	return Head{Seq: seq, Hash: fmt.Sprint(got[1])}, nil
}

// secretSalt is a fresh salt for one value.
func secretSalt() []byte {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	return salt
}

func commitment(salt []byte, field, value string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(field + "\x00" + value))
	return hex.EncodeToString(mac.Sum(nil))
}

// salted is one personal value as it lies beside the chain.
type salted struct {
	salt  []byte
	value string
}

func (v salted) String() string { return hex.EncodeToString(v.salt) + " " + v.value }

func parseSalted(text string) (salted, error) {
	salt, value, ok := strings.Cut(text, " ")
	raw, err := hex.DecodeString(salt)
	if !ok || err != nil {
		return salted{}, fmt.Errorf("personal value without a salt")
	}
	return salted{salt: raw, value: value}, nil
}

func personalField(seq int64, name string) string { return strconv.FormatInt(seq, 10) + "/" + name }

// pending are entries that are not in the chain yet. Their place in it may have
// to be found more than once; salts and commitments are made once.
type pending struct {
	lines    []line
	personal []map[string]salted // beside each line
}

func newPending(entries []engine.Entry) pending {
	p := pending{}
	for _, e := range entries {
		l := line{At: e.At.UTC(), Kind: e.Kind, Run: e.Run, Action: e.Action, Actor: e.Actor, Facts: e.Facts}
		beside := map[string]salted{}
		for name, value := range e.Personal {
			if value == "" {
				continue
			}
			if l.Personal == nil {
				l.Personal = map[string]string{}
			}
			v := salted{salt: secretSalt(), value: strings.ToValidUTF8(value, "\uFFFD")}
			beside[name] = v
			l.Personal[name] = commitment(v.salt, name, v.value)
		}
		p.lines, p.personal = append(p.lines, l), append(p.personal, beside)
	}
	return p
}

// after puts the entries behind a head, and returns the new head and the
// arguments of a script's chain.
func (p pending) after(h Head) (Head, []any, error) {
	from, lines, personal := h, []string(nil), []string(nil)
	for i, l := range p.lines {
		l.Seq, l.Prev = h.Seq+1, h.Hash
		raw, err := json.Marshal(l)
		if err != nil {
			return Head{}, nil, fmt.Errorf("audit entry %s: %w", l.Kind, err)
		}
		h = Head{Seq: l.Seq, Hash: hashLine(raw)}
		lines = append(lines, string(raw))
		for _, name := range slices.Sorted(maps.Keys(p.personal[i])) {
			personal = append(personal, personalField(l.Seq, name), p.personal[i][name].String())
		}
	}
	args := []any{from.Hash, h.Hash, from.Seq + 1}
	return h, slices.Concat(args, list(lines), list(personal)), nil
}

func hashLine(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// list writes a list for a script's take_list.
func list[T any](items []T) []any {
	out := []any{len(items)}
	for _, it := range items {
		out = append(out, it)
	}
	return out
}

// chainTip is what this process believes the head to be. Whoever appends holds
// it, so that a process does not contend with itself.
type chainTip struct {
	turn chan struct{}
	head Head
}

func newChainTip() chainTip { return chainTip{turn: make(chan struct{}, 1)} }

// commit runs a script whose arguments end with a chain, again with the true
// head whenever another process was faster.
func (s *Store) commit(ctx context.Context, script string, keys []string, args []any, entries []engine.Entry) (verdict, error) {
	select {
	case s.chain.turn <- struct{}{}:
		defer func() { <-s.chain.turn }()
	case <-ctx.Done():
		return verdict{}, &Error{Op: script, err: ctx.Err()}
	}
	p := newPending(entries)
	for {
		next, chain, err := p.after(s.chain.head)
		if err != nil {
			return verdict{}, err
		}
		v, err := s.judge(ctx, script, keys, slices.Concat(args, chain)...)
		switch {
		case err != nil:
			return verdict{}, err
		case v.word == "OK":
			s.chain.head = next
			return v, nil
		case v.word != "STALE":
			return v, nil
		}
		if s.chain.head, err = headOf([]any{v.rest[0], v.rest[1]}); err != nil {
			return verdict{}, err
		}
	}
}

// Append adds entries that belong to no run. A mark seen before is ErrSeen and
// nothing is added.
func (s *Store) Append(ctx context.Context, mark engine.Mark, entries ...engine.Entry) error {
	keys := []string{keySeen(string(mark)), keyAudit, keyHead, keyPersonal}
	v, err := s.commit(ctx, "append", keys, []any{newWrite(), markSeconds(mark)}, entries)
	if err != nil {
		return err
	}
	return v.err()
}

// markSeconds is how long a script keeps the mark; 0 where there is none.
func markSeconds(m engine.Mark) int64 {
	if m == "" {
		return 0
	}
	return int64(markLife / time.Second)
}
