package guardian

import (
	"errors"
	"strconv"
	"time"
)

// ward is what a guardian must know, from its arguments.
type ward struct {
	pid   int
	start uint64 // of the process, see proclist.Started
	// maxPause is how long the debugger may keep a thread stopped; 0: for ever.
	maxPause time.Duration
	// keeper is the thread of the debugger that started the guardian. It ends
	// when the debugger does, not before.
	keeper int
	// givesWay: the debugger lets everybody else go first, see GiveWay.
	givesWay bool
}

func (w ward) args() []string {
	return []string{
		name, strconv.Itoa(w.pid), strconv.FormatUint(w.start, 10),
		strconv.FormatInt(int64(w.maxPause), 10), strconv.Itoa(w.keeper), strconv.FormatBool(w.givesWay),
	}
}

// parseWard reads the arguments of a program, and tells whether they are a
// guardian's.
func parseWard(args []string) (w ward, ok bool) {
	if len(args) != 6 || args[0] != name {
		return w, false
	}
	pid, err1 := strconv.Atoi(args[1])
	start, err2 := strconv.ParseUint(args[2], 10, 64)
	maxPause, err3 := strconv.ParseInt(args[3], 10, 64)
	keeper, err4 := strconv.Atoi(args[4])
	givesWay, err5 := strconv.ParseBool(args[5])
	w = ward{pid: pid, start: start, maxPause: time.Duration(maxPause), keeper: keeper, givesWay: givesWay}
	return w, errors.Join(err1, err2, err3, err4, err5) == nil
}
