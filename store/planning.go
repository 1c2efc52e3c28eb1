package store

import (
	"context"
	"time"
)

// PlanningBegun puts a draft among those being planned. Unless PlanningAlive
// says within life that it still is, another replica may take it over.
func (s *Store) PlanningBegun(ctx context.Context, draft string, life time.Duration) error {
	_, err := s.judge(ctx, "planning", []string{keyPlanning}, draft, life.Milliseconds(), "begun")
	return err
}

// PlanningAlive keeps a draft among those being planned for life from now,
// unless its planning has ended.
func (s *Store) PlanningAlive(ctx context.Context, draft string, life time.Duration) error {
	_, err := s.judge(ctx, "planning", []string{keyPlanning}, draft, life.Milliseconds(), "alive")
	return err
}

// PlanningEnded says that the draft's requester has been told how planning
// ended. What was never said is said by whoever takes it over.
func (s *Store) PlanningEnded(ctx context.Context, draft string) error {
	return failed("planning ended", s.rdb.ZRem(ctx, keyPlanning, draft).Err())
}

// TakePlanning hands at most n drafts whose planning has fallen silent to the
// caller alone, who then has life to say PlanningAlive.
func (s *Store) TakePlanning(ctx context.Context, n int, life time.Duration) ([]string, error) {
	v, err := s.judge(ctx, "take_planning", []string{keyPlanning}, n, life.Milliseconds())
	return v.rest, err
}
