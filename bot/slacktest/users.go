package slacktest

import "strings"

func authTest(s *Server, _ *request) (reply, error) {
	return reply{
		"url": "https://" + s.cfg.teamDomain + ".slack.com/", "team": s.cfg.teamName, "team_id": TeamID,
		"user": s.cfg.botName, "user_id": BotUser, "bot_id": BotID, "is_enterprise_install": false,
	}, nil
}

func teamInfo(s *Server, _ *request) (reply, error) {
	return reply{"team": map[string]any{"id": TeamID, "name": s.cfg.teamName, "domain": s.cfg.teamDomain}}, nil
}

func usersInfo(s *Server, q *request) (reply, error) {
	u := s.user(q.args.str("user"))
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return reply{"user": u.object(s.granted("users:read.email"))}, nil
}

func usersList(s *Server, q *request) (reply, error) {
	users, next, err := page(q, s.users, 1000)
	if err != nil {
		return nil, err
	}
	objects := []map[string]any{}
	for _, u := range users {
		objects = append(objects, u.object(s.granted("users:read.email")))
	}
	return reply{"members": objects, "cache_ts": 1, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

// usersLookupByEmail does not find deactivated people, as Slack does not.
func usersLookupByEmail(s *Server, q *request) (reply, error) {
	email := q.args.str("email")
	if email == "" {
		return nil, missing("email")
	}
	for _, u := range s.users {
		if strings.EqualFold(u.Email, email) && !u.Deleted {
			return reply{"user": u.object(true)}, nil
		}
	}
	return nil, refuse("users_not_found")
}

func (g *UserGroup) object(withUsers bool) map[string]any {
	o := map[string]any{
		"id": g.ID, "team_id": TeamID, "is_usergroup": true, "name": g.Handle, "handle": g.Handle, "user_count": len(g.Members),
	}
	if withUsers {
		o["users"] = g.Members
	}
	return o
}

func usergroupsList(s *Server, q *request) (reply, error) {
	objects := []map[string]any{}
	for _, g := range s.groups {
		objects = append(objects, g.object(q.args.flag("include_users")))
	}
	return reply{"usergroups": objects}, nil
}

func usergroupsUsersList(s *Server, q *request) (reply, error) {
	id := q.args.str("usergroup")
	for _, g := range s.groups {
		if g.ID == id {
			return reply{"users": append([]string{}, g.Members...)}, nil
		}
	}
	return nil, refuse("no_such_subteam")
}
