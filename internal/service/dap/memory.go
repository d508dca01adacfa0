package dap

import (
	"encoding/base64"
	"fmt"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// maxRead bounds the bytes of one readMemory.
const maxRead = 4 << 20

// readMemory reads what can be read of a range.
func (c *client) readMemory(r *request, a *dap.ReadMemoryArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	at, err := parseReference(a.MemoryReference)
	if err != nil {
		return nil, err
	}
	if a.Count < 0 || a.Count > maxRead {
		return nil, badArguments("readMemory: count %d is not in the range from 0 to %d", a.Count, maxRead)
	}
	at += uint64(a.Offset)
	var data []byte
	for len(data) < a.Count {
		got, err := readSome(r, d, at+uint64(len(data)), min(a.Count-len(data), api.ExamineMemoryLimit))
		if err != nil {
			return nil, err
		}
		if len(got) == 0 {
			break
		}
		data = append(data, got...)
	}
	return dap.ReadMemoryResponseBody{
		Address: hex(at), Data: base64.StdEncoding.EncodeToString(data), UnreadableBytes: a.Count - len(data),
	}, nil
}

// page is what is readable or not as a whole.
const page = 4096

// readSome reads n bytes, or else those up to the page that cannot be read.
func readSome(r *request, d *debuggee, at uint64, n int) ([]byte, error) {
	data, err := d.ExamineMemory(r.ctx, at, n)
	if err == nil {
		return data, nil
	}
	data = nil
	for len(data) < n && r.ctx.Err() == nil {
		next := at + uint64(len(data))
		some, err := d.ExamineMemory(r.ctx, next, min(int(page-next%page), n-len(data)))
		if err != nil {
			break
		}
		data = append(data, some...)
	}
	return data, r.ctx.Err()
}

// writeMemory writes bytes, and has the client ask again for what may show them.
func (c *client) writeMemory(r *request, a *dap.WriteMemoryArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	at, err := parseReference(a.MemoryReference)
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(a.Data)
	if err != nil {
		return nil, badArguments("writeMemory: the data are not in base64: %v", err)
	}
	at += uint64(a.Offset)
	if !a.AllowPartial { // all or nothing
		for off := 0; off < len(data); off += api.ExamineMemoryLimit {
			if _, err := d.ExamineMemory(r.ctx, at+uint64(off), min(len(data)-off, api.ExamineMemoryLimit)); err != nil {
				return nil, failed("Unable to write memory", err)
			}
		}
	}
	done := 0
	for done < len(data) {
		n, err := d.WriteMemory(r.ctx, at+uint64(done), data[done:min(len(data), done+api.ExamineMemoryLimit)])
		done += n
		if err != nil || n == 0 {
			if !a.AllowPartial || done == 0 {
				return nil, failed("Unable to write memory", fmt.Errorf("%d of %d bytes were written: %w", done, len(data), err))
			}
			break
		}
	}
	r.after = func() { c.changed(a.MemoryReference, a.Offset, done) }
	return dap.WriteMemoryResponseBody{BytesWritten: done}, nil
}

// changed tells the client that it may show what is no longer so. Without a
// reference the place in memory is not known.
func (c *client) changed(reference string, offset, n int) {
	if c.init.SupportsMemoryEvent && reference != "" && n > 0 {
		c.out.event("memory", dap.MemoryEventBody{MemoryReference: reference, Offset: offset, Count: n})
	}
	if c.init.SupportsInvalidatedEvent {
		c.out.event("invalidated", dap.InvalidatedEventBody{Areas: []dap.InvalidatedAreas{"variables"}})
	}
}
