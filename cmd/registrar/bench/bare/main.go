// Command bare is the bot that one would write with slack-go and go-redis alone,
// with their defaults and as their examples show: it knows one slash command,
// lets in who is in a user group, acknowledges, leaves out what came before,
// and opens a form. It is what Registrar's speed is measured beside.
//
// It must use nothing of Registrar's.
package main

import (
	"context"
	"log"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// membersLife is how long an answer of Slack about a group is believed.
const membersLife = 45 * time.Second

type bot struct {
	api   *slack.Client
	redis *redis.Client
	group string

	mu      sync.Mutex
	members []string
	asked   time.Time
}

func main() {
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		log.Fatal(err)
	}
	b := &bot{
		api: slack.New(os.Getenv("SLACK_BOT_TOKEN"), slack.OptionAppLevelToken(os.Getenv("SLACK_APP_TOKEN")),
			slack.OptionAPIURL(os.Getenv("SLACK_API_URL"))),
		redis: redis.NewClient(options),
		group: os.Getenv("GROUP"),
	}
	handler := socketmode.NewSocketmodeHandler(socketmode.New(b.api))
	handler.Default = func(*socketmode.Event, *socketmode.Client) {}
	handler.HandleSlashCommand("/lookup", b.lookup)
	log.Fatal(handler.RunEventLoop())
}

func (b *bot) lookup(event *socketmode.Event, client *socketmode.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	command, ok := event.Data.(slack.SlashCommand)
	if !ok {
		return
	}
	allowed, err := b.member(ctx, command.UserID)
	if err != nil || !allowed {
		_ = client.AckCtx(ctx, event.Request.EnvelopeID, map[string]string{"text": "Only support may use this."})
		return
	}
	if err := client.AckCtx(ctx, event.Request.EnvelopeID, nil); err != nil {
		log.Printf("ack: %v", err)
	}
	first, err := b.redis.SetNX(ctx, "bare:seen:"+command.TriggerID, 1, time.Hour).Result()
	if err != nil || !first {
		return
	}
	if _, err := b.api.OpenViewContext(ctx, command.TriggerID, form(command.Text)); err != nil {
		log.Printf("views.open: %v", err)
	}
}

// member reports whether a person is in the group, from an answer of Slack that
// is less than a minute old.
func (b *bot) member(ctx context.Context, person string) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Since(b.asked) > membersLife {
		members, err := b.api.GetUserGroupMembersContext(ctx, b.group)
		if err != nil {
			return false, err
		}
		b.members, b.asked = members, time.Now()
	}
	return slices.Contains(b.members, person), nil
}

// form has as many blocks as Registrar's, and texts of the same length.
func form(address string) slack.ModalViewRequest {
	plain := func(text string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
	}
	input := slack.NewPlainTextInputBlockElement(plain("learner@x.edu"), "value")
	input.InitialValue = address
	help := "One address in: accounts, roles, sign-ins, groups, enrollments and unanswered invites in every portal come back, privately, " +
		"beside the contact, the user and the account in Salesforce and whether BambooHR has them as active or left, " +
		"with findings in words and the action that mends each. It changes nothing; every look is recorded."
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "form", PrivateMetadata: `{"a":"lookup"}`,
		Title: plain("Look up"), Submit: plain("Look up"), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewContextBlock("", plain(help)),
			slack.NewInputBlock("email", plain("Email"), plain("The person's address."), input),
		}},
	}
}
