package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whoever writes a number below a floor is told the one in force.
func TestDoctorNamesWhereThePolicyIsWeaker(t *testing.T) {
	at := newInstallation(t)
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	for text, want := range map[string][]string{
		"opt-out: {approvals: 1}":              nil,
		"delete-user: {approvals: 3}":          nil,
		"delete-user: {approvals: 0}":          {"the number in force is 1; the action asks for 2"},
		"delete-user: {delay: 1s}":             {"the time to press Stop is 1s"},
		"reuse-email: {approvals: 0}":          {"the number in force is 1; the action asks for 2", "the number in force is 1; the action asks for 1"},
		"change-role: {approvals: 0}":          {"the number in force is 1; the action asks for 2", "the number in force is 0; the action asks for 1"},
		"merge-users: {approvals: 1}":          {"the number in force is 1; the action asks for 2"},
		"change-email: {approvals: 0}":         {"the number in force is 1; the action asks for 1"},
		"resend-confirmation: {approvals: 1}":  nil,
		"fix-sync: {expires: 1h, remind: 30m}": nil,
	} {
		if err := os.WriteFile(policy, []byte("actions:\n  "+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := ReadConfig(append(slices.Clone(at.env), "REGISTRAR_POLICY="+policy))
		if err != nil {
			t.Fatal(err)
		}
		results := checkPolicy(c)
		if len(results) != 1+len(want) || results[0].State != stateOK {
			t.Errorf("%s: %+v", text, results)
			continue
		}
		for i, r := range results[1:] {
			if r.State != stateWarn || r.Mend == "" || !strings.Contains(r.Text, want[i]) {
				t.Errorf("%s: %+v, want %q", text, r, want[i])
			}
		}
	}
}
