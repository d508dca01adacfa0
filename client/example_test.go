package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
)

// Stop a running service at a line, look at a variable, and let it run on.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := client.Dial(ctx, "127.0.0.1:4711", client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	bp, err := c.CreateBreakpoint(ctx, api.CreateBreakpointIn{
		Breakpoint: api.Breakpoint{FunctionName: "main.serve", Cond: `id == 7`},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := c.Command(ctx, api.DebuggerCommand{Name: api.Continue}); err != nil {
		log.Fatal(err)
	}
	order, err := c.Eval(ctx, api.EvalScope{GoroutineID: -1}, "order", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(order.Name, order.Type)

	if _, err := c.ClearBreakpoint(ctx, bp.ID, ""); err != nil {
		log.Fatal(err)
	}
	if err := c.Detach(ctx, false); err != nil {
		log.Fatal(err)
	}
}
