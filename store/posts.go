package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
)

// How long a message belongs to who claimed it, or has the turn to draw it, and
// then may be taken over. Their calls to Slack must end sooner.
const (
	PostingLife = 10 * time.Second
	DrawingLife = 10 * time.Second
)

// ErrErased says that what a message would show was erased.
var ErrErased = errors.New("erased")

// Post is a message that shows a run: its card, a note in the thread. The
// record is made before the message is posted, so that none is posted twice and
// a lost one is found again.
type Post struct {
	Run, Key string
	Posted   bool   // Channel and TS are known
	Channel  string // where it stands
	TS       string // Slack's name for it
	Owner    string // who posts or posted it
	Since    time.Time
	Drawn    int64 // the highest version of the run that was drawn on it
	// Unsure: somebody claimed it before and may have posted it. Look for it by
	// its metadata before posting.
	Unsure bool
}

// ClaimPost takes the right to post a message. Where claimed is true the caller
// posts it, having looked for it first if Post.Unsure, and then calls Posted,
// or Unposted if it certainly was not posted, or Doubted. Another's claim counts
// for [PostingLife], after which the message may be taken over. Where claimed is
// false the Post says where the message is or who is posting it. Nothing new is
// posted about what was erased: ErrErased.
func (s *Store) ClaimPost(ctx context.Context, run, key, owner string) (post Post, claimed bool, err error) {
	keys := []string{keyPost(run, key), keyPosts(run), keyRun(run), keyAlert(run)}
	v, err := s.judge(ctx, "post", keys, newWrite(), owner, key, PostingLife.Milliseconds(), int64(postLife/time.Second))
	if err != nil {
		return Post{}, false, err
	}
	if v.word == "ERASED" {
		return Post{}, false, fmt.Errorf("%s of %s: %w", key, run, ErrErased)
	}
	post, err = s.Post(ctx, run, key)
	post.Unsure = v.word == "TAKEN"
	return post, v.word == "OK" || v.word == "TAKEN", err
}

// Posted records where the message stands.
func (s *Store) Posted(ctx context.Context, run, key, channel, ts string) error {
	return s.posted(ctx, run, key, "", channel, ts)
}

// Doubted gives a claim back where nobody knows whether the message was posted:
// whoever claims it next, without waiting, looks for it first. ErrHeld where
// another owner has taken it over.
func (s *Store) Doubted(ctx context.Context, run, key, owner string) error {
	v, err := s.judge(ctx, "doubted", []string{keyPost(run, key)}, owner)
	if err != nil {
		return err
	}
	return v.err()
}

// Gone records that a message no longer stands where it was posted: it may be
// claimed again, and is looked for first. ErrHeld where it is being posted or
// stands elsewhere already.
func (s *Store) Gone(ctx context.Context, run, key, channel, ts string) error {
	v, err := s.judge(ctx, "gone", []string{keyPost(run, key)}, channel, ts)
	if err != nil {
		return err
	}
	return v.err()
}

// Unposted gives a claim back, because the message was certainly not posted.
// ErrHeld where another owner has taken it over.
func (s *Store) Unposted(ctx context.Context, run, key, owner string) error {
	return s.posted(ctx, run, key, owner, "", "")
}

func (s *Store) posted(ctx context.Context, run, key, owner, channel, ts string) error {
	v, err := s.judge(ctx, "posted", []string{keyPost(run, key), keyPosts(run)}, key, owner, channel, ts)
	if err != nil {
		return err
	}
	return v.err()
}

// Post reads one record; ErrNotFound where there is none.
func (s *Store) Post(ctx context.Context, run, key string) (Post, error) {
	got, err := s.rdb.HGetAll(ctx, keyPost(run, key)).Result()
	if err != nil {
		return Post{}, failed("post", err)
	}
	return readPost(run, key, got)
}

func readPost(run, key string, got map[string]string) (Post, error) {
	if got["state"] == "" {
		return Post{}, fmt.Errorf("post %s of run %s: %w", key, run, engine.ErrNotFound)
	}
	p := Post{Run: run, Key: key, Posted: got["state"] == "posted", Channel: got["channel"], TS: got["ts"], Owner: got["owner"]}
	if ms, err := strconv.ParseInt(got["since"], 10, 64); err == nil {
		p.Since = time.UnixMilli(ms).UTC()
	}
	p.Drawn, _ = strconv.ParseInt(got["drawn"], 10, 64) // absent: never drawn
	return p, nil
}

// Posts lists all messages of a run, also those being posted.
func (s *Store) Posts(ctx context.Context, run string) ([]Post, error) {
	names, err := s.rdb.SMembers(ctx, keyPosts(run)).Result()
	if err != nil {
		return nil, failed("posts", err)
	}
	loads := make([]*redis.MapStringStringCmd, len(names))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, name := range names {
			loads[i] = p.HGetAll(ctx, keyPost(run, name))
		}
		return nil
	}); err != nil {
		return nil, failed("posts", err)
	}
	var posts []Post
	for i, name := range names {
		// Given back between the two reads.
		if p, err := readPost(run, name, loads[i].Val()); err == nil {
			posts = append(posts, p)
		}
	}
	return posts, nil
}

// Turn says whether a version may be drawn on a message now.
type Turn int

// The answers of DrawTurn.
const (
	TurnYours Turn = iota // draw, then call Drawn, within [DrawingLife]
	TurnBusy              // another is drawing: ask again shortly
	TurnOld               // this version or a newer one is drawn: nothing to do
)

// DrawTurn asks for the right to draw a run's version on a message, so that two
// replicas never put an older picture over a newer one. The owner names one
// drawing, not one process.
func (s *Store) DrawTurn(ctx context.Context, run, key, owner string, version int64) (Turn, error) {
	v, err := s.judge(ctx, "draw", []string{keyPost(run, key)}, newWrite(), owner, version, DrawingLife.Milliseconds())
	if err != nil {
		return TurnBusy, err
	}
	switch v.word {
	case "OK":
		return TurnYours, nil
	case "OLD":
		return TurnOld, nil
	}
	return TurnBusy, nil
}

// Drawn ends a turn: the version that was drawn, or 0 where it failed.
func (s *Store) Drawn(ctx context.Context, run, key, owner string, version int64) error {
	v, err := s.judge(ctx, "drawn", []string{keyPost(run, key)}, owner, version)
	if err != nil {
		return err
	}
	return v.err()
}
