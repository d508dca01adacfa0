package symbol

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// maxTailCalls bounds the functions that EnteredOnce looks at.
const maxTailCalls = 64

// EnteredOnce is nil if a frame of fn can only have been entered by a call. One
// that fn entered by a jump from itself, maybe by way of other functions, looks
// the same, but the registers were not those of the call any more.
func (f *File) EnteredOnce(fn *Func) error {
	first, err := f.funcEntry(fn.Entry)
	if err != nil {
		return err
	}
	if first == nil {
		return fmt.Errorf("debug information does not know %s", fn.Name)
	}
	open, seen := []*info.Entry{first}, map[info.Offset]bool{first.Off: true}
	for ; len(open) > 0; open = open[1:] {
		targets, ok := f.tailCalls(open[0])
		if !ok || len(seen) > maxTailCalls {
			return fmt.Errorf("%s may have jumped to itself", fn.Name)
		}
		for _, to := range targets {
			if f.isEntryOf(to, fn) {
				return fmt.Errorf("%s may have jumped to itself", fn.Name)
			}
			if to = f.bodyOf(to); to != nil && !seen[to.Off] {
				seen[to.Off] = true
				open = append(open, to)
			}
		}
	}
	return nil
}

// tailCalls lists the functions that one jumps to; ok is false if there may be
// others.
func (f *File) tailCalls(fn *info.Entry) (list []*info.Entry, ok bool) {
	ok = false
	for _, all := range []info.At{info.AtCallAllCalls, info.AtCallAllTails, info.AtGNUAllCalls, info.AtGNUAllTails} {
		ok = ok || fn.Flag(all)
	}
	err := eachCallSite(fn, func(e *info.Entry, _ *info.Cursor) bool {
		if !e.Flag(info.AtCallTailCall) && !e.Flag(info.AtGNUTailCall) {
			return true
		}
		to := f.callOrigin(e)
		ok = ok && to != nil
		list = append(list, to)
		return ok
	})
	return list, ok && err == nil
}

// bodyOf is the entry with the code of the function that e declares, nil if it
// is in no unit here: such a function does not know ours.
func (f *File) bodyOf(e *info.Entry) *info.Entry {
	if e.Has(info.AtLowPC) || e.Has(info.AtRanges) {
		return e
	}
	for _, fn := range f.cNamed(inheritedName(origins(f.dw.data, e))) {
		if body, err := f.funcEntry(fn.Entry); err == nil && body != nil {
			return body
		}
	}
	return nil
}
