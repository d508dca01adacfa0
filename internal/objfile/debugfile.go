package objfile

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
)

// DefaultDebugDirs are where distributions put separate debug files.
var DefaultDebugDirs = []string{"/usr/lib/debug"}

// buildIDDir is where, in a directory of debug files, they are by build id.
const buildIDDir = ".build-id"

// OpenDebugFile finds the separate file that holds the debugging information
// stripped from f: DIR/.build-id/ab/cdef.debug for each of dirs (a dir that is
// itself named .build-id is used as it is), else the name in .gnu_debuglink,
// beside f, in .debug beside f, and below dirs. A candidate counts only if its
// build id, or the link's CRC, is right. When there is none the error lists
// what was tried.
func (f *File) OpenDebugFile(dirs []string) (*File, error) {
	var tried []string
	if id := f.BuildID(); len(id) > 2 {
		for _, dir := range dirs {
			if filepath.Base(dir) != buildIDDir {
				dir = filepath.Join(dir, buildIDDir)
			}
			path := filepath.Join(dir, id[:2], id[2:]+".debug")
			tried = append(tried, path)
			if d, err := openMatching(path, func(d *File) bool { return d.BuildID() == id }); err == nil {
				return d, nil
			}
		}
	}
	link, crc, ok := f.debugLink()
	if ok {
		for _, path := range linkCandidates(f.path, link, dirs) {
			tried = append(tried, path)
			if d, err := openMatching(path, func(d *File) bool { return d.crc() == crc }); err == nil {
				return d, nil
			}
		}
	}
	if tried == nil {
		return nil, fmt.Errorf("%s: no build id and no debug link lead to a separate debug file", f.path)
	}
	return nil, fmt.Errorf("%s: no separate debug file at any of %q", f.path, tried)
}

func linkCandidates(path, link string, dirs []string) []string {
	// The file may have been opened by a link, such as /proc/PID/exe.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	dir := filepath.Dir(path)
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	list := []string{filepath.Join(dir, link), filepath.Join(dir, ".debug", link)}
	for _, d := range dirs {
		if filepath.Base(d) == buildIDDir {
			d = filepath.Dir(d)
		}
		list = append(list, filepath.Join(d, dir, link))
	}
	return list
}

func openMatching(path string, match func(*File) bool) (*File, error) {
	d, err := Open(path)
	if err != nil {
		return nil, err
	}
	if !match(d) {
		d.Close()
		return nil, errors.New("belongs to another build")
	}
	return d, nil
}

// debugLink parses .gnu_debuglink: a file name, padding, a CRC32.
func (f *File) debugLink() (name string, crc uint32, ok bool) {
	data, err := f.Section(".gnu_debuglink")
	if err != nil || len(data) < 8 {
		return "", 0, false
	}
	name = cString(data)
	if name == "" || filepath.Base(name) != name {
		return "", 0, false
	}
	return name, f.ByteOrder().Uint32(data[len(data)-4:]), true
}

// crc is the checksum of the whole file, as .gnu_debuglink uses it.
func (f *File) crc() uint32 {
	h := crc32.NewIEEE()
	if _, err := io.Copy(h, io.NewSectionReader(f.src, 0, f.size)); err != nil {
		return 0
	}
	return h.Sum32()
}
