package objfile

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"runtime/debug"
)

// BuildInfo is what the go command recorded about modules and settings. The
// error says that this is no Go program, or that it is damaged.
func (f *File) BuildInfo() (*debug.BuildInfo, error) {
	return f.info.build.do(func() (*debug.BuildInfo, error) {
		info, err := buildinfo.Read(io.NewSectionReader(f.src, 0, f.size))
		if err == nil || len(f.header.Sections) > 0 {
			return info, err
		}
		if info := f.searchBuildInfo(); info != nil {
			return info, nil
		}
		return nil, err
	})
}

// The record that the linker leaves (cmd/link/internal/ld/data.go, buildinfo):
// a mark at a multiple of 16, flags, and from byte 32 on two strings with their
// lengths before them.
var buildInfoMark = []byte("\xff Go buildinf:")

const (
	buildInfoAlign   = 16
	buildInfoFlags   = 15
	buildInfoStrings = 32
	buildInfoInline  = 2 // flag: the strings are here, as they are since go1.18
	buildInfoRoom    = 1 << 20
)

// searchBuildInfo looks through all data that can be written, where the standard
// library only looks at the beginning: position-independent programs have their
// read-only relocated data there.
func (f *File) searchBuildInfo() *debug.BuildInfo {
	for _, p := range f.header.Progs {
		if p.Type != elf.PT_LOAD || p.Flags&elf.PF_W == 0 {
			continue
		}
		part := io.NewSectionReader(f.src, int64(p.Off), int64(min(p.Filesz, uint64(f.size))))
		if info := findBuildInfo(part); info != nil {
			return info
		}
	}
	return nil
}

func findBuildInfo(r *io.SectionReader) *debug.BuildInfo {
	buf := make([]byte, passSize)
	for off := int64(0); off < r.Size(); off += int64(len(buf)) {
		n, _ := r.ReadAt(buf, off)
		for data, pos := buf[:n], 0; ; pos++ {
			i := bytes.Index(data[pos:], buildInfoMark)
			if i < 0 {
				break
			}
			pos += i
			if pos%buildInfoAlign != 0 {
				continue
			}
			record := make([]byte, min(buildInfoRoom, r.Size()-off-int64(pos)))
			k, _ := r.ReadAt(record, off+int64(pos))
			if info, err := parseBuildInfo(record[:k]); err == nil {
				return info
			}
		}
	}
	return nil
}

var errNoBuildInfo = errors.New("no build information")

func parseBuildInfo(record []byte) (*debug.BuildInfo, error) {
	if len(record) < buildInfoStrings || record[buildInfoFlags]&buildInfoInline == 0 {
		return nil, errNoBuildInfo
	}
	version, rest, ok := lengthString(record[buildInfoStrings:])
	if !ok || version == "" {
		return nil, errNoBuildInfo
	}
	// 16 bytes around the second one mark it in memory.
	modules, _, _ := lengthString(rest)
	if len(modules) >= 33 && modules[len(modules)-17] == '\n' {
		modules = modules[16 : len(modules)-16]
	} else {
		modules = ""
	}
	info, err := debug.ParseBuildInfo(modules)
	if err != nil {
		return nil, err
	}
	info.GoVersion = version
	return info, nil
}

func lengthString(b []byte) (s string, rest []byte, ok bool) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b)-k) {
		return "", nil, false
	}
	return string(b[k : k+int(n)]), b[k+int(n):], true
}
