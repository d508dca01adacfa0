package session

import (
	"sort"
	"strconv"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
)

// settings is what the session keeps with a breakpoint, in its User field.
type settings struct {
	// Breakpoint has what the user asked for; what changes is filled in when it
	// is shown.
	api.Breakpoint
	// rules are needed to find the place again, after a restart.
	rules [][2]string
	// suspended: the place is not there (yet).
	suspended bool
	// mayWait: it may be suspended, also when the program has been started anew.
	mayWait bool
	// alone: it is in one process only.
	alone bool
	// watch is for watchpoints.
	watch *watch
}

func settingsOf(b *breakpoint.Breakpoint) *settings {
	set, _ := b.User.(*settings)
	if set == nil {
		set = &settings{}
		b.User = set
	}
	return set
}

// apiBreakpoint describes a breakpoint. Counts are those of this moment.
// Precondition: tracer, or process not running.
func (pr *process) apiBreakpoint(b *breakpoint.Breakpoint) *api.Breakpoint {
	a := settingsOf(b).Breakpoint
	a.ID, a.Name, a.Disabled = b.ID, b.Name, b.Disabled
	a.TotalHitCount = b.Total
	a.HitCount = make(map[string]uint64, len(b.Counts))
	for id, n := range b.Counts {
		a.HitCount[strconv.FormatInt(id, 10)] = n
	}
	a.Addr, a.Addrs, a.AddrPid = 0, nil, nil
	if wt := settingsOf(b).watch; wt != nil {
		a.Addr, a.Addrs, a.AddrPid = uint64(wt.at), []uint64{uint64(wt.at)}, []int{pr.proc.PID()}
		a.WatchType |= api.WatchType(wt.size << 4)
		return &a
	}
	for _, at := range b.Addrs {
		a.Addrs = append(a.Addrs, uint64(at))
		a.AddrPid = append(a.AddrPid, pr.proc.PID())
	}
	sort.Slice(a.Addrs, func(i, j int) bool { return a.Addrs[i] < a.Addrs[j] })
	if len(a.Addrs) > 0 {
		a.ExprString = "" // clients take it for a sign that the place is missing
		a.Addr = a.Addrs[0]
		pr.describePlace(&a, addr.Addr(a.Addr))
	}
	return &a
}

// merged is a breakpoint as it is in several processes.
func merged(a, b *api.Breakpoint) *api.Breakpoint {
	if a == nil {
		return b
	}
	if len(a.Addrs) == 0 && len(b.Addrs) > 0 {
		a, b = b, a // the description is of one that has its place
	}
	a.Addrs, a.AddrPid = append(a.Addrs, b.Addrs...), append(a.AddrPid, b.AddrPid...)
	a.TotalHitCount += b.TotalHitCount
	for id, n := range b.HitCount {
		a.HitCount[id] += n
	}
	return a
}

// describePlace fills in file, line and function, as far as they are not known.
func (pr *process) describePlace(a *api.Breakpoint, at addr.Addr) {
	if a.File == multiplePlaces {
		return
	}
	loc := pr.world().Location(at)
	if a.File == "" {
		a.File, a.Line = loc.File, loc.Line
	}
	if loc.Function != nil {
		a.FunctionName = loc.Function.Name()
	}
}

// multiplePlaces is the file of a breakpoint in several functions.
const multiplePlaces = "<multiple locations>"
