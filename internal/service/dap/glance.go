package dap

import (
	"context"
	"errors"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/session"
)

// looks are the requests that only look at the program: one that runs is held
// for a moment, and the user is not told of a stop.
var looks = map[string]bool{
	"threads": true, "stackTrace": true, "variables": true, "evaluate": true, "completions": true,
	"readMemory": true, "disassemble": true, "source": true,
}

// glanceTries is how often a request is tried that the program was not held long
// enough for, or that came when it was just about to run.
const glanceTries = 5

// glance serves a request of which the program should notice nothing.
func (c *client) glance(d *debuggee, r *request, h handler) (body any, err error) {
	c.begun.Load().wait(r.ctx)
	for range glanceTries {
		err = d.Glance(r.ctx, func() error {
			c.glancing = true
			defer func() { c.glancing = false }()
			body, err = h(c, r)
			return err
		})
		if !errors.Is(err, session.ErrRunning) {
			return body, err
		}
	}
	return nil, notNow("the program is running, and cannot be held long enough to answer: pause it first")
}

// mainScope is what expressions are evaluated in while the program runs: the
// main function, wherever it is.
func (c *client) mainScope(ctx context.Context, d *debuggee) api.EvalScope {
	frames, err := d.Stacktrace(ctx, api.StacktraceIn{Id: 1, Depth: 100})
	for i := range frames {
		if err == nil && frames[i].Function.Name() == "main.main" {
			return api.EvalScope{GoroutineID: 1, Frame: i}
		}
	}
	return api.EvalScope{GoroutineID: -1}
}
