package handlers

import (
	"strings"
	"testing"

	"registrar/integrations/learnupon"
)

// FuzzPrivateLinks: a private link in a text is found however it is written,
// and whatever stands around it.
func FuzzPrivateLinks(f *testing.F) {
	for _, around := range []string{"", "please open %s.", "<%s>", "<%s|here>", "(%s)", "\"%s\"", "%s,", "a\n%s\nb", "x%sx", "http://%s", "\u202e%s", "\xff%s", "https://evil.example/?u=%s"} {
		f.Add(around)
	}
	c, err := learnupon.New(learnupon.Config{URL: "https://academy.example.org", Username: "u", Password: "p"})
	if err != nil {
		f.Fatal(err)
	}
	private := PrivateLinks([]*learnupon.Client{c})
	f.Fuzz(func(t *testing.T, around string) {
		for _, link := range []string{
			"https://academy.example.org/users/confirmation?confirmation_token=t0k3n", "HTTPS://ACADEMY.example.org/users/confirmation?confirmation_token=t0k3n",
			"https://academy.example.org:443/invites/accept/t0k3n", "https://academy.example.org/invites/accept/t0k3n\u200b", `https://academy.example.org/invites/accept/t0k3n\`,
		} {
			if text := around + " " + link + " " + around; !private(text) {
				t.Errorf("%q is not seen in %q", link, text)
			}
		}
		if harmless := strings.ReplaceAll(around, "academy", ""); private(harmless) {
			t.Errorf("%q has no link of the portal", harmless)
		}
	})
}
