package learnupon

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"registrar/integrations/rest"
)

// FuzzNumber: a number that is taken is the one that was sent, to the last
// digit: it names whose account is changed.
func FuzzNumber(f *testing.F) {
	for _, raw := range []string{`7`, `"7"`, `7.0`, `""`, `null`, `-7`, `1e3`, `"0x10"`, `"1_000"`, `9007199254740993`, `9007199254740993.0`, `"9223372036854775808"`,
		`9223372036854775807`, `"NaN"`, `"Inf"`, `1.5`, `"٧"`, `" 7 "`, `[7]`, `{"id":7}`, `true`, `1E400`, `"+7"`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			t.Skip()
		}
		var id ID
		if json.Unmarshal([]byte(raw), &id) != nil {
			return
		}
		text := strings.TrimSpace(raw)
		var quoted string
		if json.Unmarshal([]byte(raw), &quoted) == nil && text != "null" {
			text = strings.TrimSpace(quoted)
		}
		if text == "" || text == "null" {
			if id != 0 {
				t.Errorf("%s became %d", raw, id)
			}
			return
		}
		if len(text) > 400 {
			return // big.Rat would make a number of it that no memory holds
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(new(big.Rat).SetInt64(int64(id))) != 0 {
			t.Errorf("%s became %d", raw, id)
		}
	})
}

// FuzzTime: a time that is taken is written so that it is read as the same.
func FuzzTime(f *testing.F) {
	for _, raw := range []string{`"2026-02-03T00:00:00Z"`, `"2026-02-03T02:00:00+02:00"`, `"2026-02-03"`, `"2026-02-03 00:00:00 UTC"`, `null`, `""`, `"0000-00-00"`,
		`"9999-12-31T23:59:59-23:59"`, `"0000-01-01T00:00:00+23:59"`, `1770000000`, `"2026-02-30"`, `"2026-02-03T24:00:00Z"`, `"0001-01-01T00:00:00Z"`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var at, again Time
		if json.Unmarshal([]byte(raw), &at) != nil {
			return
		}
		back, err := json.Marshal(at)
		if err == nil {
			err = json.Unmarshal(back, &again)
		}
		if err != nil || !again.Truncate(time.Second).Equal(at.Truncate(time.Second)) {
			t.Errorf("%s is %v, and again %v (%v)", raw, at, again, err)
		}
	})
}

// replies is a portal that answers everything alike.
func replies(t testing.TB, status int, body string, header http.Header) *Client {
	t.Helper()
	transport := seen(func(*http.Request) *http.Response {
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
	})
	c, err := New(Config{URL: "https://api.learnupon.com", Username: "u", Password: "p", HTTP: &http.Client{Transport: transport},
		Learned: func(_ string, minute, week int) {
			if minute < -1 && week < -1 {
				t.Errorf("learned %d and %d", minute, week)
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// FuzzReplies: whatever LearnUpon answers, every call ends in records or in an
// error, and what is asked for by number is never another's.
func FuzzReplies(f *testing.F) {
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `<html>`, `{"user":[null]}`, `{"user":{"id":7,"email":"a@x.edu"}}`, `{"user":[{"id":"7","customDataFieldValues":[null,{"value":{}}]}]}`,
		`{"message":"No","response_code":404}`, `{"error":"x","response_code":"2"}`, `{"message":null}`, `{"message":5}`,
		`{"group_invite":[{"id":7,"accept_url":"//evil.example/x","customDataFieldValues":[{"value":null}],"expires_at":"2026-02-03"}]}`, `[{"id":7}]`, `{"id":7,"user_id":7}`,
		`{"enrollments":[{"id":7,"percentage":"80.5","is_completed":"1"}]}`, `{"enrollment":[{"id":7,"user_id":7}]}`, `{"groups":[{"id":7,"title":"x"}]}`, `{"group":[{"id":7}]}`,
		`{"course":[{"id":7,"name":"a"}]}`, `{"group_memberships":[{"id":7,"user_id":7}]}`, `{"user":"x"}`, `{"user":[[]]}`, strings.Repeat(`[`, 10_001), `{"id":1e400}`,
		`{"id":7,"can_create_users":"1"}`,
	} {
		f.Add(200, body, "12", "true")
	}
	f.Add(429, `slow down`, "-99999999999999999999", "")
	f.Add(500, `{"message":"Internal error, please try again"}`, "", "")
	f.Add(302, ``, "", "")
	f.Fuzz(func(t *testing.T, status int, body, left, next string) {
		if status < 200 || status > 599 || status == 304 {
			t.Skip()
		}
		header := http.Header{"X-Lu-Rate-Limit-Remaining-Minute": {left}, "X-Lu-Rate-Limit-Remaining-Week": {left}, "Retry-After": {"3600"}, "Lu-Has-Next-Page": {"false"}}
		c := replies(t, status, body, header)
		ctx := t.Context()
		u, err := c.UserByID(ctx, 7)
		if err == nil && u.ID != 7 {
			t.Errorf("asked for user 7, got %d", u.ID)
		}
		i, err := c.Invite(ctx, 7)
		if err == nil && i.ID != 7 {
			t.Errorf("asked for invite 7, got %d", i.ID)
		}
		if link, err := c.AcceptLink(i); err == nil && !strings.HasPrefix(link, "https://api.learnupon.com/") && !strings.HasPrefix(link, "https://api.learnupon.com?") {
			t.Errorf("the accept link leads to %q", link)
		}
		u, err = c.UserByEmail(ctx, "a@x.edu")
		if err == nil && !strings.EqualFold(u.Email, "a@x.edu") {
			t.Errorf("asked for a@x.edu, got %q", u.Email)
		}
		errs := []error{err}
		_, err = c.EnrollmentsOf(ctx, 7)
		errs = append(errs, err)
		_, err = c.InvitesByEmail(ctx, "a@x.edu")
		errs = append(errs, err)
		_, err = c.PathsOf(ctx, 7)
		errs = append(errs, err)
		_, err = c.Enroll(ctx, NewEnrollment{UserID: 7, CourseID: 7})
		errs = append(errs, err)
		_, err = c.CreateInvite(ctx, NewInvite{Email: "a@x.edu"})
		for _, err := range append(errs, err) {
			if err == nil {
				continue
			}
			said := err.Error()
			if e, ok := err.(*rest.Error); ok {
				said += e.Public()
			}
			if strings.ContainsAny(said, "\n\r\x00\u202e") || len(said) > 2000 {
				t.Errorf("%q is no line for a log", said)
			}
		}
	})
}

// What is left of a portal's calls is a number or not told.
func TestLimitsThatMakeNoSense(t *testing.T) {
	for header, want := range map[string]string{"12": "12 12", "": "", "many": "", "-3": "", "99999999999999999999": "", "12.5": "", " 7": ""} {
		got := ""
		c := Config{Learned: func(_ string, minute, week int) { got = fmt.Sprint(minute, week) }}
		c.learn(http.Header{"X-Lu-Rate-Limit-Remaining-Minute": {header}, "X-Lu-Rate-Limit-Remaining-Week": {header}})
		if got != want && (want != "" || !strings.HasPrefix(got, "-1")) {
			t.Errorf("%q: learned %q, want %q", header, got, want)
		}
	}
}
