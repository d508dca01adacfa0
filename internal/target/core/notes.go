package core

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// notes is what the notes of a core file say.
type notes struct {
	pid  int
	args string
	auxv []byte
	// files are by ascending address.
	files []mappedFile
	// threads are in the order of the file: the first one is the one that got
	// the signal. There is at least one.
	threads []*Thread
	byID    map[int]*Thread
}

// mappedFile is an entry of NT_FILE: where a part of a file was mapped.
type mappedFile struct {
	start, end addr.Addr
	offset     addr.FileOff
	path       string
}

// deleted is what the kernel adds to the names of files that are gone.
const deleted = " (deleted)"

// Types of notes (linux/elf.h), all of them by "CORE" but the last one, which
// is by "LINUX".
const (
	ntPrstatus  = 1
	ntFpregset  = 2
	ntPrpsinfo  = 3
	ntAuxv      = 6
	ntFile      = 0x46494c45
	ntSiginfo   = 0x53494749
	ntX86XState = 0x202
)

// Layouts on 64-bit machines (linux/elfcore.h), in bytes.
const (
	prstatusSize   = 336
	prstatusSignal = 12
	prstatusPID    = 32
	prstatusRegs   = 112
	prpsinfoSize   = 136
	prpsinfoState  = 1
	prpsinfoUID    = 16
	prpsinfoPID    = 24
	prpsinfoName   = 40
	prpsinfoArgs   = 56
)

const (
	// maxNote bounds the notes that are kept: NT_FILE of a process with as many
	// mappings as Linux allows has some megabytes.
	maxNote = 64 << 20
	// maxVector bounds a thread's vector registers.
	maxVector = 64 << 10
)

// read reads the notes of one segment. Large ones that nobody needs yet are
// passed over.
func (n *notes) read(src io.ReaderAt, off, size uint64, limit int64) error {
	if off > uint64(limit) || size > uint64(limit)-off {
		return errors.New("its notes are cut off")
	}
	r := bufio.NewReaderSize(io.NewSectionReader(src, int64(off), int64(size)), 1<<16)
	for at := off; off+size-at >= 12; {
		var head [12]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return fmt.Errorf("read its notes: %w", err)
		}
		nameLen, descLen, kind := uint64(order.Uint32(head[:])), uint64(order.Uint32(head[4:])), order.Uint32(head[8:])
		at += 12
		left := off + size - at
		if nameLen > 256 || align(nameLen)+descLen > left {
			return fmt.Errorf("its notes are damaged: one at %#x has %d bytes, which are not there", at, descLen)
		}
		name := make([]byte, align(nameLen))
		if _, err := io.ReadFull(r, name); err != nil {
			return fmt.Errorf("read its notes: %w", err)
		}
		desc := &io.LimitedReader{R: r, N: int64(descLen)}
		if err := n.note(string(bytes.TrimRight(name, "\x00")), kind, desc, at+align(nameLen)); err != nil {
			return err
		}
		next := min(align(nameLen)+align(descLen), left)
		rest := next - align(nameLen) - (descLen - uint64(desc.N))
		if _, err := r.Discard(int(rest)); err != nil {
			return fmt.Errorf("read its notes: %w", err)
		}
		at += next
	}
	return nil
}

func align(n uint64) uint64 { return (n + 3) &^ 3 }

// note takes in the note whose description r is at.
func (n *notes) note(owner string, kind uint32, r *io.LimitedReader, at uint64) error {
	size := uint64(r.N)
	switch owner {
	case "CORE", "LINUX", "": // some debuggers leave it out
	default:
		return nil
	}
	switch kind {
	case ntFpregset, ntX86XState:
		return n.addVector(kind, int64(at), size)
	case ntPrstatus, ntPrpsinfo, ntAuxv, ntFile:
	default:
		return nil
	}
	if size > maxNote {
		return fmt.Errorf("its note of type %#x has %d bytes", kind, size)
	}
	desc, err := io.ReadAll(r)
	if err != nil || uint64(len(desc)) < size {
		return errors.New("its notes are cut off")
	}
	switch kind {
	case ntPrstatus:
		return n.addThread(desc)
	case ntPrpsinfo:
		return n.addInfo(desc)
	case ntFile:
		return n.addFiles(desc)
	}
	n.auxv = desc
	return nil
}

