package store_test

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

func problems(t *testing.T, s *store.Store) []string {
	t.Helper()
	found, err := s.Durability(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range found {
		names = append(names, p.Name)
		if p.Text == "" || p.Mend == "" {
			t.Errorf("%s: %q, mend %q", p.Name, p.Text, p.Mend)
		}
	}
	return names
}

func TestDurability(t *testing.T) {
	tests := []struct {
		name     string
		settings []string
		want     []string
	}{
		{"as it should be", nil, nil},
		{"no log", []string{"--appendonly", "no"}, []string{"appendonly"}},
		{"eviction", []string{"--maxmemory-policy", "allkeys-lru"}, []string{"maxmemory-policy"}},
		{"a replica", []string{"--replicaof", "127.0.0.1", "1", "--replica-read-only", "no"}, []string{"role"}},
		{"no CONFIG", []string{"--rename-command", "CONFIG", ""}, []string{"appendfsync"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := openAt(t, storetest.RealRedis(t, tt.settings...).URL())
			if got := problems(t, s); !slices.Equal(got, tt.want) {
				t.Errorf("problems: %v, want %v", got, tt.want)
			}
		})
	}
}

// A replica that takes no writes is of no use, and Open says so.
func TestOpenRefusesAReadOnlyReplica(t *testing.T) {
	redis := storetest.RealRedis(t, "--replicaof", "127.0.0.1", "1")
	s, err := store.Open(t.Context(), store.Config{URL: redis.URL(), SecretKey: secretKey})
	if err == nil {
		_ = s.Close()
		t.Error("opened on a read-only replica")
	}
}

// miniredis tells next to nothing; that is said, and nothing breaks.
func TestDurabilityCannotTell(t *testing.T) {
	s, _ := mini(t)
	if got, want := problems(t, s), []string{"appendonly", "appendfsync", "maxmemory-policy", "role"}; !slices.Equal(got, want) {
		t.Errorf("problems: %v, want %v", got, want)
	}
}

// newerRedis makes a miniredis say that it is a Redis with WAITAOF that syncs
// every second.
func newerRedis(t *testing.T, synced int) (m *miniredis.Miniredis, waits *atomic.Int32) {
	t.Helper()
	m, waits = miniredis.RunT(t), new(atomic.Int32)
	m.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
		switch strings.ToUpper(cmd) {
		case "INFO":
			c.WriteBulk("# Server\r\nredis_version:7.4.1\r\nrun_id:abc\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\nrole:master\r\n")
		case "CONFIG":
			c.WriteMapLen(1)
			c.WriteBulk(args[1])
			c.WriteBulk(map[string]string{"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}[args[1]])
		case "WAITAOF":
			waits.Add(1)
			c.WriteLen(2)
			c.WriteInt(synced)
			c.WriteInt(0)
		default:
			return false
		}
		return true
	})
	return m, waits
}

func TestWaitsForTheDisk(t *testing.T) {
	m, waits := newerRedis(t, 1)
	s := openAt(t, "redis://"+m.Addr())
	if got := problems(t, s); len(got) != 0 {
		t.Errorf("problems: %v", got)
	}
	r := storetest.Submitted(t, s, "r1")
	if err := s.Save(t.Context(), engine.Move{Run: r}); err != nil { // Redis learns the script
		t.Fatal(err)
	}
	before := waits.Load()
	if err := s.Save(t.Context(), engine.Move{Run: r}); err != nil {
		t.Fatal(err)
	}
	if waits.Load() != before+1 {
		t.Errorf("a save waited %d times for the disk", waits.Load()-before)
	}
}

// A write that is not on disk in time is not called stored.
func TestNotOnDisk(t *testing.T) {
	m, _ := newerRedis(t, 0)
	s := openAt(t, "redis://"+m.Addr())
	err := s.PutDraft(t.Context(), storetest.NewDraft("d1"))
	var failure *store.Error
	if !errors.As(err, &failure) || !failure.Unsure() {
		t.Errorf("a write Redis did not sync: %v, want an unsure one", err)
	}
}
