// Web_service answers HTTP requests on an address it prints, with work for the
// scheduler, the garbage collector and the timers going on beside.
package main

import (
	"fmt"
	"net"
	"net/http"
	"runtime"
	"time"
)

var kept [64][]byte

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	for i := range 4 {
		go func() {
			runtime.LockOSThread()
			for n := i; ; n++ {
				kept[(n*7+i)%len(kept)] = make([]byte, 4096)
				time.Sleep(time.Millisecond)
			}
		}()
	}
	fmt.Println("listening", l.Addr())
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Millisecond)
		fmt.Fprintln(w, "hello", r.URL.Path)
	})
	panic(http.Serve(l, nil))
}
