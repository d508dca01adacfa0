package goruntime

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/internal/target"
)

// reasonsText has a line for each release: "go1.26|reason 1|reason 2|...", from
// waitReasonStrings in runtime2.go. It serves for binaries without symbols.
//
//go:embed reasons.txt
var reasonsText string

// WaitReason is the text of one of the runtime's numbers for why a goroutine
// waits, read out of the program's own table where there are symbols.
func (r *Runtime) WaitReason(mem target.Memory, code int) string {
	reasons := r.waitReasons(mem)
	if code < 0 || code >= len(reasons) {
		return fmt.Sprintf("unknown wait reason %d", code)
	}
	return reasons[code]
}

func (r *Runtime) waitReasons(mem target.Memory) []string {
	r.mu.Lock()
	reasons := r.reasons
	r.mu.Unlock()
	if reasons != nil {
		return reasons
	}
	reasons, err := r.readWaitReasons(mem)
	if err != nil {
		reasons = tableReasons(r.version)
	}
	r.mu.Lock()
	r.reasons = reasons
	r.mu.Unlock()
	return reasons
}

// readWaitReasons reads runtime.waitReasonStrings, an array of strings.
func (r *Runtime) readWaitReasons(mem target.Memory) ([]string, error) {
	at, size, ok := r.symbolAddr("runtime.waitReasonStrings")
	if !ok || size == 0 || size > 1<<14 {
		return nil, fmt.Errorf("no usable symbol runtime.waitReasonStrings")
	}
	table, err := r.readBlock(mem, at, int(size))
	if err != nil {
		return nil, err
	}
	reasons := make([]string, int(size)/(2*r.ptrSize))
	for i := range reasons {
		off := i * 2 * r.ptrSize
		reasons[i], err = r.stringAt(mem, table.ptr(off), table.u64(off+r.ptrSize), 256)
		if err != nil {
			return nil, err
		}
	}
	return reasons, nil
}

func tableReasons(v Version) []string {
	minor := min(max(v.Minor, Oldest.Minor), Newest.Minor)
	prefix := fmt.Sprintf("go1.%d|", minor)
	for line := range strings.Lines(reasonsText) {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return append([]string{""}, strings.Split(strings.TrimSuffix(rest, "\n"), "|")...)
		}
	}
	return nil
}
