package rpc

import (
	"errors"
	"sync"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestManyClients has clients share a process that some continue, some halt
// and all look at, while they come and go.
func TestManyClients(t *testing.T) {
	b := &fakeBackend{}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				conn, done := serve(t, b, Config{Multiclient: true})
				c := client.New(conn)
				visit(t, c, i)
				c.Close()
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.stop()
}

func visit(t *testing.T, c *client.Client, i int) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		name := api.Halt
		if i%2 == 0 {
			name = api.Continue
		}
		// A refusal is an answer, too: the process may be running already.
		var answered *client.ServerError
		if _, err := c.Command(t.Context(), api.DebuggerCommand{Name: name}); err != nil && !errors.As(err, &answered) {
			t.Error(err)
		}
	}()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if pid, err := c.ProcessPid(t.Context()); pid != 4711 || err != nil {
				t.Error(pid, err)
			}
			if _, err := c.State(t.Context(), true); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// Who continued may do so only after others have halted.
	testkit.Eventually(t, func() bool {
		c.Command(t.Context(), api.DebuggerCommand{Name: api.Halt})
		select {
		case <-over:
			return true
		default:
			return false
		}
	}, "the command is over")
}
