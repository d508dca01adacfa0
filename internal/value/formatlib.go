package value

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// readIP is a net.IP: 4 or 16 bytes.
func readIP(v *Value) (string, error) {
	data, n, err := sliceBytes(v, 16)
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "nil", nil
	}
	a, ok := netip.AddrFromSlice(data)
	if !ok || n > 16 {
		return "", fmt.Errorf("%d bytes are no address", n)
	}
	return a.Unmap().String(), nil
}

func readHex(v *Value) (string, error) {
	data, _, err := sliceBytes(v, 32)
	return hex.EncodeToString(data), err
}

// readNetIP is a netip.Addr: 128 bits, and a pointer that tells the kind and the
// zone. Since go1.23 that is described by an addrDetail; before, 4-byte addresses
// and those mapped into 16 bytes look the same.
func readNetIP(v *Value) (string, error) {
	bits, err := v.Field("addr")
	if err != nil {
		return "", err
	}
	hi, err := uintField(bits, "hi")
	if err != nil {
		return "", err
	}
	lo, err := uintField(bits, "lo")
	if err != nil {
		return "", err
	}
	z, err := v.Field("z")
	if err != nil {
		return "", err
	}
	kind, err := z.word(0)
	if err != nil || kind == 0 {
		return "invalid", err
	}
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(hi>>(56-8*i)), byte(lo>>(56-8*i))
	}
	a := netip.AddrFrom16(b)
	detail, err := z.Field("value")
	if err != nil {
		return a.Unmap().WithZone(internedZone(z)).String(), nil
	}
	v6, err := uintField(detail, "isV6")
	if err != nil {
		return "", err
	}
	if v6 == 0 {
		return a.Unmap().String(), nil
	}
	if zone, err := detail.Field("zoneV6"); err == nil {
		text, _, _ := zone.Text(64)
		a = a.WithZone(text)
	}
	return a.String(), nil
}

// readPrefix is a netip.Prefix: an address, and how many bits of it count, plus one.
func readPrefix(v *Value) (string, error) {
	ip, err := v.Field("ip")
	if err != nil {
		return "", err
	}
	bits, err := uintField(v, "bitsPlusOne")
	if err != nil || bits == 0 {
		return "invalid", err
	}
	text, err := readNetIP(ip)
	return fmt.Sprintf("%s/%d", text, bits-1), err
}

// internedZone is the zone in an *intern.Value (internal/intern), up to go1.22.
func internedZone(z *Value) string {
	f, err := z.Field("cmpVal")
	if err != nil {
		return ""
	}
	d, err := f.Dynamic()
	if err != nil || d == nil || d.Kind() != symbol.String {
		return ""
	}
	text, _, _ := d.Text(64)
	return text
}

// readMutex is a sync.Mutex (internal/sync/mutex.go since go1.24): bit 0 of the
// state is the lock, from bit 3 on are those who wait.
func readMutex(v *Value) (string, error) {
	if inner, err := v.Field("mu"); err == nil {
		v = inner
	}
	state, err := uintField(v, "state")
	if err != nil {
		return "", err
	}
	text := "unlocked"
	if state&1 != 0 {
		text = "locked"
	}
	return withWaiters(text, int32(state)>>3), nil
}

func withWaiters(text string, n int32) string {
	if n > 0 {
		return fmt.Sprintf("%s, %d waiting", text, n)
	}
	return text
}

// readRWMutex is a sync.RWMutex: a writer takes 1<<30 from the number of readers.
func readRWMutex(v *Value) (string, error) {
	const writer = 1 << 30
	count, err := atomicField(v, "readerCount")
	if err != nil {
		return "", err
	}
	readers := int32(count)
	var parts []string
	if readers < 0 {
		readers += writer
		waits, err := atomicField(v, "readerWait")
		if err != nil {
			return "", err
		}
		if int32(waits) > 0 {
			return fmt.Sprintf("a writer waits for %d readers", int32(waits)), nil
		}
		parts = append(parts, "locked for writing")
		if readers > 0 {
			parts = append(parts, fmt.Sprintf("%d readers waiting", readers))
		}
		return strings.Join(parts, ", "), nil
	}
	if readers == 0 {
		return "unlocked", nil
	}
	return fmt.Sprintf("locked by %d readers", readers), nil
}

// readWaitGroup is a sync.WaitGroup: the counter is the upper half of its state.
func readWaitGroup(v *Value) (string, error) {
	state, err := atomicField(v, "state")
	if err != nil {
		return "", err
	}
	return withWaiters(fmt.Sprintf("counter %d", int32(state>>32)), int32(state&0x7fffffff)), nil
}

func readOnce(v *Value) (string, error) {
	done, err := atomicField(v, "done")
	if done != 0 {
		return "done", err
	}
	return "not done", err
}

// atomicField is a field of a number type, or of one of package atomic's.
func atomicField(v *Value, name string) (uint64, error) {
	f, err := v.Field(name)
	if err != nil {
		return 0, err
	}
	if n, err := uintField(f, "v"); err == nil {
		return n, nil
	}
	return f.Uint()
}
