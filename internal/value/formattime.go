package value

import (
	"errors"
	"fmt"
	"slices"
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

// formatTime is what the time's own String says: "2026-11-21 22:24:30.5 +0100 CET",
// followed by the monotonic clock's reading, if it has one, as in "m=+0.001473".
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
		mono = monotonicText(ext)
	}
	zone, known := location(v, sec)
	t := time.Unix(sec, int64(wall&nsecMask)).In(zone)
	text := t.Format("2006-01-02 15:04:05.999999999 -0700 MST") + mono
	if !known {
		text += " (the program has not looked up its own zone yet)"
	}
	return text, nil
}

func monotonicText(ns int64) string {
	sign, n := "+", uint64(ns)
	if ns < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf(" m=%s%d.%09d", sign, n/1e9, n%1e9)
}

func uintField(v *Value, name string) (uint64, error) {
	f, err := v.Field(name)
	if err != nil {
		return 0, err
	}
	return f.Uint()
}

const maxTransitions = 1 << 12

// location is the zone in force at sec in the *Location of a time: its name and
// offset. Without a location that is UTC; known is false for time.Local before
// the program has read what that is.
func location(v *Value, sec int64) (zone *time.Location, known bool) {
	loc, err := v.Field("loc")
	if err != nil {
		return time.UTC, false
	}
	l, err := loc.Deref()
	if err != nil {
		return time.UTC, errors.Is(err, ErrNilPointer)
	}
	zones, err := l.Field("zone")
	if err != nil {
		return time.UTC, false
	}
	if n, err := zones.Len(); err != nil || n == 0 {
		return time.UTC, err == nil && textField(l, "name") != ""
	}
	index, last := zoneIndex(l, sec)
	if rule := textField(l, "extend"); last && rule != "" {
		zone, err := zoneOfRule(rule)
		if err == nil {
			if name, _ := time.Unix(sec, 0).In(zone).Zone(); name != noRule {
				return zone, true
			}
		}
	}
	if index < 0 {
		index = firstZone(l, zones)
	}
	z, err := zones.Index(index)
	if err != nil {
		return time.UTC, false
	}
	offset, err := uintField(z, "offset")
	if err != nil || int64(offset) < -86400 || int64(offset) > 86400 {
		return time.UTC, false
	}
	return time.FixedZone(textField(z, "name"), int(int64(offset))), true
}

// zoneOfRule is the location of a rule such as "CET-1CEST,M3.5.0,M10.5.0/3",
// read as the last line of a file of time zones (RFC 9636) that has one zone, called
// noRule. That is in force where the rule cannot be understood.
func zoneOfRule(rule string) (*time.Location, error) {
	part := append([]byte("TZif2"), make([]byte, 15)...)
	for _, count := range []byte{0, 0, 0, 0, 1, 1} { // one zone, a byte of names
		part = append(part, 0, 0, 0, count)
	}
	part = append(part, 0, 0, 0, 0, 0, 0, noRule[0]) // its offset, no summer time, the name
	return time.LoadLocationFromTZData("", slices.Concat(part, part, []byte("\n"+rule+"\n")))
}

const noRule = "?"

// firstZone is the zone before the first transition (time/zoneinfo.go,
// lookupFirstZone): the first one, if no transition is to it; else the one that
// is not summer time before that of the first transition; else the first of those.
func firstZone(l, zones *Value) int64 {
	n, _ := zones.Len()
	n = min(n, maxTransitions)
	tx, count := transitions(l)
	used, first := false, int64(0)
	for i := range count {
		index, _ := txField(tx, i, "index")
		if i == 0 {
			first = int64(uint8(index))
		}
		used = used || uint8(index) == 0
	}
	if !used {
		return 0
	}
	if summer(zones, first) {
		for i := first - 1; i >= 0; i-- {
			if !summer(zones, i) {
				return i
			}
		}
	}
	for i := range n {
		if !summer(zones, i) {
			return i
		}
	}
	return 0
}

func summer(zones *Value, i int64) bool {
	z, err := zones.Index(i)
	if err != nil {
		return false
	}
	dst, err := uintField(z, "isDST")
	return err == nil && dst != 0
}

// textField is the text of a field; one that is very long is cut, which it says.
func textField(v *Value, name string) string {
	f, err := v.Field(name)
	if err != nil {
		return ""
	}
	text, total, _ := f.Text(maxTextField)
	if int64(len(text)) < total {
		text += "..."
	}
	return text
}

const maxTextField = 256

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
// after it, and whether no other follows; -1 before the first.
func zoneIndex(l *Value, sec int64) (index int64, last bool) {
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
		return -1, false
	}
	index, _ = txField(tx, lo-1, "index")
	return int64(uint8(index)), lo == n
}

func txField(tx *Value, i int64, name string) (int64, bool) {
	t, err := tx.Index(i)
	if err != nil {
		return 0, false
	}
	n, err := uintField(t, name)
	return int64(n), err == nil
}
