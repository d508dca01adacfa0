package inspect

import (
	"os"
	"testing"

	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// worldOf is a trapped program as a World. The frame of main.work is frame 1:
// the trap is in runtime.Breakpoint.
func worldOf(p *trapped.Program) *World {
	w := &World{
		PID: p.Proc.PID(), Arch: p.Proc.Arch(), Mem: pagecache.New(p.Proc), Images: p.Images, Runtime: p.Runtime,
		Cache: &unwind.Cache{}, Thread: p.Thread.ID(), Regs: p.Regs,
	}
	w.SetRegister = func(thread, dwarf int, value []byte) error {
		regs, err := p.Regs(thread, true)
		if err != nil {
			return err
		}
		if err := regs.SetBytes(dwarf, value); err != nil {
			return err
		}
		return p.SetRegs(thread, regs)
	}
	return w
}
