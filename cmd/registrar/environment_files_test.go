package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registrar/integrations/rest"
)

// inFiles moves the secrets among variables into files.
func inFiles(t *testing.T, env []string) []string {
	t.Helper()
	dir := t.TempDir()
	secrets := secretVariables("partners,staff-eu")
	var out []string
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		for _, secret := range secrets {
			if name == secret {
				line = name + fileSuffix + "=" + put(t, filepath.Join(dir, name), value+"\n")
			}
		}
		out = append(out, line)
	}
	return out
}

func put(t *testing.T, file, content string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Every secret may lie in a file, and is then what it would have been in the
// environment.
func TestSecretsFromFiles(t *testing.T) {
	want, err := ReadConfig(environ(everySystem...))
	if err != nil {
		t.Fatal(err)
	}
	env := inFiles(t, environ(everySystem...))
	if text := strings.Join(env, "\n"); strings.Contains(text, "secret") || strings.Count(text, fileSuffix+"=") != 10 {
		t.Fatalf("not all secrets are in files:\n%s", text)
	}
	got, err := ReadConfig(env)
	if err != nil {
		t.Fatal(err)
	}
	plain := cmp.Transformer("plain", func(s Secret) []byte { return []byte(s) })
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Error(diff)
	}
}

// A variable of type Secret that cannot come from a file was forgotten.
func TestEverySecretMayComeFromAFile(t *testing.T) {
	want := []string{"BAMBOOHR_API_KEY", "LEARNUPON_PARTNERS_PASSWORD", "LEARNUPON_PASSWORD",
		"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "REDIS_URL", "REGISTRAR_SECRET_KEY",
		"SALESFORCE_CLIENT_SECRET", "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "SMTP_URL"}
	if diff := cmp.Diff(want, secretVariables("partners")); diff != "" {
		t.Error(diff)
	}
	example := string(read(t, "deploy/registrar.env.example"))
	if !strings.Contains(example, "_FILE") {
		t.Error("the example does not say that secrets may come from files")
	}
}

func TestFilesOfSecretsThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	env := func(lines ...string) []string { return append(environ()[1:], lines...) } // without SLACK_APP_TOKEN
	shut := put(t, filepath.Join(dir, "shut"), "xapp-shut")
	if err := os.Chmod(shut, 0); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, file, want string }{
		{"absent", filepath.Join(dir, "secret-absent"), "SLACK_APP_TOKEN_FILE names a file that does not exist."},
		{"the token itself", "xapp-1-secret", "SLACK_APP_TOKEN_FILE names a file that does not exist."},
		{"longer than a name can be", strings.Repeat("secret", 1000), "SLACK_APP_TOKEN_FILE names a file that cannot be read: file name too long."},
		{"a folder", dir, "SLACK_APP_TOKEN_FILE does not name a regular file."},
		{"a device", os.DevNull, "SLACK_APP_TOKEN_FILE does not name a regular file."},
		{"empty", put(t, filepath.Join(dir, "empty"), " \n"), "SLACK_APP_TOKEN_FILE names a file that is empty."},
		{"two lines", put(t, filepath.Join(dir, "two"), "xapp-secret\nxapp-secret\n"), "SLACK_APP_TOKEN_FILE names a file that holds more than one line."},
		{"endless", put(t, filepath.Join(dir, "long"), strings.Repeat("secret", maxSecret)), "SLACK_APP_TOKEN_FILE names a file that is too long for a secret."},
	}
	if os.Getuid() != 0 { // who may read everything
		tests = append(tests, struct{ name, file, want string }{"not to be read", shut, "SLACK_APP_TOKEN_FILE names a file that Registrar may not read."})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadConfig(env("SLACK_APP_TOKEN_FILE=" + tt.file))
			if err == nil || err.Error() != tt.want {
				t.Errorf("%v, want %q alone", err, tt.want)
			}
		})
	}
	good := put(t, filepath.Join(dir, "good"), "xapp-1-secret\r\n")
	_, err := ReadConfig(env("SLACK_APP_TOKEN=xapp-2", "SLACK_APP_TOKEN_FILE="+good))
	if want := "SLACK_APP_TOKEN and SLACK_APP_TOKEN_FILE are both set; choose one."; err == nil || err.Error() != want {
		t.Errorf("both: %v, want %q", err, want)
	}
	if err := os.Chmod(good, 0o666); err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(env("SLACK_APP_TOKEN=", "SLACK_APP_TOKEN_FILE="+good, "SLACK_BOT_TOKN_FILE=x"))
	want := []string{"SLACK_APP_TOKEN_FILE names a file that everybody on this machine may write.",
		"SLACK_BOT_TOKN_FILE is not a variable Registrar knows; did you mean SLACK_BOT_TOKEN_FILE?"}
	if err != nil || string(c.Slack.AppToken) != "xapp-1-secret" || cmp.Diff(want, c.Warnings) != "" {
		t.Errorf("%q, %v, warnings %q", []byte(c.Slack.AppToken), err, c.Warnings)
	}
}

