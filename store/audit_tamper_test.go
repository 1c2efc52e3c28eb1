package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// length of the chain that is tampered with in every way at every place.
const length = 40

// trail is a chain as somebody with the password of Redis sees it.
type trail struct {
	*testing.T
	s        *store.Store
	m        *miniredis.Miniredis
	lines    []string
	personal map[string]string
	head     map[string]string
	posted   store.Head
	tried    int
}

func newTrail(t *testing.T) *trail {
	w := &trail{T: t, personal: map[string]string{}, head: map[string]string{}}
	w.s, w.m = mini(t)
	for i := range length {
		e := storetest.Entry([]string{"lookup", "run.requested", "step.done"}[i%3], "")
		if i%2 == 0 {
			e.Run, e.Personal = fmt.Sprint("r", i), map[string]string{"subject": fmt.Sprintf("ada%d@learner.example", i), "reason": "she asked"}
		}
		if i%5 == 0 {
			e.Personal = nil
		}
		if err := w.s.Append(t.Context(), "", e); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := w.m.Stream(logKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		w.lines = append(w.lines, e.Values[1])
	}
	fields, err := w.m.HKeys(personalKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		w.personal[f] = w.m.HGet(personalKey, f)
	}
	w.posted, err = w.s.Head(t.Context())
	if err != nil || w.posted.Seq != length {
		t.Fatalf("%v, %v", w.posted, err)
	}
	w.setHead(w.posted)
	return w
}

func (w *trail) setHead(h store.Head) {
	w.m.HSet(headKey, "seq", fmt.Sprint(h.Seq), "hash", h.Hash)
}

// found reports whether the chain as it stands is said to be tampered with.
func (w *trail) found(head string) bool {
	w.Helper()
	w.tried++
	_, err := w.s.Audit(w.Context(), head)
	var tampered *store.TamperError
	if err != nil && !errors.As(err, &tampered) {
		w.Fatal(err)
	}
	return err != nil
}

// must checks that it is found, with the posted head and without.
func (w *trail) must(what string, args ...any) {
	w.Helper()
	if !w.found("") || !w.found(w.posted.String()) {
		w.Errorf("not found: %s", fmt.Sprintf(what, args...))
	}
}

// put puts lines in the place of the chain, and ids in that of its own numbers.
func (w *trail) put(lines []string, ids ...string) {
	w.Helper()
	w.m.Del(logKey)
	for i, l := range lines {
		id := fmt.Sprintf("%d-0", i+1)
		if ids != nil {
			id = ids[i]
		}
		if _, err := w.m.XAdd(logKey, id, []string{"e", l}); err != nil {
			w.Fatal(err)
		}
	}
}

// back puts everything back.
func (w *trail) back() {
	w.Helper()
	w.put(w.lines)
	w.m.Del(personalKey)
	for f, v := range w.personal {
		w.m.HSet(personalKey, f, v)
	}
	w.setHead(w.posted)
	if w.found("") || w.found(w.posted.String()) {
		w.Fatal("the chain put back does not hold")
	}
}

func numbers(n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("%d-0", i+1))
	}
	return ids
}

