package dap_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	godap "github.com/google/go-dap"
	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestLeftRunning: a program that was started and is left behind goes on printing
// as long as it likes.
func TestLeftRunning(t *testing.T) {
	dir := t.TempDir()
	e := initialized(t, dap.Config{})
	Do[*godap.LaunchResponse](e.Client, "launch", M{
		"mode": "exec", "program": testkit.Build(t, "editor_deeds", testkit.Options{}), "args": []string{"chatter"}, "cwd": dir,
	})
	pid := Event[*godap.ProcessEvent](e.Client).Body.SystemProcessId
	t.Cleanup(func() { unix.Kill(pid, unix.SIGKILL) })
	e.configured()
	Do[*godap.RestartResponse](e.Client, "restart", nil)
	pid = Event[*godap.ProcessEvent](e.Client).Body.SystemProcessId
	EventWhere(e.Client, func(o *godap.OutputEvent) bool { return strings.Contains(o.Body.Output, "chatter") })
	Do[*godap.DisconnectResponse](e.Client, "disconnect", M{"terminateDebuggee": false})
	<-e.served
	at := func() string { data, _ := os.ReadFile(filepath.Join(dir, "turns")); return string(data) }
	before := at()
	testkit.Eventually(t, func() bool { return len(at()) > len(before)+10 }, "the program prints a megabyte more, ten times over")
	if status := testkit.Status(pid); status == nil || status["TracerPid"] != "0" {
		t.Errorf("%v", status)
	}
}
