package store

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// SocketSlots is how many sockets all replicas together hold. Slack allows an
// app 10; two are left for a replacement to overlap with what it replaces.
const SocketSlots = 8

// SocketSlot leases one of the slots for a socket; ErrHeld where all are taken.
// The owner names one socket, not one process: asking again with it returns the
// slot it has.
func (s *Store) SocketSlot(ctx context.Context, owner string, ttl time.Duration) (int, error) {
	keys := make([]string, SocketSlots)
	for i := range keys {
		keys[i] = keySocket(i)
	}
	v, err := s.judge(ctx, "socket", keys, owner, ttl.Milliseconds())
	if err != nil {
		return 0, err
	}
	if err := v.err(); err != nil {
		return 0, err
	}
	slot, err := strconv.Atoi(v.rest[0])
	if err != nil {
		return 0, fmt.Errorf("socket slot: %w", err)
	}
	return slot, nil
}

// SocketsHeld is how many of the slots are taken, by all replicas.
func (s *Store) SocketsHeld(ctx context.Context) (int, error) {
	keys := make([]string, SocketSlots)
	for i := range keys {
		keys[i] = keySocket(i)
	}
	n, err := s.rdb.Exists(ctx, keys...).Result()
	return int(n), failed("count sockets", err)
}

// RenewSocket holds a slot for ttl from now; ErrFenced where it was lost.
func (s *Store) RenewSocket(ctx context.Context, slot int, owner string, ttl time.Duration) error {
	return s.holdSlot(ctx, slot, owner, ttl.Milliseconds())
}

// ReleaseSocket lets go of a slot; ErrFenced where it was lost.
func (s *Store) ReleaseSocket(ctx context.Context, slot int, owner string) error {
	return s.holdSlot(ctx, slot, owner, 0)
}

func (s *Store) holdSlot(ctx context.Context, slot int, owner string, life int64) error {
	v, err := s.judge(ctx, "slot", []string{keySocket(slot)}, owner, life)
	if err != nil {
		return err
	}
	return v.err()
}