// Every single change of every entry is found, wherever it is.
func TestEveryTamperingWithEntriesIsFound(t *testing.T) {
	w := newTrail(t)
	for i, l := range w.lines {
		for b := i % 11; b < len(l); b += 11 { // every byte of some entry
			mask := []byte{0x01, 0x20, 0x80}[(b+i)%3]
			raw := []byte(l)
			raw[b] ^= mask
			w.put(slices.Replace(slices.Clone(w.lines), i, i+1, string(raw)))
			w.must("byte %d of entry %d ^ %#x", b, i+1, mask)
		}
		for what, changed := range map[string]string{"a space": l + " ", "a field": strings.Replace(l, "{", `{"x":1,`, 1), "a fact": strings.Replace(l, `"hash":"abc"`, `"hash":"abd"`, 1), "nothing": ""} {
			w.put(slices.Replace(slices.Clone(w.lines), i, i+1, changed))
			w.must("%s in entry %d", what, i+1)
		}
		w.put(slices.Delete(slices.Clone(w.lines), i, i+1))
		w.must("entry %d removed, and the others numbered anew", i+1)
		w.put(slices.Delete(slices.Clone(w.lines), i, i+1), slices.Delete(numbers(length), i, i+1)...)
		w.must("entry %d removed", i+1)
		for j := range i {
			swapped := slices.Clone(w.lines)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			w.put(swapped)
			w.must("entries %d and %d swapped", j+1, i+1)
		}
		for _, j := range []int{0, i, i + 1, length} {
			w.put(slices.Insert(slices.Clone(w.lines), j, l))
			w.must("entry %d once more at %d", i+1, j+1)
		}
		w.put(slices.Insert(slices.Clone(w.lines), i+1, w.forged(i+2, hashOf(l))))
		w.must("an entry after %d", i+1)
		w.put(slices.Insert(slices.Clone(w.lines), i+1, l), slices.Insert(numbers(length), i+1, fmt.Sprintf("%d-1", i+1))...)
		w.must("an entry between the numbers %d and %d", i+1, i+2)
		w.put(w.lines[:i])
		w.must("cut after %d", i)
	}
	w.back()
	t.Logf("%d chains looked at", w.tried)
}

// forged is an entry that somebody made who knows how they are made.
func (w *trail) forged(seq int, prev string) string {
	return fmt.Sprintf(`{"seq":%d,"at":"2026-03-02T09:30:00Z","kind":"lookup","actor":"U1","prev":%q}`, seq, prev)
}

func hashOf(l string) string {
	sum := sha256.Sum256([]byte(l))
	return hex.EncodeToString(sum[:])
}

// Somebody who makes every hash anew, and the store's head too, is found by a
// head that was posted since the entry was made, and only by that.
func TestAChainMadeAnewIsFoundByThePostedHead(t *testing.T) {
	w := newTrail(t)
	heads := []store.Head{}
	for i, l := range w.lines {
		heads = append(heads, store.Head{Seq: int64(i + 1), Hash: hashOf(l)})
	}
	for i := range length {
		for what, change := range map[string]func(lines []string) []string{
			"changed": func(lines []string) []string {
				lines[i] = strings.Replace(lines[i], `"actor":"U1"`, `"actor":"U2"`, 1)
				return lines
			},
			"removed":  func(lines []string) []string { return slices.Delete(lines, i, i+1) },
			"inserted": func(lines []string) []string { return slices.Insert(lines, i, w.forged(0, "")) },
		} {
			anew := w.chained(change(slices.Clone(w.lines)), i)
			w.put(anew)
			w.m.Del(personalKey)
			w.setHead(store.Head{Seq: int64(len(anew)), Hash: hashOf(last(anew))})
			if w.found("") {
				t.Errorf("entry %d %s, and all made anew, is found without a head", i+1, what)
			}
			for _, posted := range near(heads, i) {
				known := posted.Seq > int64(i)
				if w.found(posted.String()) != known {
					t.Errorf("entry %d %s: with the head posted at %d found is not %v", i+1, what, posted.Seq, known)
				}
			}
		}
		// Cut short with a head that fits.
		w.put(w.lines[:i])
		w.m.Del(headKey)
		if i > 0 {
			w.setHead(heads[i-1])
		}
		if w.found("") {
			t.Errorf("cut to %d with a head that fits is found without a posted one", i)
		}
		for _, posted := range near(heads, i) {
			if w.found(posted.String()) != (posted.Seq > int64(i)) {
				t.Errorf("cut to %d: with the head posted at %d", i, posted.Seq)
			}
		}
	}
	w.back()
}

