package slacktest

import "context"

// WithoutHomeTab is an app whose manifest leaves the Home tab off: publishing one is refused.
func WithoutHomeTab() Option { return func(c *config) { c.noHome = true } }

// OpenHome opens the App Home tab and waits for the ack of the event. An app that does not answer
// is told again with [Server.Redeliver], as Slack does at once, after a minute and after five.
func (p *Person) OpenHome(ctx context.Context) (Reply, error) { return p.openApp(ctx, "home") }

// OpenMessages opens the app's Messages tab, of which the app hears by the same event.
func (p *Person) OpenMessages(ctx context.Context) (Reply, error) { return p.openApp(ctx, "messages") }

func (p *Person) openApp(ctx context.Context, tab string) (Reply, error) {
	s := p.server
	s.mu.Lock()
	c, _ := s.direct(p.id)
	event := map[string]any{
		"type": "app_home_opened", "user": p.id, "channel": c.ID, "tab": tab, "event_ts": s.stamp(c),
	}
	if home := s.person(p.id).home; home != nil && tab == "home" {
		event["view"] = home.snapshot()
	}
	payload := s.eventCallback(event)
	s.mu.Unlock()
	return s.ask(ctx, p.via, "events_api", payload, nil)
}

// eventCallback wraps an event as the Events API does. The caller holds s.mu.
func (s *Server) eventCallback(event map[string]any) map[string]any {
	return map[string]any{
		"token": "sandbox", "team_id": TeamID, "api_app_id": AppID, "type": "event_callback", "event": event,
		"event_id": s.newID("Ev"), "event_time": s.cfg.now().Unix(),
		"authorizations": []any{map[string]any{"team_id": TeamID, "user_id": BotUser, "is_bot": true}},
	}
}

// Home returns the App Home tab as published for this person, nil before that.
func (p *Person) Home() *View { return p.server.Home(p.id) }

// Home returns the App Home tab as published for a person, nil before that.
func (s *Server) Home(user string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.person(user).home.snapshot()
}

func viewsPublish(s *Server, q *request) (reply, error) {
	if s.cfg.noHome {
		return nil, refuse("not_enabled")
	}
	id := q.args.str("user_id")
	if id == "" {
		return nil, missing("user_id")
	}
	u := s.user(id)
	if u == nil || u.Deleted || u.IsBot {
		return nil, refuse("user_not_found")
	}
	p := s.person(u.ID)
	next, err := s.readView(q.args.json("view"), u.ID, "home", p.home)
	if err != nil {
		return nil, err
	}
	if h := q.args.str("hash"); h != "" && (p.home == nil || p.home.Hash != h) {
		return nil, refuse("hash_conflict")
	}
	if p.home == nil {
		next.RootViewID = next.ID
		p.home = next
		s.views[next.ID] = next
		s.notify()
	} else {
		s.replace(p.home, next)
	}
	return reply{"view": p.home.snapshot()}, nil
}
