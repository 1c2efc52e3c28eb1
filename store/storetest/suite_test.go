package storetest_test

import (
	"testing"

	"registrar/bot/engine"
	"registrar/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) engine.Store { return engine.NewMemory(storetest.Now) })
}
