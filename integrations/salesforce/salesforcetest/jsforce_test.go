package salesforcetest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"registrar/integrations/salesforce/salesforcetest"
)

// node runs a script of .ci/jsforce and returns what it printed.
func node(t *testing.T, script string, input io.Reader, env ...string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", ".ci", "jsforce")
	_, notInstalled := os.Stat(filepath.Join(dir, "node_modules", "jsforce"))
	program, noNode := exec.LookPath("node")
	if notInstalled != nil || noNode != nil {
		const missing = "jsforce is not installed: run npm ci in .ci/jsforce with Node 20 or later"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	cmd := exec.CommandContext(t.Context(), program, script)
	cmd.Dir, cmd.Stdin, cmd.Env = dir, input, append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", script, err, &out, &errs)
	}
	return out.String()
}

// What jsforce understands, and is understood by, is Salesforce.
func TestJSForce(t *testing.T) {
	server := salesforcetest.New(salesforcetest.Options{PageSize: 2})
	defer server.Close()
	server.RandomNames(11)
	server.RefuseDuplicates("Use the one there is?", true)
	server.AddExternalID("Contact", "Old number", "Old__c", true)
	node(t, "org.mjs", nil, "SALESFORCE_URL="+server.URL, "CLIENT_ID="+server.ClientID(), "CLIENT_SECRET="+server.ClientSecret(),
		"CREATE_FIELD="+server.APIName("Contact", "Create in LearnUpon"), "LEGACY_FIELD="+server.APIName("Contact", "Legacy ID"), "TWINS_FIELD=Old__c")
	if c, ok := server.Snapshot().Contact("row0@x.edu"); !ok || !c.Create || c.FirstName != "Zoë" {
		t.Errorf("%+v", c)
	}
}

// The queries this org takes are SOQL, and those it refuses as malformed are not, another parser says.
func TestParserAgrees(t *testing.T) {
	queries := []string{
		"SELECT Id FROM Contact",
		"select Id, Name from Contact where Email = 'a@x.edu' limit 5",
		"SELECT Id, Account.Name FROM Contact WHERE (Email = 'a' OR Email LIKE '%\\_b') AND IsDeleted = false ORDER BY Name DESC NULLS LAST, Id",
		"SELECT COUNT() FROM Account WHERE Name != null",
		"SELECT Id FROM Contact WHERE Id IN ('003Hs000000zzzz', '003Hs000000zzzy') AND CreatedDate >= 2026-11-20T00:00:00Z",
		"SELECT Id FROM Contact WHERE NOT Email = 'a' LIMIT 1 OFFSET 2",
		`SELECT Id FROM Contact WHERE LastName = 'O\'Brien\\'`,
		"SELECT Id FROM",
		"SELECT FROM Contact",
		"SELECT Id Contact",
		"SELECT Id FROM Contact WHERE",
		"SELECT Id FROM Contact WHERE Email = 'O'Brien'",
		`SELECT Id FROM Contact WHERE Email = 'x\'`,
		"SELECT Id FROM Contact WHERE Email 'x'",
		"SELECT Id FROM Contact WHERE Id IN ()",
		"SELECT Id FROM Contact ORDER Name",
		"SELECT Id FROM Contact LIMIT x",
		"SELECT Id FROM Contact WHERE Email = 'a' garbage",
		"SELECT Id, FROM Contact",
	}
	server := salesforcetest.New(salesforcetest.Options{})
	defer server.Close()
	input, err := json.Marshal(queries)
	if err != nil {
		t.Fatal(err)
	}
	var valid []bool
	if err := json.Unmarshal([]byte(node(t, "soql.mjs", bytes.NewReader(input))), &valid); err != nil || len(valid) != len(queries) {
		t.Fatal(valid, err)
	}
	for i, query := range queries {
		status, body := ask(t, server, query)
		if ours := !strings.Contains(body, "MALFORMED_QUERY"); ours != valid[i] || ours && status != 200 {
			t.Errorf("%s\nthe parser says %v, the org %d %s", query, valid[i], status, body)
		}
	}
}