// near are the heads posted first and last, and just before and after an entry.
func near(heads []store.Head, i int) []store.Head {
	return []store.Head{heads[0], heads[max(0, i-1)], heads[i], heads[length-1]}
}

func last(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

// chained numbers lines anew from one on and links them.
func (w *trail) chained(lines []string, from int) []string {
	w.Helper()
	prev := ""
	if from > 0 {
		prev = hashOf(lines[from-1])
	}
	for i := from; i < len(lines); i++ {
		l := lines[i]
		var fields map[string]any
		if err := json.Unmarshal([]byte(l), &fields); err != nil {
			w.Fatal(err)
		}
		delete(fields, "personal")
		fields["seq"], fields["prev"] = i+1, prev
		raw, err := json.Marshal(fields)
		if err != nil {
			w.Fatal(err)
		}
		lines[i], prev = string(raw), hashOf(string(raw))
	}
	return lines
}

// Personal values may be erased and nothing else.
func TestEveryTamperingWithPersonalValuesIsFound(t *testing.T) {
	w := newTrail(t)
	fields := slices.Sorted(maps.Keys(w.personal))
	if len(fields) < length/2 {
		t.Fatalf("only %d values", len(fields))
	}
	for i, f := range fields {
		text := w.personal[f]
		for b := i % 4; b < len(text); b += 4 {
			raw := []byte(text)
			raw[b] ^= 1
			w.m.HSet(personalKey, f, string(raw))
			w.must("byte %d of %s", b, f)
		}
		for _, other := range fields[max(0, i-6):i] {
			if w.personal[other] != text {
				w.m.HSet(personalKey, f, w.personal[other], other, text)
				w.must("%s and %s swapped", f, other)
				w.m.HSet(personalKey, other, w.personal[other])
			}
		}
		for _, text := range []string{"", "no salt", text + " ", strings.Repeat("00", 16) + " eve@learner.example"} {
			w.m.HSet(personalKey, f, text)
			w.must("%s is %q", f, text)
		}
		w.m.HDel(personalKey, f)
		if w.found("") || w.found(w.posted.String()) {
			t.Errorf("%s erased is taken for tampering", f)
		}
		w.m.HSet(personalKey, f, text)
	}
	for _, f := range []string{"2/eve", "1/subject", "99/subject", "x/subject", "subject", ""} {
		w.m.HSet(personalKey, f, fields[0])
		w.must("a value %q added", f)
		w.m.HDel(personalKey, f)
	}
	w.back()
	for i, f := range fields {
		w.m.HDel(personalKey, f)
		v, err := w.s.Audit(t.Context(), w.posted.String())
		if err != nil || v.Erased == 0 || v.Erased > i+1 {
			t.Fatalf("%d values erased: %+v, %v", i+1, v, err)
		}
	}
}

// The head beside the chain, and what else an entry of the stream may hold.
func TestEveryTamperingWithTheHeadIsFound(t *testing.T) {
	w := newTrail(t)
	for _, h := range []store.Head{
		{Seq: length - 1, Hash: w.posted.Hash}, {Seq: length + 1, Hash: w.posted.Hash}, {Seq: length, Hash: hashOf("")}, {Seq: 0, Hash: ""},
		{Seq: length - 1, Hash: hashOf(w.lines[length-2])},
	} {
		w.setHead(h)
		w.must("the head is %v", h)
	}
	w.m.Del(headKey)
	w.must("no head")
	w.setHead(w.posted)
	w.put(w.lines[:length-1])
	if _, err := w.m.XAdd(logKey, fmt.Sprintf("%d-0", length), []string{"e", last(w.lines), "also", "this"}); err != nil {
		t.Fatal(err)
	}
	w.must("a second field in an entry")
	w.back()
	if err := w.s.Append(t.Context(), "", engine.Entry{At: storetest.Now(), Kind: "lookup"}); err != nil || w.found(w.posted.String()) {
		t.Errorf("it does not go on: %v", err)
	}
}
