package slacktest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

func TestFileUpload(t *testing.T) {
	srv := workspace(t, slacktest.WithScopes("chat:write", "files:write", "files:read"))
	api := client(srv)
	_, parent, err := api.PostMessage("C1", slack.MsgOptionText("card", false))
	if err != nil {
		t.Fatal(err)
	}
	const csv = "email\nx@example.edu\n"
	up, err := api.UploadFile(slack.UploadFileParameters{
		Reader: strings.NewReader(csv), FileSize: len(csv), Filename: "users.csv", Title: "Users", Channel: "C1",
		ThreadTimestamp: parent, InitialComment: "The list",
	})
	if err != nil {
		t.Fatal(err)
	}
	files, replies := srv.Files(), srv.Replies("C1", parent)
	if len(files) != 1 || files[0].ID != up.ID || files[0].Title != "Users" || string(files[0].Content) != csv {
		t.Errorf("files = %+v", files)
	}
	if len(replies) != 1 || len(replies[0].Files) != 1 || replies[0].Text != "The list" {
		t.Errorf("replies = %+v", replies)
	}
	var got bytes.Buffer
	if err := api.GetFile(files[0].URLPrivate, &got); err != nil || got.String() != csv {
		t.Errorf("downloaded %q, %v", &got, err)
	}
	clean(t, srv)
}

func TestFileUploadRefusals(t *testing.T) {
	srv := workspace(t)
	api := client(srv)
	_, err := api.UploadFile(slack.UploadFileParameters{
		Reader: strings.NewReader("four"), FileSize: 5, Filename: "a.txt", Channel: "C1",
	})
	if err == nil || len(srv.Files()) != 0 {
		t.Errorf("a file shorter than announced: %v, %v", err, srv.Files())
	}
	_, err = api.CompleteUploadExternalContext(t.Context(), slack.CompleteUploadExternalParameters{
		Files: []slack.FileSummary{{ID: "F9"}}, Channel: "C1",
	})
	wantError(t, err, "file_not_found")
}
