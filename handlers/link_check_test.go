package handlers

import (
	"errors"
	"testing"

	"registrar/integrations/learnupon"
)

func TestCheckConfirmation(t *testing.T) {
	c, err := learnupon.New(learnupon.Config{URL: "https://academy.learnupon.example", Username: "u", Password: "p"})
	if err != nil {
		t.Fatal(err)
	}
	const home = "https://academy.learnupon.example"
	tests := map[string]error{
		home + "/users/confirmation?confirmation_token=abc": nil,
		home + "/confirm/abc":                               nil,
		home + "/c?t=abc":                                   nil,
		"/confirm/abc":                                      nil,
		home + "/users/confirmation/abc":                    nil,
		"https://elsewhere.example/confirm/abc":             errForeignLink,
		home:                                                errForeignLink,
		"see ticket":                                        errForeignLink,
		"nonsense":                                          errOtherLink,
		"confirm/abc":                                       errOtherLink,
		home + "/nonsense":                                  errOtherLink,
		home + "/users/90001":                               errOtherLink,
		home + "/users/90001/edit":                          errOtherLink,
		home + "/users/sign_out":                            errOtherLink,
		home + "/users/pending":                             errOtherLink,
		home + "/groups/7/invites":                          errOtherLink,
	}
	private := PrivateLinks([]*learnupon.Client{c})
	for link, want := range tests {
		if _, got := checkConfirmation(c, link); !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", link, got, want)
		}
		// What could be used must not stand in a reason; a record's address may.
		if link[0] == 'h' && private("see <"+link+"|here>") != (want == nil) {
			t.Errorf("%s: private: %t", link, want != nil)
		}
	}
}
