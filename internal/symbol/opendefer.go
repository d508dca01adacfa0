package symbol

// OpenDefers says where a frame of the function keeps the deferred calls that
// the compiler open-coded into it: the byte of bits that tells which are
// pending, and the closures, both in bytes down from where local variables end,
// which is the CFA less two words. ok is false when the function has none.
func (fn *Func) OpenDefers() (bits, slots uint64, ok bool) {
	r, ok := fn.record()
	if !ok {
		return 0, 0, false
	}
	g, err := fn.file.goTable()
	if err != nil {
		return 0, 0, false
	}
	return r.OpenDefers(g.tree)
}
