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
	"net/url"
	"os"
	"reflect"
	"strconv"
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

// times in many zones, of many ages, with and without the clock that does not jump.
var times = func() []time.Time {
	list := []time.Time{
		{}, time.Now(), time.Now().UTC(), time.Now().Round(0), time.Now().Add(-time.Hour * 999999),
		time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC), time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(-5, 1, 1, 0, 0, 0, 1000, time.UTC), time.Date(12345, 6, 7, 8, 9, 10, 0, time.UTC),
		time.Date(2024, 1, 1, 1, 2, 3, 4000, time.FixedZone("XST", 5*3600+1800)),
		time.Date(2024, 1, 1, 1, 2, 3, 0, time.FixedZone("", -3600)), time.Date(2024, 1, 1, 1, 2, 3, 0, time.FixedZone("", 0)),
		time.Date(2024, 1, 1, 1, 2, 3, 0, time.FixedZone("odd", 3*3600+1234)), time.Unix(1700000000, 5),
	}
	for _, name := range []string{"America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			continue // no time zones here
		}
		for _, year := range []int{1800, 1910, 1944, 1975, 2006, 2024, 2037, 2038, 2090, 2400} {
			list = append(list, time.Date(year, 1, 15, 12, 0, 0, 0, zone), time.Date(year, 7, 15, 12, 0, 0, 0, zone))
		}
	}
	return list
}()

var (
	mapped        = netip.MustParseAddr("::ffff:1.2.3.4")
	ports         = []netip.AddrPort{netip.MustParseAddrPort("[fe80::1%eth0]:80"), netip.AddrPortFrom(mapped, 1), {}}
	noAddr        netip.Addr
	noPrefix      netip.Prefix
	_, network, _ = net.ParseCIDR("10.1.0.0/16")
	tcp           = &net.TCPAddr{IP: ip6, Port: 443, Zone: "eth1"}
	zoned         = &net.IPAddr{IP: ip6, Zone: "eth2"}
	urls          = []*url.URL{parsed("https://u:p%20w@h.example:81/p%2Fq/r?q=1&s#f"), parsed("mailto:a@b.c"), parsed("/only/path?"), parsed("")}
	_, number2    = strconv.Atoi("12x")
	made          = reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Dyn", Type: reflect.TypeOf(1)}, {Name: "M", Type: reflect.TypeOf("")}})).Elem()
	madeType      = made.Type()
)

func parsed(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

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
	add("moment", moment)
	add("hardware", hardware)
	add("port", port)
	for i := range times {
		add(fmt.Sprintf("times[%d]", i), times[i])
	}
	add("mapped", mapped)
	add("ports[0]", ports[0])
	add("ports[1]", ports[1])
	add("ports[2]", ports[2])
	add("noAddr", noAddr)
	add("noPrefix", noPrefix)
	add("*network", network)
	add("*tcp", tcp)
	add("*zoned", zoned)
	for i := range urls {
		add(fmt.Sprintf("*urls[%d]", i), urls[i])
	}
	add("*number2.(*strconv.NumError)", number2)
	add("made", "struct { Dyn int; M string }")
	add("*madeType.(*reflect.rtype)", "struct { Dyn int; M string }")
	add("*plain.(*errors.errorString)", plain)
	add("*wrapped.(*fmt.wrapError)", wrapped)
	add("*joined.(*errors.joinError)", strings.ReplaceAll(joined.Error(), "\n", "; "))
	add("*path.(*io/fs.PathError)", path)
	add("counter", counter.Load())
	add("flag", flag.Load())
	add("mutex", "locked")
	add("rw", "locked by 1 reader")
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
	fmt.Println(times, mapped, ports, noAddr, noPrefix, network, tcp, zoned, urls, number2, made, madeType)
}
