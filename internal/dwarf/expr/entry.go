package expr

import (
	"errors"
	"fmt"
)

// EntryError is the error for what is described by a value that some place had
// when the function was entered, if that cannot be recovered from the caller.
type EntryError struct{ Why error }

func (e *EntryError) Error() string {
	return "optimized out: only its value at the function's entry is described, and that is not known: " + e.Why.Error()
}

func (e *EntryError) Unwrap() error { return e.Why }

// entryError makes one, of one that a caller's expression led to, too.
func entryError(err error) *EntryError {
	var inner *EntryError
	if errors.As(err, &inner) {
		return inner
	}
	return &EntryError{err}
}

// inExpression says which expression an error is about. An EntryError is no fault
// of the expression.
func inExpression(code []byte, err error) error {
	var entry *EntryError
	if errors.As(err, &entry) {
		return entry
	}
	return fmt.Errorf("DWARF expression % x: %w", clip(code), err)
}

// IsEntryValue says whether code states what was in a register at the function's
// entry, and nothing else.
func IsEntryValue(code []byte, reg int) bool {
	return len(code) == 4 && (code[0] == opEntryValue || code[0] == opGNUEntryValue) &&
		code[1] == 1 && int(code[2]) == opReg0+reg && code[3] == opStackValue
}
