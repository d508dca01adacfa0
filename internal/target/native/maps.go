//go:build linux && amd64

package native

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Maps lists the mapped regions from /proc/PID/maps.
func (p *Process) Maps() ([]target.Mapping, error) {
	if err := p.Ended(); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(p.proc("maps"))
	if err != nil {
		return nil, fmt.Errorf("read the memory map of process %d: %w", p.pid, err)
	}
	return parseMaps(string(data))
}

func parseMaps(text string) ([]target.Mapping, error) {
	var maps []target.Mapping
	for line := range strings.Lines(text) {
		m, ok := parseMapping(strings.TrimSuffix(line, "\n"))
		if !ok {
			return maps, fmt.Errorf("memory map: cannot read the line %q", line)
		}
		maps = append(maps, m)
	}
	return maps, nil
}

// parseMapping reads a line as proc(5) describes it:
//
//	55d0e3c1c000-55d0e3c1e000 r-xp 00002000 fe:00 1310743    /usr/bin/cat
func parseMapping(line string) (m target.Mapping, ok bool) {
	var field [5]string
	for i := range field {
		field[i], line, _ = strings.Cut(line, " ")
	}
	low, high, _ := strings.Cut(field[0], "-")
	start, err1 := strconv.ParseUint(low, 16, 64)
	end, err2 := strconv.ParseUint(high, 16, 64)
	offset, err3 := strconv.ParseUint(field[2], 16, 64)
	inode, err4 := strconv.ParseUint(field[4], 10, 64)
	perm := field[1]
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || len(perm) != 4 || start > end {
		return m, false
	}
	path := strings.TrimLeft(line, " ")
	name, deleted := strings.CutSuffix(path, " (deleted)")
	return target.Mapping{
		Start: addr.Addr(start), End: addr.Addr(end),
		Read: perm[0] == 'r', Write: perm[1] == 'w', Exec: perm[2] == 'x', Shared: perm[3] == 's',
		Offset: addr.FileOff(offset), Dev: field[3], Inode: inode,
		Path: strings.ReplaceAll(name, `\012`, "\n"), Deleted: deleted,
	}, true
}
