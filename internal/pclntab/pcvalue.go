package pclntab

// iter walks a pc-value table: runs of instructions with the same value, as
// pairs of a zigzag value difference and a pc difference (runtime/symtab.go,
// func step).
type iter struct {
	table *Table
	data  []byte
	// rest is where in the part of tables the data ends, as far as it was read.
	rest uint64
	// val holds from start to end, offsets from the function's entry.
	val        int32
	start, end uint32
	first      bool
	limit      uint32
}

// iterate begins one of the function's tables. The offset 0 stands for no
// table: the walk is over at once.
func (f *Func) iterate(off uint32) (iter, error) {
	if off == 0 {
		return iter{}, nil
	}
	t := f.table
	if uint64(off) >= t.pcs.size() {
		return iter{}, t.pcs.errorf(uint64(off), "table begins beyond the end")
	}
	it := iter{table: t, rest: uint64(off), val: -1, first: true, limit: uint32(f.Next - f.Entry)}
	return it, it.more()
}

// pairSize is the most that two numbers take.
const pairSize = 10

// more extends the data, if there is more, to at least a pair.
func (it *iter) more() (err error) {
	start := it.rest - uint64(len(it.data))
	it.data, err = it.table.from(&it.table.pcs, start, pairSize)
	it.rest = start + uint64(len(it.data))
	return err
}

// next goes on to the next run. It is false at the end of the table.
func (it *iter) next() bool {
	if len(it.data) < pairSize && (it.table == nil || it.rest < it.table.pcs.size() && it.more() != nil) {
		return false
	}
	delta, ok := it.uvarint()
	if !ok || delta == 0 && !it.first {
		return false
	}
	it.first = false
	if delta&1 != 0 {
		it.val += int32(^(delta >> 1))
	} else {
		it.val += int32(delta >> 1)
	}
	// Runs are never empty; that they are not also bounds the walk over a
	// damaged table by the size of the function.
	pc, ok := it.uvarint()
	if !ok || pc == 0 || it.end+pc < it.end || it.end >= it.limit {
		return false
	}
	it.start, it.end = it.end, it.end+pc
	return true
}

func (it *iter) uvarint() (v uint32, ok bool) {
	d := it.data
	if len(d) > 0 && d[0] < 0x80 {
		it.data = d[1:]
		return uint32(d[0]), true
	}
	for i := 0; i < len(d) && i < 5; i++ {
		v |= uint32(d[i]&0x7f) << (7 * i)
		if d[i] < 0x80 {
			it.data = d[i+1:]
			return v, true
		}
	}
	return 0, false
}

// value is the table's value at an offset from the entry, or none.
func (f *Func) value(table uint32, at uint32, none int32) int32 {
	it, err := f.iterate(table)
	for err == nil && it.next() {
		if at < it.end {
			return it.val
		}
	}
	return none
}

// SPDelta is by how many bytes SP at pc is below what it was at the entry.
// ok is false when the table has no answer.
func (f *Func) SPDelta(pc uint64) (delta int32, ok bool) {
	const none = -1 << 31
	if pc < f.Entry || pc >= f.Next {
		return 0, false
	}
	delta = f.value(f.pcsp, uint32(pc-f.Entry), none)
	return delta, delta != none
}

// Run is a run of instructions with one SP delta.
type Run struct {
	Start, End uint64
	Val        int32
}

// SPRuns lists the SP deltas from the entry on, at most limit of them.
func (f *Func) SPRuns(limit int) []Run {
	var runs []Run
	it, err := f.iterate(f.pcsp)
	for err == nil && len(runs) < limit && it.next() {
		runs = append(runs, Run{f.Entry + uint64(it.start), f.Entry + uint64(it.end), it.val})
	}
	return runs
}

// UnsafePoint tells whether the compiler says that no goroutine may be stopped
// before the instruction at pc (PCDATA_UnsafePoint, internal/abi/symtab.go).
func (f *Func) UnsafePoint(pc uint64) bool {
	const safe = -1
	if pc < f.Entry || pc >= f.Next {
		return true
	}
	return f.value(f.pcdataTable(pcdataUnsafePoint), uint32(pc-f.Entry), safe) != safe
}
