package session

import (
	"context"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
)

// WriteMemory writes data at an address and returns how many bytes were written.
// Breakpoints there stay armed: what is written is what the program sees.
func (s *Session) WriteMemory(_ context.Context, address uint64, data []byte) (n int, err error) {
	if len(data) > api.ExamineMemoryLimit {
		return 0, fmt.Errorf("%d bytes are too many to be written at once: the limit is %d", len(data), api.ExamineMemoryLimit)
	}
	if address+uint64(len(data)) < address {
		return 0, fmt.Errorf("%d bytes at %#x go beyond the end of the address space", len(data), address)
	}
	err = s.whileStopped(func() error {
		n, err = s.mem.WriteMemory(addr.Addr(address), data)
		return err
	})
	return n, err
}
