package symcache

import (
	"encoding/binary"
	"hash/fnv"
	"os"
	"sync"
	"syscall"
	"time"
)

// To look through a large file takes longer than everything else that is done to
// open it. So one that was found undamaged is sealed: the nanoseconds of its time
// of modification are made of the seconds, of what the file is, and of the boot id,
// which is another one whenever the machine has started. Whoever writes to the file
// changes them, and what a power failure has left of a file is looked through.

// sealed tells whether a file has not been written to since it was sealed, on this
// machine and since its start. head is its header.
func sealed(st os.FileInfo, head []byte) bool {
	at, ok := seal(st, head, st.ModTime())
	return ok && at.Equal(st.ModTime())
}

// seal is the time of modification that seals a file, within the second of now; ok
// is false when the boot id is not known.
func seal(st os.FileInfo, head []byte, now time.Time) (at time.Time, ok bool) {
	sys, isStat := st.Sys().(*syscall.Stat_t)
	boot := bootID()
	if !isStat || boot == "" {
		return now, false
	}
	h := fnv.New64a()
	h.Write([]byte(boot))
	h.Write(head)
	for _, v := range []uint64{sys.Ino, uint64(sys.Dev), uint64(st.Size()), uint64(now.Unix())} {
		h.Write(binary.LittleEndian.AppendUint64(nil, v))
	}
	return time.Unix(now.Unix(), int64(h.Sum64()%uint64(time.Second))), true
}

var bootID = sync.OnceValue(func() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return string(id)
})
