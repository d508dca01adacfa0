// Values of well-known library types, with what their own methods say.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type Money struct {
	Units, Cents int
	Currency     string
}

type wanted struct{ Name, Text string }

var (
	second    = 1500 * time.Millisecond
	moment    = time.Date(2026, 11, 21, 22, 24, 30, 0, time.UTC)
	ip4       = net.IPv4(192, 168, 0, 1)
	ip6       = net.ParseIP("fe80::1")
	hardware  = net.HardwareAddr{0, 0x1b, 0x44, 0x11, 0x3a, 0xb7}
	addr4     = netip.MustParseAddr("10.1.2.3")
	addr6     = netip.MustParseAddr("fe80::1%eth0")
	port      = netip.MustParseAddrPort("10.1.2.3:80")
	number, _ = new(big.Int).SetString("-123456789012345678901234567890", 10)
	plain     = errors.New("plain")
	wrapped   = fmt.Errorf("outer: %w", plain)
	joined    = errors.Join(plain, wrapped)
	path      = error(&fs.PathError{Op: "open", Path: "/nowhere", Err: plain})
	counter   atomic.Int64
	flag      atomic.Bool
	mutex     sync.Mutex
	rw        sync.RWMutex
	group     sync.WaitGroup
	once      sync.Once
	builder   strings.Builder
	buffer    = bytes.NewBufferString("buffered")
	money     = Money{12, 50, "EUR"}
)

var want []wanted

func stop() { fmt.Fprintln(os.Stderr, len(want)) }

func main() {
	counter.Store(42)
	flag.Store(true)
	mutex.Lock()
	rw.RLock()
	group.Add(3)
	once.Do(func() {})
	builder.WriteString("built")
	add := func(name string, v any) { want = append(want, wanted{name, fmt.Sprint(v)}) }
	add("second", second)
	add("ip4", ip4)
	add("ip6", ip6)
	add("addr4", addr4)
	add("addr6", addr6)
	add("*number", number)
	add("moment", moment.Format(time.RFC3339))
	add("hardware", strings.ReplaceAll(hardware.String(), ":", ""))
	add("port", "10.1.2.3 port 80")
	add("*plain.(*errors.errorString)", plain)
	add("*wrapped.(*fmt.wrapError)", wrapped)
	add("*joined.(*errors.joinError)", strings.ReplaceAll(joined.Error(), "\n", "; "))
	add("*path.(*io/fs.PathError)", path)
	add("counter", counter.Load())
	add("flag", flag.Load())
	add("mutex", "locked")
	add("rw", "locked by 1 readers")
	add("group", "counter 3")
	add("once", "done")
	add("builder", `"built"`)
	add("*buffer", `"buffered"`)
	add("money", "12.50 EUR")
	stop()
	fmt.Println(second, moment, ip4, ip6, hardware, addr4, addr6, port, number, joined, path, counter.Load(), flag.Load(), builder.String(), buffer, money)
}