func (n *notes) addThread(desc []byte) error {
	if len(desc) < prstatusSize {
		return fmt.Errorf("a thread's status has %d bytes, not %d", len(desc), prstatusSize)
	}
	t := &Thread{
		id:     int(int32(order.Uint32(desc[prstatusPID:]))),
		signal: syscall.Signal(order.Uint16(desc[prstatusSignal:])),
		gp:     bytes.Clone(desc[prstatusRegs : prstatusRegs+gpSize]),
	}
	if n.byID == nil {
		n.byID = map[int]*Thread{}
	}
	if n.byID[t.id] != nil {
		return fmt.Errorf("thread %d is there twice", t.id)
	}
	n.byID[t.id] = t
	n.threads = append(n.threads, t)
	return nil
}

// addVector notes where the vector registers are of the thread that was last.
func (n *notes) addVector(kind uint32, at int64, size uint64) error {
	if len(n.threads) == 0 || size > maxVector {
		return nil
	}
	t := n.threads[len(n.threads)-1]
	if kind == ntX86XState {
		t.xstate = place{at, int(size)}
	} else {
		t.fpregs = place{at, int(size)}
	}
	return nil
}

func (n *notes) addInfo(desc []byte) error {
	if len(desc) < prpsinfoSize {
		return fmt.Errorf("the process's information has %d bytes, not %d", len(desc), prpsinfoSize)
	}
	n.pid = int(int32(order.Uint32(desc[prpsinfoPID:])))
	args, _, _ := bytes.Cut(desc[prpsinfoArgs:prpsinfoSize], []byte{0})
	n.args = string(args)
	return nil
}

// addFiles reads NT_FILE: the number of entries, the size of a page, the
// entries (start, end, offset in pages), and their names.
func (n *notes) addFiles(desc []byte) error {
	damaged := errors.New("its list of mapped files is damaged")
	if len(desc) < 16 {
		return damaged
	}
	count, page := order.Uint64(desc), order.Uint64(desc[8:])
	desc = desc[16:]
	if count > uint64(len(desc))/24 {
		return damaged
	}
	entries, names := desc[:24*count], desc[24*count:]
	for ; len(entries) > 0; entries = entries[24:] {
		name, rest, ok := bytes.Cut(names, []byte{0})
		if !ok {
			return damaged
		}
		names = rest
		n.files = append(n.files, mappedFile{
			addr.Addr(order.Uint64(entries)), addr.Addr(order.Uint64(entries[8:])),
			addr.FileOff(order.Uint64(entries[16:]) * page), string(name),
		})
	}
	return nil
}

func (n *notes) fileAt(a addr.Addr) *mappedFile {
	i := sort.Search(len(n.files), func(i int) bool { return n.files[i].end > a })
	if i == len(n.files) || a < n.files[i].start {
		return nil
	}
	return &n.files[i]
}

// check refuses what no debugging can begin with.
func (n *notes) check() error {
	if len(n.threads) == 0 {
		return errors.New("it has no threads")
	}
	if n.pid == 0 {
		n.pid = n.threads[0].id
	}
	slices.SortFunc(n.files, func(a, b mappedFile) int { return cmp.Compare(a.start, b.start) })
	return nil
}

// Types of entries of the auxiliary vector (elf.h).
const (
	atPhdr        = 3
	atEntry       = 9
	atSysinfoEhdr = 33
)

// auxv is an entry of the auxiliary vector, 0 if there is none.
func (p *Process) auxv(key uint64) uint64 {
	for v := p.info.auxv; len(v) >= 16; v = v[16:] {
		if order.Uint64(v) == key {
			return order.Uint64(v[8:])
		}
	}
	return 0
}
