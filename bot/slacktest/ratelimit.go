package slacktest

import (
	"math"
	"time"
)

// Posting: about one message a second per channel, short bursts tolerated (documented without a
// figure), and several hundred a minute in a workspace.
const (
	postRate       = 1.0
	postBurst      = 5
	workspaceRate  = 300.0 / 60
	workspaceBurst = 60
)

// A bucket refills at a steady rate; each call takes one.
type bucket struct {
	left float64
	at   time.Time
}

// limit takes one call from the bucket named key, or refuses with the seconds to wait, rounded up
// as Slack rounds Retry-After. The caller holds s.mu.
func (s *Server) limit(key string, perSecond float64, burst int) error {
	if s.cfg.rateScale <= 0 {
		return nil
	}
	perSecond *= s.cfg.rateScale
	most := float64(burst) * s.cfg.rateScale
	now := s.cfg.now()
	b := s.limits[key]
	if b == nil {
		b = &bucket{left: most, at: now}
		s.limits[key] = b
	}
	b.left = min(most, b.left+perSecond*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	if b.left < 1 {
		wait := int(math.Ceil((1 - b.left) / perSecond))
		return &refusal{code: "ratelimited", retryAfter: max(wait, 1)}
	}
	b.left--
	return nil
}

// limitPost applies both posting rules. The caller holds s.mu.
func (s *Server) limitPost(channelID string) error {
	if err := s.limit("chat.postMessage "+channelID, postRate, postBurst); err != nil {
		return err
	}
	return s.limit("chat.postMessage", workspaceRate, workspaceBurst)
}
