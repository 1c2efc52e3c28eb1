package storetest_test

import (
	"testing"

	"registrar/store/storetest"
)

func TestScriptsAreToldApart(t *testing.T) {
	scripts := storetest.LoadScripts(t, storetest.RealRedis(t).URL())
	for sum, name := range scripts {
		if got := scripts.Of(storetest.Command{Name: "EVALSHA", Args: []string{sum}}); got != name || name == "" {
			t.Errorf("%s is %q, want %q", sum, got, name)
		}
	}
	if got := scripts.Of(storetest.Command{Name: "EVAL", Args: []string{"return 1"}}); got != "" || len(scripts) == 0 {
		t.Errorf("a foreign script is %q; %d are known", got, len(scripts))
	}
}
