package line

// Row is a row of the matrix that a line program describes: it holds from
// Addr up to the Addr of the next row.
type Row struct {
	Addr uint64
	// File is a number for FileTable.Name.
	File uint64
	Line int
	// Stmt marks a recommended place to stop.
	Stmt bool
	// PrologueEnd marks where a function's frame is set up.
	PrologueEnd bool
	// End marks the first address after a sequence; only Addr counts.
	End bool
}

// Opcodes (DWARF 5, 6.2.5).
const (
	lnsCopy = 1 + iota
	lnsAdvancePC
	lnsAdvanceLine
	lnsSetFile
	lnsSetColumn
	lnsNegateStmt
	lnsSetBasicBlock
	lnsConstAddPC
	lnsFixedAdvancePC
	lnsSetPrologueEnd

	lneEndSequence = 1
	lneSetAddress  = 2
)

// Run executes the program from offset off of the section, which must be
// where a sequence begins: Program, or a later one's DW_LNE_set_address. It
// calls yield for each row until that returns false or the unit ends.
func (h *Header) Run(section []byte, off uint64, yield func(Row) bool) error {
	if off < h.program || off > h.End || h.End > uint64(len(section)) {
		return &Error{off, "is not in the unit's program"}
	}
	m := machine{buf: buf{data: section[:h.End], off: off, order: h.order}, h: h, yield: yield}
	m.reset()
	for m.off < h.End && m.err == nil && !m.done {
		m.op(m.u8())
	}
	return m.err
}

type machine struct {
	buf
	h     *Header
	row   Row
	yield func(Row) bool
	done  bool
}

func (m *machine) reset() { m.row = Row{File: 1, Line: 1, Stmt: m.h.defaultStmt} }

func (m *machine) emit() {
	if m.err == nil && !m.yield(m.row) {
		m.done = true
	}
	m.row.PrologueEnd = false
}

func (m *machine) op(op byte) {
	h := m.h
	if op >= h.opcodeBase {
		n := uint64(op - h.opcodeBase)
		m.row.Addr += n / h.lineRange * h.minInst
		m.row.Line += int(h.lineBase + int64(n%h.lineRange))
		m.emit()
		return
	}
	switch op {
	case 0:
		m.extended()
	case lnsCopy:
		m.emit()
	case lnsAdvancePC:
		m.row.Addr += m.uleb() * h.minInst
	case lnsAdvanceLine:
		m.row.Line += int(m.sleb())
	case lnsSetFile:
		m.row.File = m.uleb()
	case lnsNegateStmt:
		m.row.Stmt = !m.row.Stmt
	case lnsSetBasicBlock:
	case lnsConstAddPC:
		m.row.Addr += uint64(255-h.opcodeBase) / h.lineRange * h.minInst
	case lnsFixedAdvancePC:
		m.row.Addr += uint64(m.u16())
	case lnsSetPrologueEnd:
		m.row.PrologueEnd = true
	default:
		// Column, ISA, epilogue begin and what is not known: pass over.
		for range h.opLens[op-1] {
			m.uleb()
		}
	}
}

func (m *machine) extended() {
	n := m.uleb()
	arg := m.take(n)
	if len(arg) == 0 {
		return
	}
	switch arg[0] {
	case lneEndSequence:
		m.row.End = true
		m.emit()
		m.reset()
	case lneSetAddress:
		switch len(arg) {
		case 9:
			m.row.Addr = m.order.Uint64(arg[1:])
		case 5:
			m.row.Addr = uint64(m.order.Uint32(arg[1:]))
		default:
			m.fail("address of %d bytes", len(arg)-1)
		}
	}
}
