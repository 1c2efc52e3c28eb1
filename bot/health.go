package bot

// Ready reports whether Slack has greeted a socket that is open now. An open
// socket that was not greeted receives nothing.
func (b *Bot) Ready() bool { return b.sockets.ready() }
