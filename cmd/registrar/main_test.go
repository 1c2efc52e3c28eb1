package main

import (
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	var out, errs strings.Builder
	code := run(t.Context(), []string{"--version"}, surroundings{stdout: &out, stderr: &errs})
	if code != exitOK || out.String() != version+"\n" || errs.Len() > 0 {
		t.Errorf("exit code %d, %q, %q; want %q", code, &out, &errs, version)
	}
}
