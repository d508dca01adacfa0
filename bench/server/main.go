// Server is a well-known web server of about 80 MB when it is built without
// optimisation. With the argument "tick" it is the program whose gaps are
// measured instead, and with "stop N" one that an editor stops in, so that only
// the size differs.
package main

import (
	"os"
	"strconv"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	"github.com/tinydbg/tinydbg/bench/stops"
	"github.com/tinydbg/tinydbg/bench/ticker"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "tick" {
		ticker.Run()
		return
	}
	if len(os.Args) > 2 && os.Args[1] == "stop" {
		n, _ := strconv.Atoi(os.Args[2])
		stops.Run(n)
	}
	caddycmd.Main()
}
