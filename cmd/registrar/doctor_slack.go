package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
)

func checkSlack(ctx context.Context, c Config) []result {
	bot := slackProbe{c.Slack.APIURL, c.Slack.BotToken}
	results := []result{checkAppToken(ctx, slackProbe{c.Slack.APIURL, c.Slack.AppToken})}
	who, header, alive := checkBotToken(ctx, bot)
	results = append(results, who)
	if !alive {
		return results
	}
	results = append(results, checkScopes(header), checkClock(header))
	for _, channel := range []struct{ variable, id string }{
		{"REGISTRAR_APPROVALS_CHANNEL", c.Channels.Approvals},
		{"REGISTRAR_ALERTS_CHANNEL", c.Channels.Alerts},
		{"REGISTRAR_AUDIT_CHANNEL", c.Channels.Audit},
	} {
		if channel.id != "" {
			results = append(results, checkChannel(ctx, bot, channel.variable, channel.id))
		}
	}
	for _, role := range []runbook.Role{runbook.Support, runbook.Approvers, runbook.Admins} {
		results = append(results, checkRole(ctx, bot, role, c.Roles[role])...)
	}
	return results
}

func checkAppToken(ctx context.Context, p slackProbe) result {
	const check = "Slack app token"
	if _, err := p.call(ctx, "apps.connections.open", nil, nil); err != nil {
		return failure(check, oneLine(err), "Make an app-level token with the scope connections:write for SLACK_APP_TOKEN, and switch Socket Mode on.")
	}
	return ok(check, "it opens sockets")
}

func checkBotToken(ctx context.Context, p slackProbe) (result, http.Header, bool) {
	const check = "Slack bot token"
	var who struct{ Team, User string }
	header, err := p.call(ctx, "auth.test", nil, &who)
	if err != nil {
		return failure(check, oneLine(err), "Install the app and copy its bot token into SLACK_BOT_TOKEN."), nil, false
	}
	return ok(check, fmt.Sprintf("%s in %s", who.User, who.Team)), header, true
}

// checkScopes compares the scopes Slack says the token has with the manifest's.
func checkScopes(header http.Header) result {
	const check = "Slack scopes"
	said := header.Get("X-OAuth-Scopes")
	if said == "" {
		return warning(check, "Slack does not say which scopes the bot token has", "Compare them with deploy/slack/manifest.yaml.")
	}
	has := list(said)
	var lacking []string
	for _, s := range botScopes() {
		if !slices.Contains(has, s.name) {
			lacking = append(lacking, fmt.Sprintf("%s (%s)", s.name, s.why))
		}
	}
	if len(lacking) > 0 {
		return failure(check, "the bot token lacks "+strings.Join(lacking, ", "),
			"Paste deploy/slack/manifest.yaml into the app's manifest and install the app again.")
	}
	return ok(check, "all there")
}

// maxSkew is how far the clock may be off: expiries and reminders are told to
// people by it.
const maxSkew = 30 * time.Second

func checkClock(header http.Header) result {
	const check = "clock"
	theirs, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return warning(check, "Slack does not say what time it is", "Make sure that this machine's clock is synchronised.")
	}
	if skew := time.Since(theirs).Round(time.Second).Abs(); skew > maxSkew {
		return failure(check, fmt.Sprintf("it differs from Slack's by %s", skew), "Synchronise this machine's clock.")
	}
	return ok(check, "agrees with Slack's")
}

func checkChannel(ctx context.Context, p slackProbe, variable, id string) result {
	var answer struct {
		Channel struct {
			Name       string `json:"name"`
			IsMember   bool   `json:"is_member"`
			IsArchived bool   `json:"is_archived"`
			IsShared   bool   `json:"is_ext_shared"`
		} `json:"channel"`
	}
	_, err := p.call(ctx, "conversations.info", url.Values{"channel": {id}}, &answer)
	channel, check := answer.Channel, "channel "+id
	switch {
	case errors.Is(err, slackRefusal("channel_not_found")):
		return failure(check, variable+" names no channel the app can see", "Correct the id, or, for a private channel, invite the app with /invite @Registrar.")
	case err != nil:
		return failure(check, oneLine(err), "See "+variable+".")
	case channel.IsArchived:
		return failure(check, "#"+channel.Name+" is archived", "Unarchive it, or name another in "+variable+".")
	case !channel.IsMember:
		return failure(check, "the app is not in #"+channel.Name, "Type /invite @Registrar there.")
	case channel.IsShared:
		return warning(check, "#"+channel.Name+" is shared with another organisation, which would read every request", "Name a channel of your own in "+variable+".")
	}
	return ok(check, "#"+channel.Name+" can be posted to")
}

func roleVariable(role runbook.Role) string { return "REGISTRAR_" + strings.ToUpper(string(role)) }

func checkRole(ctx context.Context, p slackProbe, role runbook.Role, ids []string) []result {
	check := "role " + string(role)
	if len(ids) == 0 {
		return []result{warning(check, roleVariable(role)+" is empty: nobody has this role", "Set it to a user group's id.")}
	}
	var failures []result
	people := map[string]bool{}
	for _, id := range ids {
		members, err := membersOf(ctx, p, id)
		switch {
		case err != nil:
			failures = append(failures, failure(check, id+": "+oneLine(err), "Correct "+roleVariable(role)+"."))
		case len(members) == 0:
			failures = append(failures, failure(check, id+" is an empty user group", "Put people into it, or name another in "+roleVariable(role)+"."))
		}
		maps.Copy(people, members)
	}
	if len(failures) > 0 {
		return failures
	}
	if role == runbook.Approvers && len(people) == 1 {
		return []result{warning(check, "only one person, whose own requests nobody can approve", "Put a second person into it.")}
	}
	return []result{ok(check, fmt.Sprintf("people: %d", len(people)))}
}

// membersOf are the people behind the id of a user group or of one person.
func membersOf(ctx context.Context, p slackProbe, id string) (map[string]bool, error) {
	members := map[string]bool{}
	if !strings.HasPrefix(id, "S") {
		var answer struct {
			User struct {
				Deleted bool `json:"deleted"`
			} `json:"user"`
		}
		_, err := p.call(ctx, "users.info", url.Values{"user": {id}}, &answer)
		if err == nil && answer.User.Deleted {
			err = errors.New("this person is deactivated")
		}
		members[id] = true
		return members, err
	}
	var answer struct {
		Users []string `json:"users"`
	}
	_, err := p.call(ctx, "usergroups.users.list", url.Values{"usergroup": {id}}, &answer)
	for _, user := range answer.Users {
		members[user] = true
	}
	return members, err
}
