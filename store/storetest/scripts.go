package storetest

import (
	"bufio"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Scripts are the names of the store's scripts, by the SHA-1 that Redis knows
// them by.
type Scripts map[string]string

// LoadScripts makes the store's scripts known to a Redis, so that the first use
// of one is not refused and repeated, and tells them apart.
func LoadScripts(t testing.TB, redisURL string) Scripts {
	t.Helper()
	u, err := url.Parse(redisURL)
	if err != nil {
		t.Fatal("not a URL like redis://host:port/0")
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	replies := bufio.NewReader(conn)
	_, here, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(here), "..", "scripts")
	read := func(file string) string {
		b, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	out, prelude := Scripts{}, read("prelude.lua")
	for _, f := range files {
		if f.Name() == "prelude.lua" {
			continue
		}
		text := prelude + read(f.Name())
		fmt.Fprintf(conn, "*3\r\n$6\r\nSCRIPT\r\n$4\r\nLOAD\r\n$%d\r\n%s\r\n", len(text), text)
		reply, err := readReply(replies, nil)
		if sum := digest(text); err != nil || !strings.Contains(string(reply), sum) {
			t.Fatalf("script %s: %q, %v", f.Name(), reply, err)
		}
		out[digest(text)] = strings.TrimSuffix(f.Name(), ".lua")
	}
	return out
}

// Of names the script that a command runs, "save" for save.lua; "" where it runs
// none of the store's.
func (s Scripts) Of(c Command) string {
	if len(c.Args) == 0 {
		return ""
	}
	switch c.Name {
	case "EVALSHA":
		return s[c.Args[0]]
	case "EVAL":
		return s[digest(c.Args[0])]
	}
	return ""
}

func digest(text string) string {
	sum := sha1.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
