// Shop is a small web shop that keeps itself busy: something believable to
// attach a debugger to.
//
//	go build -gcflags='all=-N -l' ./examples/shop && ./shop
//
// Handlers take orders and put them on a queue, workers price and file them, a
// cache behind a mutex answers look-ups, a ticker rotates the special offer,
// and a built-in crowd of customers sends requests over loopback until the
// program is interrupted. It prints a line every 500 requests and
// ends with status 1 as soon as one request is answered wrongly.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to serve on")
	customers := flag.Int("customers", 4, "how many customers shop at once")
	pause := flag.Duration("pause", 20*time.Millisecond, "what a customer waits between two requests")
	every := flag.Int64("report", 500, "print a line each time that many requests were answered")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *customers, *pause, *every); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr string, customers int, pause time.Duration, every int64) error {
	shop := NewShop()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: shop.Handler()}
	failed := make(chan error, 1+customers)
	go func() { failed <- server.Serve(listener) }()
	shop.Start(ctx, 3)

	base := "http://" + listener.Addr().String()
	fmt.Printf("shop open at %s, pid %d\n", base, os.Getpid())
	crowd := &Crowd{Base: base, Pause: pause, Every: every}
	for i := range customers {
		go func() { failed <- crowd.Shop(ctx, i) }()
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	server.Close()
	if errors.Is(err, context.Canceled) || errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	fmt.Printf("shop closed after %d requests\n", crowd.Answered())
	return err
}
