package mail

import (
	"html/template"
	"strings"
)

// letter is a mail around one link. It holds nothing a learner typed: a name in it would let a stranger write to
// another in our name.
type letter struct {
	Subject string
	Why     string
	Do      string
	Button  string
	Link    string
	After   string
}

// AcceptLink is the mail that brings an invitation to the portal again. The caller has checked the link.
func AcceptLink(id, to, portal, link string) Message {
	return letter{
		Subject: "Your invitation to " + portal,
		Why:     "You have been invited to " + portal + ". Here is your invitation again, in case the first one did not reach you.",
		Do:      "Open this link to accept it and set up your account:",
		Button:  "Accept the invitation",
		Link:    link,
		After:   "The link is meant for you alone, so please do not pass it on. If you did not expect this mail, you can ignore it.",
	}.message(id, to)
}

// ConfirmationLink is the mail that brings the link with which people who registered by themselves confirm their
// address. The caller has checked the link.
func ConfirmationLink(id, to, portal, link string) Message {
	return letter{
		Subject: "Please confirm your address for " + portal,
		Why:     "An account for this address was registered at " + portal + ". Before its owner can sign in, the address has to be confirmed.",
		Do:      "If that was you, open this link to confirm it:",
		Button:  "Confirm my address",
		Link:    link,
		After:   "If you did not register, please do not open the link; the account then stays closed.",
	}.message(id, to)
}

var page = template.Must(template.New("letter").Parse(`<!doctype html>
<html lang="en"><body style="font-family:sans-serif;font-size:16px;line-height:1.5;color:#1d1c1d">
<p>Hello,</p>
<p>{{.Why}}</p>
<p>{{.Do}}</p>
<p><a href="{{.Link}}">{{.Button}}</a></p>
<p>{{.After}}</p>
</body></html>
`))

func (l letter) message(id, to string) Message {
	var html strings.Builder
	if err := page.Execute(&html, l); err != nil {
		html.Reset() // the text alone says it all
	}
	return Message{
		ID: id, To: to, Subject: l.Subject, HTML: html.String(),
		Text: strings.Join([]string{"Hello,", l.Why, l.Do, l.Link, l.After}, "\n\n") + "\n",
	}
}
