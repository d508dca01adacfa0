package value

import (
	"strconv"
	"time"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Layout of time.Time (time/time.go).
const (
	hasMonotonic = 1 << 63
	nsecMask     = 1<<30 - 1
	nsecShift    = 30
	// Seconds from year 1, and from 1885, to 1970.
	unixToYear1 = 62135596800
	year1To1885 = 59453308800
)

// formatTime is RFC 3339 in the time's own zone, followed by the monotonic
// clock's reading if it has one: "2026-11-21T22:24:30Z, +147309".
func formatTime(v *Value) (string, error) {
	wall, err := uintField(v, "wall")
	if err != nil {
		return "", err
	}
	bits, err := uintField(v, "ext")
	if err != nil {
		return "", err
	}
	ext, mono := int64(bits), ""
	sec := ext - unixToYear1
	if wall&hasMonotonic != 0 {
		sec = int64(wall<<1>>(nsecShift+1)) + year1To1885 - unixToYear1
		mono = ", " + signed(ext)
	}
	t := time.Unix(sec, int64(wall&nsecMask)).UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return "", nil // RFC 3339 has no such years
	}
	return t.In(location(v, sec)).Format(time.RFC3339) + mono, nil
}

func signed(n int64) string {
	if n < 0 {
		return strconv.FormatInt(n, 10)
	}
	return "+" + strconv.FormatInt(n, 10)
}

func uintField(v *Value, name string) (uint64, error) {
	f, err := v.Field(name)
	if err != nil {
		return 0, err
	}
	return f.Uint()
}

const maxTransitions = 1 << 12

// location is the zone in force at sec in the *Location of a time, as far as
// the program has read it; UTC otherwise.
func location(v *Value, sec int64) *time.Location {
	loc, err := v.Field("loc")
	if err != nil {
		return time.UTC
	}
	l, err := loc.Deref()
	if err != nil {
		return time.UTC // nil is UTC
	}
	zones, err := l.Field("zone")
	if err != nil {
		return time.UTC
	}
	if n, err := zones.Len(); err != nil || n == 0 {
		return time.UTC
	}
	if name := locationName(l); name != "" && afterLast(l, sec) {
		// The rule for times to come is a text that this system knows, too.
		if known, err := time.LoadLocation(name); err == nil {
			return known
		}
	}
	zone, err := zones.Index(zoneIndex(l, sec))
	if err != nil {
		return time.UTC
	}
	offset, err := uintField(zone, "offset")
	if err != nil || int64(offset) < -86400 || int64(offset) > 86400 {
		return time.UTC
	}
	return time.FixedZone("", int(int64(offset)))
}

func locationName(l *Value) string {
	f, err := l.Field("name")
	if err != nil {
		return ""
	}
	name, _, err := f.Text(256)
	if err != nil || name == "Local" {
		return ""
	}
	return name
}

// transitions are the changes of a Location's zone.
func transitions(l *Value) (tx *Value, n int64) {
	tx, err := l.Field("tx")
	if err != nil || tx.Kind() != symbol.Slice {
		return nil, 0
	}
	n, err = tx.Len()
	if err != nil {
		return nil, 0
	}
	return tx, min(n, maxTransitions)
}

// zoneIndex is the zone in force at sec: the one of the last transition not
// after it; before the first one the first zone.
func zoneIndex(l *Value, sec int64) int64 {
	tx, n := transitions(l)
	lo, hi := int64(0), n
	for lo < hi {
		mid := (lo + hi) / 2
		if when, ok := txField(tx, mid, "when"); !ok || when > sec {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo == 0 {
		return 0
	}
	index, _ := txField(tx, lo-1, "index")
	return int64(uint8(index))
}

func afterLast(l *Value, sec int64) bool {
	tx, n := transitions(l)
	if n == 0 {
		return false
	}
	when, ok := txField(tx, n-1, "when")
	return ok && sec >= when
}

func txField(tx *Value, i int64, name string) (int64, bool) {
	t, err := tx.Index(i)
	if err != nil {
		return 0, false
	}
	n, err := uintField(t, name)
	return int64(n), err == nil
}
