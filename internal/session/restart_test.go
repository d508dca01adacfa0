package session

import (
	"context"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A restart comes among the continues of another client: whichever process there
// is at the end is known, and ends with the session.
func TestRestartAmongContinues(t *testing.T) {
	ctx := context.Background()
	cfg := quiet()
	cfg.Args = []string{"spin"}
	s := launched(t, "editor_deeds", testkit.Options{}, cfg)
	done, over := make(chan bool), make(chan bool)
	go func() {
		defer close(over)
		for {
			select {
			case <-done:
				return
			default:
				_, _ = s.Command(ctx, api.DebuggerCommand{Name: api.Continue})
			}
		}
	}()
	for range 5 {
		if _, err := s.Restart(ctx, api.RestartIn{}); err != nil {
			t.Error(err)
		}
		if st, err := s.State(ctx, true); err != nil || st.Exited {
			t.Errorf("%+v, %v", st, err)
		}
	}
	close(done)
	testkit.Eventually(t, func() bool { // it may be continued once more
		if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-over:
			return true
		default:
			return false
		}
	}, "nobody continues it any more")
	if st, err := s.State(ctx, true); err != nil || st.Running {
		t.Errorf("%+v, %v", st, err)
	}
}
