package value

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// readIP is a net.IP: 4 or 16 bytes.
func readIP(v *Value) (string, error) {
	data, n, err := sliceBytes(v, 16)
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "<nil>", nil
	}
	a, ok := netip.AddrFromSlice(data)
	if !ok || n > 16 {
		return "", fmt.Errorf("%d bytes are no address", n)
	}
	return a.Unmap().String(), nil
}

// readAddrPort is a netip.AddrPort.
func readAddrPort(v *Value) (string, error) {
	ip, err := v.Field("ip")
	if err != nil {
		return "", err
	}
	port, err := uintField(v, "port")
	if err != nil {
		return "", err
	}
	text, err := readNetIP(ip)
	if text == "invalid IP" {
		return "invalid AddrPort", err
	}
	return net.JoinHostPort(text, strconv.FormatUint(port, 10)), err
}

// readHostPort is a net.TCPAddr or net.UDPAddr.
func readHostPort(v *Value) (string, error) {
	port, err := uintField(v, "Port")
	if err != nil {
		return "", err
	}
	host, err := readIPAddr(v)
	return net.JoinHostPort(host, strconv.Itoa(int(port))), err
}

// readIPAddr is a net.IPAddr, or what else has an address and a zone.
func readIPAddr(v *Value) (string, error) {
	ip, err := v.Field("IP")
	if err != nil {
		return "", err
	}
	if n, err := ip.Len(); err != nil || n == 0 {
		return "", err
	}
	text, err := readIP(ip)
	if zone := textField(v, "Zone"); zone != "" {
		text += "%" + zone
	}
	return text, err
}

// readIPNet is a net.IPNet.
func readIPNet(v *Value) (string, error) {
	var parts [2][]byte
	for i, name := range []string{"IP", "Mask"} {
		f, err := v.Field(name)
		if err != nil {
			return "", err
		}
		if parts[i], _, err = sliceBytes(f, 16); err != nil {
			return "", err
		}
	}
	return (&net.IPNet{IP: parts[0], Mask: parts[1]}).String(), nil
}

// readMAC is a net.HardwareAddr.
func readMAC(v *Value) (string, error) {
	data, _, err := sliceBytes(v, 32)
	return net.HardwareAddr(data).String(), err
}

func readHex(v *Value) (string, error) {
	data, _, err := sliceBytes(v, 32)
	return hex.EncodeToString(data), err
}

// readNetIP is a netip.Addr: 128 bits, and a pointer that tells the kind and the
// zone. Since go1.23 that is described by an addrDetail; before, it is the pointer
// netip.z4 for addresses of 4 bytes.
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
		return "invalid IP", err
	}
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(hi>>(56-8*i)), byte(lo>>(56-8*i))
	}
	a := netip.AddrFrom16(b)
	detail, err := z.Field("value")
	if err != nil {
		if four := z4(v.env); four == kind || four == 0 {
			return a.Unmap().String(), nil
		}
		return a.WithZone(internedZone(z)).String(), nil
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
		return "invalid Prefix", err
	}
	text, err := readNetIP(ip)
	return fmt.Sprintf("%s/%d", text, bits-1), err
}

// z4 is the pointer that stands for addresses of 4 bytes up to go1.22.
func z4(env *Env) uint64 {
	if env.Runtime == nil {
		return 0
	}
	at, ok := env.Runtime.VariableAddr("net/netip.z4")
	if !ok {
		return 0
	}
	p, _ := New(env, "", nil, at).word(0)
	return p
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
