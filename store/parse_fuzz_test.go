package store

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// FuzzParseHead: a head that is taken is the one that was posted, however it was
// copied.
func FuzzParseHead(f *testing.F) {
	hash := strings.Repeat("9f", 32)
	for _, text := range []string{"12:" + hash, " 12:" + hash + "\n", "12:" + strings.ToUpper(hash), "+12:" + hash, "012:" + hash, "0:" + hash, "-1:" + hash, "12", ":", "", "12:" + hash + "00", "12:" + hash[1:], "99999999999999999999:" + hash, "१२:" + hash, "12:" + hash + ":x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHead(text)
		if err != nil {
			return
		}
		again, err := ParseHead(h.String())
		if err != nil || again != h || h.Seq < 1 || len(h.Hash) != 64 || h.Hash != strings.ToLower(h.Hash) {
			t.Errorf("%q became %v, then %v (%v)", text, h, again, err)
		}
	})
}

// FuzzStoredRecords: a record of any release, or of none, is read or refused;
// what is read can be looked at and written again.
func FuzzStoredRecords(f *testing.F) {
	for _, body := range []string{
		`{}`, `null`, `[]`, `"x"`, ``, `{"schema":99}`, `{"status":"approved","steps":[{"id":"a"}],"plan":{}}`, `{"status":"waiting-on-person","steps":[{"id":"a","status":"started"}],"plan":{"steps":[]}}`,
		`{"status":"needs-review","steps":[null],"plan":{"steps":[null]}}`, `{"plan":{"steps":[{"ask":null,"wait":{}}],"approval":{"needed":-1,"expiry":-5}}}`, `{"decisions":[null],"gifts":[null],"history":[null],"opened":[null],"blocked":{}}`,
		`{"created":"9999-12-31T23:59:59Z","wake":"0001-01-01T00:00:00Z"}`, `{"created":"2026-02-30T00:00:00Z"}`, `{"input":5,"target":"x","version":-1}`, `{"status":"new-status"}`, `{"why":[null],"links":[null],"assignee":null,"emails":[{}]}`,
	} {
		f.Add(body, "1")
	}
	f.Add(`{}`, "")
	f.Add(`{}`, "99")
	f.Add(`{}`, "1.0")
	f.Fuzz(func(t *testing.T, body, schema string) {
		got := []any{body, schema}
		if r, err := readRun("r", got); err == nil {
			_ = []any{r.Plan.Hash(), engine.Sentence(r), r.Current(), r.Review(), r.OpenAsk(), r.Escalated(), r.Wrote(), r.Approvals(), r.Status.Closed(), entries(r)}
			if _, err := recordFields(r, "w"); err != nil {
				t.Errorf("%s cannot be written again: %v", body, err)
			}
		} else if newer := (*SchemaError)(nil); errors.As(err, &newer) && newer.Schema <= newer.Known {
			t.Errorf("%v", err)
		}
		var d engine.Draft
		if json.Unmarshal([]byte(body), &d) == nil {
			if _, err := draftFields(&d, "w"); err != nil {
				t.Errorf("%s cannot be written again: %v", body, err)
			}
		}
		if a, err := readAlert("a", got); err == nil {
			if _, err := json.Marshal(a); err != nil || a.Status.Ended() && a.Status == alerts.Open {
				t.Errorf("%s: %v", body, err)
			}
		}
	})
}

// FuzzAuditLine: nothing but the line that was written follows the one before
// it, and a changed one is found, whatever it was changed to.
func FuzzAuditLine(f *testing.F) {
	good := newPending([]engine.Entry{{At: time.Unix(0, 0), Kind: "run.done", Facts: map[string]string{"a": "b"}, Personal: map[string]string{"email": "a@x.edu"}}})
	_, args, err := good.after(Head{})
	if err != nil {
		f.Fatal(err)
	}
	line := fmt.Sprint(args[4])
	f.Add(line)
	for _, raw := range []string{``, `null`, `{}`, `{"seq":1}`, strings.Replace(line, `"seq":1`, `"seq":1,"seq":1`, 1), strings.Replace(line, `"kind"`, `"Kind"`, 1), line + " ", " " + line, strings.Replace(line, "run.done", "run\\u002edone", 1)} {
		f.Add(raw)
	}
	head := Head{Seq: 1, Hash: hashLine([]byte(line))}
	f.Fuzz(func(t *testing.T, raw string) {
		v := verifier{posted: head}
		_, err := v.next(redis.XMessage{ID: "1-0", Values: map[string]any{"e": raw}})
		if err == nil {
			err = v.end(head)
		}
		if (err == nil) != (raw == line) {
			t.Errorf("%q: %v", raw, err)
		}
	})
}

// FuzzAuditCSV: whatever stands in an entry, its row is one row, none of its
// cells is a formula, and nothing is lost.
func FuzzAuditCSV(f *testing.F) {
	for _, s := range []string{"plain", "=1+1", " =1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "\"", "a,b", "a;b", "|calc", "%0A=1", "\ufeff=1", "\x00=1", "\u202e=1", "\u200b=1", "\xff"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		raw, err := json.Marshal(line{Seq: 1, Kind: a, Run: b, Action: a, Actor: b, Facts: map[string]string{a: b}, Personal: map[string]string{"email": "c"}})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		table := csv.NewWriter(&out)
		if err := writeRow(table, string(raw), map[string]exportedPersonal{"email": {Value: b}}); err != nil {
			t.Fatal(err)
		}
		table.Flush()
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != len(csvHeader) {
			t.Fatalf("%q %q: %q (%v)", a, b, rows, err)
		}
		for i, cell := range rows[0] {
			first := strings.TrimLeftFunc(cell, func(r rune) bool { return r <= ' ' || r == '\ufeff' || r == '\u200b' || r == 0xa0 })
			if first != "" && strings.ContainsRune("=+-@＝＋－＠|%", []rune(first)[0]) {
				t.Errorf("%s may run: %q", csvHeader[i], cell)
			}
		}
		if kept := strings.ReplaceAll(a, "\r\n", "\n"); rows[0][2] != kept && rows[0][2] != "'"+kept {
			t.Errorf("%q became %q", a, rows[0][2])
		}
	})
}

// FuzzInfo: whatever Redis answers to INFO, and whatever stands beside the
// audit's entries, is read or left out.
func FuzzInfo(f *testing.F) {
	for _, text := range []string{"", "# Server\r\nredis_version:7.2.4\r\nrun_id:abc\r\n", "role:master", "aof_enabled:1\naof_enabled:0", ":", "a:b:c", "redis_version:7", "redis_version:99999999999999999999.1", "redis_version:7.2-rc1", "\x00:\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		info := infoFields(text)
		for name, value := range info {
			if strings.ContainsAny(name+value, "\n") || strings.Contains(name, ":") {
				t.Errorf("%q: %q is %q", text, name, value)
			}
		}
		major, _, _ := strings.Cut(info["redis_version"], ".")
		if n, err := strconv.Atoi(major); atLeast(info["redis_version"], 7, 2) && (err != nil || n < 7) {
			t.Errorf("%q is taken for 7.2 or newer", info["redis_version"])
		}
		if v, err := parseSalted(text); err == nil && !strings.EqualFold(v.String(), text) {
			t.Errorf("%q became %q", text, v)
		}
	})
}
