package dap

import (
	"fmt"

	"github.com/google/go-dap"
)

// restartFrame begins the function of a frame anew, where that can be right.
func (c *client) restartFrame(r *request, a *dap.RestartFrameArguments) (any, error) {
	d, err := c.ready()
	if err != nil {
		return nil, err
	}
	f, err := c.handles.frame(a.FrameId)
	if err != nil {
		return nil, err
	}
	if f.thread < 0 {
		return nil, failed("Unable to restart the frame", fmt.Errorf("thread %d runs no goroutine", -f.thread))
	}
	st, err := d.RestartFrame(r.ctx, f.scope)
	if err != nil {
		return nil, &requestError{id: errFailed, summary: "Unable to restart the frame", err: err, show: true}
	}
	r.after = func() {
		c.handles.reset()
		c.showStop("restart", st)
	}
	return nil, nil
}
