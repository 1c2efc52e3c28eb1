package store_test

import (
	"encoding/json"
	"testing"

	"registrar/store"
)

func TestPersonIn(t *testing.T) {
	p, err := store.NewPerson([]string{" Ada.Byron@X.edu "}, []string{"Ada  Lovelace", "003ADA"})
	if err != nil {
		t.Fatal(err)
	}
	nested, err := json.Marshal(map[string]any{"a": []any{1, map[string]string{"k": `{"email":"` + `\u0061da.byron@x.edu"}`}}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"ada.byron@x.edu": true, "ADA.Byron@x.EDU": true, "<ada.byron@x.edu>": true, "Ada <ada.byron@x.edu>, Bob": true,
		"deleted+ada.byron@x.edu": true, "deleted+2+ada.byron@x.edu": true, "ada.byron+news@x.edu": true, "ada.byron+@x.edu": true,
		"n\nada.byron@x.edu\nb": true, "|ada.byron@x.edu|opt-out/0001": true, "salesforce:new-contact:ada.byron@x.edu": true,
		"https://x/users?search=%22Ada.Byron%40X.edu%22": true, "see -ada.byron@x.edu.": true, "…ada.byron@x.edu…": true, "mailto:ada.byron%2Bx%40x.edu": true,
		`{"email":"\u0061da.byron@x.edu"}`: true, `{"ada.byron@x.edu":1}`: true, `"ada.byron@x.edu"`: true, string(nested): true,
		"{not json ada.byron@x.edu": true, "ada.byron@x.edu- ": true, "ada.byron@x.edu%": true, "100% ada.byron@x.edu %zz": true,
		"ADA\u00a0LOVELACE": true, "(Ada\nLovelace)": true, "for 003ada": true,
		"deleted2+ada.byron@x.edu": true, "'ada.byron@x.edu'": true, "?q=deleted%2B3%2Bada.byron@x.edu": true, "+ada.byron@x.edu": true,
		"bob+ada.byron@x.edu": false, "bob+deleted+ada.byron@x.edu": false, "o'ada.byron@x.edu": false, "notdeleted+ada.byron@x.edu": false,
		"": false, "nada.byron@x.edu": false, "x.ada.byron@x.edu": false, "ada.byron@x.edu.au": false, "ada.byron@x.edu-mail.org": false,
		"ada.byron@x": false, "adaxbyron@x.edu": false, "ada.byron@y.edu": false, "Ada Lovelacey": false, "Adana Lovelace": false, "003ADAX": false,
		`{"email":"bob@x.edu"}`: false, "d\u00e9ada.byron@x.edu": false, "%e9%zz": false,
	} {
		if got := p.In(text); got != want {
			t.Errorf("In(%q) = %v", text, got)
		}
	}
}

func TestNewPersonRefuses(t *testing.T) {
	for _, bad := range []struct{ addresses, also []string }{
		{nil, []string{"Ada Lovelace"}}, {[]string{"x.edu"}, nil}, {[]string{"@x.edu"}, nil}, {[]string{"Ada <ada@x.edu>"}, nil},
		{[]string{"ada@x.edu bob@x.edu"}, nil}, {[]string{"ada@x.edu"}, []string{" a "}}, {[]string{"ada@x.edu"}, []string{""}},
	} {
		if _, err := store.NewPerson(bad.addresses, bad.also); err == nil {
			t.Errorf("%q, %q are accepted", bad.addresses, bad.also)
		}
	}
}
