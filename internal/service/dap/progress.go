package dap

import (
	"fmt"

	"github.com/google/go-dap"
)

// progress is shown by the editor while something takes long.
type progress struct {
	c  *client
	id string
}

func progressID(r *request) string { return fmt.Sprintf("%s-%d", r.Command, r.Seq) }

// progress shows that a request is being worked on. Cancelling it cancels the
// request.
func (c *client) progress(r *request, title string) *progress {
	p := &progress{c, progressID(r)}
	if c.init.SupportsProgressReporting {
		c.out.event("progressStart", dap.ProgressStartEventBody{
			ProgressId: p.id, Title: title, RequestId: r.Seq, Cancellable: true,
		})
	}
	return p
}

func (p *progress) end() {
	if p.c.init.SupportsProgressReporting {
		p.c.out.event("progressEnd", dap.ProgressEndEventBody{ProgressId: p.id})
	}
}
