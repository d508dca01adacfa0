// Ticker is the small program whose gaps are measured.
package main

import "github.com/tinydbg/tinydbg/bench/ticker"

func main() { ticker.Run() }
