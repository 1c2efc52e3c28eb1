package slacktest

import (
	"crypto/rand"
	"fmt"
	"time"
)

// A trigger lets the app open one view in answer to something a person did.
type trigger struct {
	user  string
	until time.Time
	used  bool
}

// newTrigger hands out a trigger_id. The caller holds s.mu.
func (s *Server) newTrigger(user string) string {
	id := fmt.Sprintf("%d.%d.%s", s.cfg.now().UnixMilli(), len(s.triggers)+1, rand.Text())
	s.triggers[id] = &trigger{user: user, until: s.cfg.now().Add(s.cfg.triggerLife)}
	return id
}

// trigger finds a usable trigger_id; the method that uses it marks it.
func (s *Server) trigger(id string) (*trigger, error) {
	t := s.triggers[id]
	switch {
	case id == "":
		return nil, missing("trigger_id")
	case t == nil:
		return nil, refuse("invalid_arguments", "[ERROR] invalid `trigger_id` [json-pointer:/trigger_id]")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case s.cfg.now().After(t.until):
		return nil, refuse("expired_trigger_id")
	}
	return t, nil
}

func viewsOpen(s *Server, q *request) (reply, error) {
	t, err := s.trigger(q.args.str("trigger_id"))
	if err != nil {
		return nil, err
	}
	v, err := s.readView(q.args.json("view"), t.user, "modal", nil)
	if err != nil {
		return nil, err
	}
	t.used = true
	p := s.person(t.user)
	s.clear(p)
	s.push(p, v)
	return reply{"view": v.snapshot()}, nil
}

func viewsPush(s *Server, q *request) (reply, error) {
	t, err := s.trigger(q.args.str("trigger_id"))
	if err != nil {
		return nil, err
	}
	v, err := s.readView(q.args.json("view"), t.user, "modal", nil)
	if err != nil {
		return nil, err
	}
	p := s.person(t.user)
	switch {
	case len(p.stack) == 0:
		return nil, refuse("not_found")
	case len(p.stack) >= maxStack:
		return nil, refuse("push_limit_reached")
	}
	t.used = true
	s.push(p, v)
	return reply{"view": v.snapshot()}, nil
}

func viewsUpdate(s *Server, q *request) (reply, error) {
	id, external := q.args.str("view_id"), q.args.str("external_id")
	if id == "" && external == "" {
		return nil, missing("view_id")
	}
	old := s.views[id]
	if id == "" {
		for _, v := range s.views {
			if v.ExternalID == external {
				old = v
			}
		}
	}
	user, kind := "", "modal"
	if old != nil {
		user, kind = old.user, old.Type
	}
	next, err := s.readView(q.args.json("view"), user, kind, old)
	switch {
	case err != nil:
		return nil, err
	case old == nil:
		return nil, refuse("not_found")
	case q.args.str("hash") != "" && q.args.str("hash") != old.Hash:
		return nil, refuse("hash_conflict")
	}
	s.replace(old, next)
	return reply{"view": old.snapshot()}, nil
}
