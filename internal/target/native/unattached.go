//go:build linux && amd64

package native

import (
	"fmt"
	"os"
	"strconv"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Bystander reads and writes the memory of a process without attaching to it,
// which takes the same rights. It implements target.Memory.
type Bystander struct{ memory *memory }

// Unattached is the process with that id, as long as it runs this program.
func Unattached(pid int) Bystander { return Bystander{&memory{pid: pid}} }

// ReadMemory implements target.Memory.
func (b Bystander) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	return b.memory.ReadMemory(buf, a)
}

// WriteMemory implements target.Memory.
func (b Bystander) WriteMemory(a addr.Addr, data []byte) (int, error) {
	return b.memory.WriteMemory(a, data)
}

// Maps lists the mapped regions from /proc/PID/maps.
func (b Bystander) Maps() ([]target.Mapping, error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(b.memory.pid) + "/maps")
	if err != nil {
		return nil, fmt.Errorf("read the memory map of process %d: %w", b.memory.pid, err)
	}
	return parseMaps(string(data))
}

// PID is the process id.
func (b Bystander) PID() int { return b.memory.pid }

// Auxv is /proc/PID/auxv.
func (b Bystander) Auxv() ([]byte, error) {
	return os.ReadFile("/proc/" + strconv.Itoa(b.memory.pid) + "/auxv")
}

// Close ends the use of the memory.
func (b Bystander) Close() { b.memory.close() }
