package command

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestUserInterfaceKnowsTheAPIAlone: a terminal must work on a server that
// runs elsewhere, so nothing in it can read a process or an executable.
func TestUserInterfaceKnowsTheAPIAlone(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "github.com/tinydbg/tinydbg/internal/ui/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	const module = "github.com/tinydbg/tinydbg/"
	allowed := []string{"api", "client", "internal/config", "internal/job", "internal/logflags", "internal/ui/render", "internal/ui/command", "internal/ui/starbind", "internal/ui/term"}
	for _, dep := range strings.Fields(string(out)) {
		ours, is := strings.CutPrefix(dep, module)
		if is && !slices.Contains(allowed, ours) {
			t.Errorf("the user interface depends on %s", ours)
		}
		if slices.Contains([]string{"debug/dwarf", "debug/elf", "debug/gosym", "github.com/cilium/ebpf"}, dep) {
			t.Errorf("the user interface depends on %s", dep)
		}
	}
}
