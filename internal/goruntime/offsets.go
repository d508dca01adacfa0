package goruntime

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// offsetsText has a line for each release and structure:
//
//	go1.26 runtime.g 456 stack=0 m=48 ...
//
// the size and the offsets of fields in bytes, for linux/amd64. It is made
// from the DWARF of programs built by each release (go test -run Offsets
// -update) and serves for binaries without DWARF.
//
//go:embed offsets.txt
var offsetsText string

// wanted are the structures of the runtime that are read, with the fields. A
// name after a bar is what other releases call it; a field with a question mark does not exist
// in all of them.
var wanted = []struct{ name, fields string }{
	{"runtime.g", "stack _panic _defer m sched syscallsp syscallpc syscallbp? atomicstatus goid waitsince " +
		"waitreason parentGoid gopc ancestors startpc waiting labels lockedm runningCleanups?"},
	{"runtime.gobuf", "sp pc ctxt bp"},
	{"runtime.m", "g0 procid gsignal curg p id alllink incgo vdsoSP vdsoPC libcallg libcallpc libcallsp"},
	{"runtime.sudog", "g next elem isSelect c waitlink"},
	{"runtime.hchan", "qcount dataqsiz buf elemsize closed elemtype sendx recvx recvq sendq"},
	{"runtime.waitq", "first last"},
	{"runtime._defer", "heap rangefunc sp pc fn link head"},
	{"runtime._panic", "arg link startSP sp recovered goexit"},
	{"runtime.ancestorInfo", "pcs goid gopc"},
	{"runtime.moduledata", "text etext types etypes next"},
	{"internal/abi.Type", "Size_ TFlag Kind_ Str"},
	{"internal/abi.ITab|runtime.itab", "Type|_type"},
	{"internal/runtime/maps.Map|", "used seed dirPtr dirLen globalShift writing"},
	{"internal/runtime/maps.table|", "index groups"},
	{"internal/runtime/maps.groupsReference|", "data lengthMask"},
	{"runtime.hmap|", "count flags B hash0 buckets oldbuckets"},
	{"internal/abi.MapType|internal/abi.SwissMapType", "Flags GroupSize? SlotSize? ElemOff? KeysOff? KeyStride? ElemsOff? ElemStride? BucketSize?"},
}

// offsets are the sizes ("runtime.g") and field offsets ("runtime.g.goid") of
// structures, by their first name in wanted.
type offsets map[string]int

// structReader tells the size and the offsets of the fields of a structure, or
// that there is none of the name.
type structReader func(name string) (size int, fields map[string]int, ok bool)

// readOffsets takes from read what there is of the wanted structures.
func readOffsets(read structReader) offsets {
	o := offsets{}
	for _, w := range wanted {
		key, other, _ := strings.Cut(w.name, "|")
		size, fields, ok := read(key)
		if !ok && other != "" {
			size, fields, ok = read(other)
		}
		if !ok {
			continue
		}
		o[key] = size
		for f := range strings.FieldsSeq(w.fields) {
			f, alias, _ := strings.Cut(strings.TrimSuffix(f, "?"), "|")
			off, ok := fields[f]
			if !ok {
				off, ok = fields[alias]
			}
			if ok {
				o[key+"."+f] = off
			}
		}
	}
	return o
}

// complete returns what is missing of the structures that every release has.
func (o offsets) missing() []string {
	var names []string
	for _, w := range wanted {
		key, _, optional := strings.Cut(w.name, "|")
		if _, ok := o[key]; !ok {
			if !optional {
				names = append(names, key)
			}
			continue
		}
		for f := range strings.FieldsSeq(w.fields) {
			f, _, _ := strings.Cut(f, "|")
			if _, ok := o[key+"."+f]; !ok && !strings.HasSuffix(f, "?") {
				names = append(names, key+"."+f)
			}
		}
	}
	return names
}

// tableFor is the table of the release nearest to v.
func tableFor(v Version) offsets {
	minor := min(max(v.Minor, Oldest.Minor), Newest.Minor)
	prefix := fmt.Sprintf("go1.%d ", minor)
	o := offsets{}
	for line := range strings.Lines(offsetsText) {
		rest, ok := strings.CutPrefix(line, prefix)
		if !ok {
			continue
		}
		words := strings.Fields(rest)
		if len(words) < 2 {
			continue
		}
		o[words[0]], _ = strconv.Atoi(words[1])
		for _, w := range words[2:] {
			name, value, _ := strings.Cut(w, "=")
			o[words[0]+"."+name], _ = strconv.Atoi(value)
		}
	}
	return o
}

// format is the inverse of tableFor.
func (o offsets) format(v Version) string {
	var b strings.Builder
	for _, w := range wanted {
		key, _, _ := strings.Cut(w.name, "|")
		size, ok := o[key]
		if !ok {
			continue
		}
		fmt.Fprintf(&b, "go1.%d %s %d", v.Minor, key, size)
		for f := range strings.FieldsSeq(w.fields) {
			f, _, _ := strings.Cut(strings.TrimSuffix(f, "?"), "|")
			if off, ok := o[key+"."+f]; ok {
				fmt.Fprintf(&b, " %s=%d", f, off)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
