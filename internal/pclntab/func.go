package pclntab

import (
	"encoding/binary"
	"sort"
)

// Func is a decoded row of the table of functions: the runtime's _func.
type Func struct {
	// Row is its index in the table.
	Row int
	// Entry is its address; Next where the next function, or the end of the
	// text, is.
	Entry, Next uint64
	// Args is the size of its arguments and results, in bytes.
	Args int32
	// DeferReturn is the offset from Entry of a call to deferreturn, 0 if none.
	DeferReturn uint32
	// StartLine is the line of its declaration, 0 when it is not recorded.
	StartLine int32
	ID        uint8
	Flag      Flag

	table              *Table
	nameOff            int32
	pcsp, pcfile, pcln uint32
	unit               uint32
	pcdata, funcdata   []byte // the rest of the record
}

// Flag is a set of facts about a function (internal/abi, type FuncFlag).
type Flag uint8

// Flags of functions.
const (
	TopFrame Flag = 1 << iota // outermost of a stack
	SPWrite                   // writes SP in ways that pcsp cannot say
	Asm                       // written in assembly
)

// Indices of a function's pcdata and funcdata (internal/abi/symtab.go).
const (
	pcdataUnsafePoint  = 0
	pcdataInlTreeIndex = 2
	funcdataInlTree    = 3
)

// Find is the row of the function that contains pc: the last one that begins
// at or before it. ok is false outside the text.
func (t *Table) Find(pc uint64) (row int, ok bool, err error) {
	data, err := t.funcTable()
	if err != nil || pc < t.text || pc-t.text > 1<<32-1 {
		return 0, false, err
	}
	off := uint32(pc - t.text)
	row = sort.Search(t.nfunc, func(i int) bool { return binary.LittleEndian.Uint32(data[8*i:]) > off }) - 1
	if row < 0 || off >= t.entryOff(data, row+1) {
		return 0, false, nil
	}
	return row, true, nil
}

// funcTable is what the records of functions are found by: for each row, the
// offset of its entry and that of its record.
func (t *Table) funcTable() ([]byte, error) { return t.bytes(&t.rows) }

func (t *Table) entryOff(data []byte, row int) uint32 {
	return binary.LittleEndian.Uint32(data[8*row:])
}

// Entry is the address of the function in a row.
// Precondition: 0 <= row <= Len, where Len stands for the end of the text.
func (t *Table) Entry(row int) (uint64, error) {
	data, err := t.funcTable()
	if err != nil {
		return 0, err
	}
	return t.text + uint64(t.entryOff(data, row)), nil
}

// End is the end of the text.
func (t *Table) End() (uint64, error) { return t.Entry(t.nfunc) }

// fixed sizes of _func
func (t *Table) fixedSize() uint64 {
	if t.layout.startLine {
		return 44
	}
	return 40
}

// recordOff is where in the part the _func of a row is; its fixed beginning fits.
func (t *Table) recordOff(tab []byte, row int) (uint64, error) {
	off := uint64(binary.LittleEndian.Uint32(tab[8*row+4:]))
	if size := t.funcs.size(); off > size || size-off < t.fixedSize() {
		return 0, t.funcs.errorf(uint64(8*row+4), "function %d is said to be at %#x, beyond the end", row, off)
	}
	return off, nil
}

// Bounds of what follows the fixed beginning of a _func: pcdata and funcdata,
// four bytes each.
const (
	maxPCData   = 64
	maxFuncData = 255
)

// Func decodes a row.
// Precondition: 0 <= row < Len.
func (t *Table) Func(row int) (Func, error) {
	data, err := t.funcTable()
	if err != nil {
		return Func{}, err
	}
	off, err := t.recordOff(data, row)
	if err != nil {
		return Func{}, err
	}
	rec, err := t.from(&t.funcs, off, t.maxSize())
	if err != nil {
		return Func{}, err
	}
	return t.decode(row, data, rec)
}

// maxSize is more than any _func has.
func (t *Table) maxSize() uint64 { return t.fixedSize() + 4*(maxPCData+maxFuncData) }

// decode is Func, of the bytes from the row's _func on.
func (t *Table) decode(row int, data, rec []byte) (Func, error) {
	u32 := func(i int) uint32 { return binary.LittleEndian.Uint32(rec[4*i:]) }
	fn := Func{
		Row: row, table: t,
		Entry: t.text + uint64(t.entryOff(data, row)), Next: t.text + uint64(t.entryOff(data, row+1)),
		nameOff: int32(u32(1)), Args: int32(u32(2)), DeferReturn: u32(3),
		pcsp: u32(4), pcfile: u32(5), pcln: u32(6), unit: u32(8),
	}
	if t.layout.startLine {
		fn.StartLine = int32(u32(9))
	}
	size := t.fixedSize()
	fn.ID, fn.Flag = rec[size-4], Flag(rec[size-3])
	npc, nfd := uint64(u32(7)), uint64(rec[size-1])
	if npc > maxPCData || size+4*(npc+nfd) > uint64(len(rec)) {
		off := uint64(binary.LittleEndian.Uint32(data[8*row+4:]))
		return Func{}, t.funcs.errorf(off, "function %d has %d pcdata and %d funcdata tables, which do not fit", row, npc, nfd)
	}
	fn.pcdata = rec[size : size+4*npc]
	fn.funcdata = rec[size+4*npc : size+4*(npc+nfd)]
	return fn, nil
}

// End is the end of the function's code. Padding up to the next function does
// not belong to it.
func (f *Func) End() uint64 {
	end := f.Entry
	it, err := f.iterate(f.pcsp)
	for err == nil && it.next() {
		end = f.Entry + uint64(it.end)
	}
	if end == f.Entry || end > f.Next {
		return f.Next
	}
	return end
}

// Name is the function's name.
func (f *Func) Name() string { return f.table.Name(f.nameOff) }

// NameOff identifies the name: equal names have equal offsets.
func (f *Func) NameOff() int32 { return f.nameOff }

// HasInlined says whether calls were inlined into the function. offset is
// where their tree begins, counted from the module's go:func.* symbol.
func (f *Func) HasInlined() (offset uint32, ok bool) {
	if len(f.funcdata) <= 4*funcdataInlTree || f.pcdataTable(pcdataInlTreeIndex) == 0 {
		return 0, false
	}
	offset = binary.LittleEndian.Uint32(f.funcdata[4*funcdataInlTree:])
	return offset, offset != ^uint32(0)
}

func (f *Func) pcdataTable(i int) uint32 {
	if 4*i >= len(f.pcdata) {
		return 0
	}
	return binary.LittleEndian.Uint32(f.pcdata[4*i:])
}
