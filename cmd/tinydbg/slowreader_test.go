package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/service/rpc"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestClientThatNeverReads is dropped when its time is over, with a line in the
// log, and nobody else is kept waiting. With make soak, as it takes that time.
func TestClientThatNeverReads(t *testing.T) {
	if os.Getenv("TINYDBG_SOAK") == "" {
		t.Skipf("takes %v: TINYDBG_SOAK is not set; package rpc has the same with a shorter time", rpc.WriteTimeout)
	}
	p := testkit.Start(t, testkit.Build(t, "address_of_main", testkit.Options{}))
	p.WaitOutput(t, "ready")
	s := headless(t, "--accept-multiclient", "attach", fmt.Sprint(p.PID))
	begun := time.Now()
	slow := s.conn(t)
	neverReads(t, slow)
	reason := fmt.Sprintf("it did not read its answers for %v", rpc.WriteTimeout)
	good := s.dial(t)
	for !strings.Contains(s.logged(), reason) {
		asked := time.Now()
		if pid, err := good.ProcessPid(t.Context()); err != nil || pid != p.PID || time.Since(asked) > 10*time.Second {
			t.Fatalf("the other client: %d, %v, after %v", pid, err, time.Since(asked))
		}
		if time.Since(begun) > 3*rpc.WriteTimeout {
			t.Fatalf("it is not dropped: %s", s.logged())
		}
		time.Sleep(10 * time.Millisecond)
	}
	if early := rpc.WriteTimeout - time.Since(begun); early > 0 {
		t.Errorf("it was dropped %v too early", early)
	}
	t.Logf("dropped after %v", time.Since(begun))
	if err := good.Detach(t.Context(), false); err != nil {
		t.Error(err)
	}
	free(t, p)
}
