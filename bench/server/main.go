// Server is a well-known web server of about 80 MB when it is built without
// optimisation. With the argument "tick" it is the program whose gaps are
// measured instead, so that only the size differs.
package main

import (
	"os"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	"github.com/tinydbg/tinydbg/bench/ticker"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "tick" {
		ticker.Run()
		return
	}
	caddycmd.Main()
}
