package api

import (
	"fmt"
	"path/filepath"
)

// ListCallsIn is the argument of ListCalls.
type ListCallsIn struct{}

// ListCallsOut is the result of ListCalls.
type ListCallsOut struct {
	// Calls are those that have not returned yet, the innermost last.
	Calls []CallInProgress
}

// CallInProgress is a function that the debugger has called and that has not
// returned yet.
type CallInProgress struct {
	Function string `json:"function"`
	// CallerID is the goroutine that makes the call, GoroutineID the one that Go's
	// runtime has made for it; 0 if the function has not begun.
	CallerID    int64 `json:"callerID"`
	GoroutineID int64 `json:"goroutineID"`
	// Waits is what that goroutine waits for, such as "chan receive" or "system
	// call"; "" if it runs. WaitsForEver means that nothing can end that.
	Waits        string `json:"waits,omitempty"`
	WaitsForEver bool   `json:"waitsForEver,omitempty"`
	// Location is where the goroutine is in code that is not the runtime's.
	Location Location `json:"location"`
	// Aborting means that abortCall was said, and has not got there.
	Aborting bool `json:"aborting,omitempty"`
}

// String says what holds the call up.
func (c *CallInProgress) String() string {
	if c.GoroutineID == 0 {
		return "it has not begun"
	}
	text := fmt.Sprintf("goroutine %d runs", c.GoroutineID)
	switch {
	case c.WaitsForEver:
		text = fmt.Sprintf("goroutine %d waits for ever (%s)", c.GoroutineID, c.Waits)
	case c.Waits != "":
		text = fmt.Sprintf("goroutine %d waits (%s)", c.GoroutineID, c.Waits)
	}
	if c.Location.Function == nil {
		return text
	}
	return fmt.Sprintf("%s in %s at %s:%d", text, c.Location.Function.Name(), filepath.Base(c.Location.File), c.Location.Line)
}
