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
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type Money struct {
	Units, Cents int
	Currency     string
}

// Message is made like the messages of protocol buffers.
type Message struct {
	state         struct{ info *int }
	sizeCache     int32
	unknownFields []byte

	Name   *string
	ID     int32
	Tags   []string
	Parent *Message
	Kind   isKind
	Counts map[string]int32
	Blob   []byte
	Unset  *float64
}

type isKind interface{ isKind() }

type KindText struct{ Text string }

func (*KindText) isKind() {}

// Hidden is one whose fields are not to be touched.
type Hidden struct {
	state           struct{ info *int }
	xxx_hidden_Name *string
	xxx_hidden_Size int64
	sizeCache       int32
	unknownFields   []byte
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
	subnet    = netip.MustParsePrefix("10.1.0.0/16")
	bigFloat  = big.NewFloat(-1234.5625)
	small, _  = new(big.Float).SetString("1e-300")
	nothing   big.Float
	held      = reflect.ValueOf(42)
	heldText  = reflect.ValueOf("text")
	heldPtr   = reflect.ValueOf(&money)
	noValue   reflect.Value
	typ       = reflect.TypeOf(money)
	message   = Message{Name: pointer("a \"name\""), ID: 7, Tags: []string{"x", "y"}, Kind: &KindText{"inner"},
		Parent: &Message{ID: 1}, Counts: map[string]int32{"k": 3}, Blob: []byte("blob")}
	hidden = Hidden{xxx_hidden_Name: pointer("nm"), xxx_hidden_Size: 9}
)

var want []wanted

func pointer(s string) *string { return &s }

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
	add("subnet", subnet)
	add("*bigFloat", bigFloat)
	add("*small", small)
	add("nothing", &nothing)
	add("held", "int 42")
	add("heldText", "string text")
	add("heldPtr", "*main.Money 12.50 EUR")
	add("noValue", "invalid")
	add("*typ.(*reflect.rtype)", typ)
	add("message", `Name:"a \"name\"" ID:7 Tags:["x" "y"] Parent:{ID:1} Kind:{Text:"inner"} Counts:{"k":3} Blob:"blob"`)
	add("hidden", `Name:"nm" Size:9`)
	stop()
	fmt.Println(second, moment, ip4, ip6, hardware, addr4, addr6, port, number, joined, path, counter.Load(), flag.Load(), builder.String(), buffer, money)
	fmt.Println(subnet, bigFloat, small, &nothing, held, heldText, heldPtr, noValue, typ, message.sizeCache, message.unknownFields, message.state, hidden)
}
