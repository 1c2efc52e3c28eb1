package storetest_test

import (
	"testing"

	"registrar/store/storetest"
)

func TestStandbyHasWhatWasWrittenBeforeItWasPromoted(t *testing.T) {
	first := storetest.RealRedis(t)
	first.Do("SET", "a", "1")
	second := first.Standby()
	first.Do("SET", "b", "2")
	second.Promote(first)
	first.Do("SET", "c", "3")
	if got := second.Do("MGET", "a", "b", "c"); got != "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n" {
		t.Errorf("the standby holds %q", got)
	}
	second.Do("SET", "c", "4")
}
