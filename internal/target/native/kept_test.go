//go:build linux && amd64

package native

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// When a debugger is killed that holds threads at signals, these get them, once and with
// their senders.
func TestHeldSignalsOutliveTheDebugger(t *testing.T) {
	const rounds, rest = 4000, 200
	proc := testkit.Start(t, buildC(t, "signals_counted"), fmt.Sprint(rounds), fmt.Sprint(rest))
	proc.WaitOutput(t, "ready")
	held := 0
	for i := range 5 {
		debugger := exec.Command("/proc/self/exe", "hold", fmt.Sprint(proc.PID))
		out, err := debugger.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := debugger.Start(); err != nil {
			t.Fatal(err)
		}
		said := bufio.NewReader(out)
		line, _ := said.ReadString('\n') // it has attached
		if i == 0 {
			_, _ = io.WriteString(proc.Stdin, "\n")
		}
		if line == "attached\n" {
			line, _ = said.ReadString('\n')
		}
		_ = debugger.Process.Kill()
		_ = debugger.Wait()
		var n int
		if _, err := fmt.Sscanf(line, "held %d", &n); err != nil {
			break // the program has ended
		}
		held += n
	}
	if held == 0 {
		t.Error("no thread was held at a signal")
	}
	checkSignalCounts(t, proc, 4*rounds)
	t.Logf("%d threads were held at a signal", held)
}

// holdSignals attaches, and lets the program run until it has got some signals. Then it
// stops all threads, with the signals that they are about to get, says how many these
// are, and waits to be killed.
func holdSignals(arg string) {
	var pid int
	_, _ = fmt.Sscan(arg, &pid)
	p, err := Attach(context.Background(), pid, Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("attached")
	var held int
	var failed error
	err = errors.Join(p.Do(func() { held, failed = p.hold(30) }), failed)
	if err == nil && held > 0 {
		fmt.Println("held", held)
		time.Sleep(time.Hour)
	}
	fmt.Println(err)
}

// hold passes on what happens until the last of some signals, and then what comes after
// it to no thread any more.
// Precondition: tracer.
func (p *Process) hold(signals int) (held int, err error) {
	if err := resumeAll(p); err != nil {
		return 0, err
	}
	for signals > 0 {
		ev, err := p.Wait()
		if err != nil {
			return 0, err
		}
		if ev.Kind == target.EventSignal {
			signals--
		}
		if signals == 0 {
			break
		}
		if err := goOn(ev); err != nil && !errors.Is(err, target.ErrThreadGone) {
			return 0, err
		}
	}
	for _, th := range p.Threads() {
		if th.State() == target.Running {
			_ = th.Interrupt()
		}
	}
	for p.anyRunning() {
		if _, err := p.Wait(); err != nil {
			return 0, err
		}
	}
	for _, t := range p.list() {
		if t.stop == stopSignal {
			held++
		}
	}
	return held, nil
}
