package symbol

import (
	"slices"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// varCache keeps the variables of the places last asked for: at a stop one frame
// is asked for them again and again.
type varCache struct {
	// mu guards byPC.
	mu   sync.Mutex
	byPC map[addr.FileAddr][]*Var
}

// maxCachedFrames bounds how many places are kept.
const maxCachedFrames = 64

// get gives a list of the caller's own, of variables that are not.
func (c *varCache) get(pc addr.FileAddr) ([]*Var, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	vars, ok := c.byPC[pc]
	return slices.Clone(vars), ok
}

func (c *varCache) put(pc addr.FileAddr, vars []*Var) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byPC == nil || len(c.byPC) >= maxCachedFrames {
		c.byPC = map[addr.FileAddr][]*Var{}
	}
	c.byPC[pc] = slices.Clone(vars)
}