// Half a system is said once, with the file as its reason.
func TestAFileThatCannotBeUsedIsTheOnlyProblem(t *testing.T) {
	for _, name := range []string{"LEARNUPON_PASSWORD", "SALESFORCE_CLIENT_SECRET", "BAMBOOHR_API_KEY", "SMTP_URL", "REGISTRAR_SECRET_KEY", "REDIS_URL"} {
		_, err := ReadConfig(environ(append(everySystem, name+"=", name+"_FILE=nowhere")...))
		if want := name + "_FILE names a file that does not exist."; err == nil || err.Error() != want {
			t.Errorf("%v, want %q alone", err, want)
		}
	}
}

// A private key pasted where its file's name belongs must not be shown.
func TestAKeyInPlaceOfItsFileIsNotPrinted(t *testing.T) {
	c, err := ReadConfig(environ("SALESFORCE_URL=https://o.example.com", "SALESFORCE_CLIENT_ID=i", "SALESFORCE_USERNAME=u",
		"SALESFORCE_PRIVATE_KEY_FILE=-----BEGIN PRIVATE KEY-----\nMIIsecret"+strings.Repeat("A", 5000)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = newSalesforce(*c.Salesforce, rest.Observe{})
	if err == nil || strings.Contains(err.Error(), "MII") || !strings.Contains(err.Error(), "SALESFORCE_PRIVATE_KEY_FILE") {
		t.Errorf("%v", err)
	}
}

// Everybody on a machine can see the command lines of its processes.
func TestNoSecretOnTheCommandLine(t *testing.T) {
	var help bytes.Buffer
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"demo", "--help"}, {"doctor", "--help"}, {"audit", "--help"}, {"audit", "verify", "--help"}} {
		if code := run(t.Context(), args, surroundings{stdout: &help, stderr: &help}); code != exitOK {
			t.Fatalf("%v: exit %d", args, code)
		}
	}
	for line := range strings.Lines(help.String()) {
		flag, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, word := range []string{"token", "secret", "password", "key", "url"} {
			if strings.HasPrefix(flag, "-") && strings.Contains(strings.ToLower(flag), word) {
				t.Errorf("a flag for a secret: %s", line)
			}
		}
	}
}

// FuzzReadConfig: whatever stands in the variables, reading them ends in
// sentences, and none holds a secret.
func FuzzReadConfig(f *testing.F) {
	for _, line := range append(everySystem, "SMTP_URL=smtp://a:p%zz@h:1", "SMTP_URL=smtp:\\\\x", "LEARNUPON_PORTALS=a,,a, -b,main,é", "MAIL_FROM=<>",
		`SALESFORCE_FIELDS=;;Contact.""=x;Contact."a"=b;=`, "SALESFORCE_API_VERSION=v999.0", "REGISTRAR_ALERTS_EVERY=-9223372036854775808ns",
		"REGISTRAR_HTTP_ADDR=[::1%eth0]:x", "REGISTRAR_PREMIER_COURSES=(?P<n>", "REGISTRAR_APPROVERS=,U,S0 ,\x00", "REDIS_URL=unix:///tmp/s?db=x",
		"SLACK_API_URL=http://[::1", "LEARNUPON_RATE_PER_MINUTE=99999999999999999999", "SLACK_BOT_TOKEN_FILE=\x00") {
		name, value, _ := strings.Cut(line, "=")
		f.Add(name, value)
	}
	const planted = "pLaNtEd"
	secrets := map[string]string{
		"SLACK_APP_TOKEN": "xapp-" + planted, "SLACK_BOT_TOKEN": "xoxb-" + planted, "REDIS_URL": "redis://u:" + planted + "@h:6379/0",
		"LEARNUPON_PASSWORD": planted, "SALESFORCE_CLIENT_SECRET": planted, "BAMBOOHR_API_KEY": planted,
		"SMTP_URL": "smtp://u:" + planted + "@h", "REGISTRAR_SECRET_KEY": planted + planted + planted,
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			t.Skip()
		}
		env := environ(everySystem...)
		for secret, is := range secrets {
			env = append(env, secret+"="+is)
		}
		// The value is also tried as what is wrong with each secret.
		given := []string{name + "=" + value}
		for secret, is := range secrets {
			given = append(given, secret+"="+is+value, secret+"="+value+is)
		}
		for _, line := range given {
			c, err := ReadConfig(append(env, line))
			for _, text := range append(c.Warnings, fmt.Sprint(err), fmt.Sprintf("%+v %#v", c, c)) {
				if strings.Contains(text, planted) {
					t.Errorf("%q: a secret in %q", line, text)
				}
			}
			if err == nil && c.SMTP != nil && strings.Contains(c.SMTP.Host(), planted) {
				t.Errorf("%q: a secret in the name of the mail server %q", line, c.SMTP.Host())
			}
		}
	})
}
