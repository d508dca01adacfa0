package goruntime

import (
	"crypto/aes"
	"encoding/binary"
	"testing"
)

// The rounds of a block under AES-128 are those of the standard library's cipher.
func TestAESRound(t *testing.T) {
	key := []byte("\x2b\x7e\x15\x16\x28\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcf\x4f\x3c")
	plain := []byte("tinydbg's blocks")
	c, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]byte, 16)
	c.Encrypt(want, plain)

	sub := func(b byte) byte { return byte(aesTable()[b] >> 8) }
	state, round, rcon := loadAES(plain).xor(loadAES(key)), loadAES(key), byte(1)
	for i := 1; i <= 10; i++ {
		last := round[3]
		word := uint32(sub(byte(last>>8))^rcon) | uint32(sub(byte(last>>16)))<<8 | uint32(sub(byte(last>>24)))<<16 | uint32(sub(byte(last)))<<24
		for j := range round {
			round[j] ^= word
			word = round[j]
		}
		rcon = rcon<<1 ^ 0x1b*(rcon>>7)
		if i < 10 {
			state = state.round(round)
			continue
		}
		var out aesState // the last round mixes no columns
		for j := range out {
			for k := range 4 {
				out[j] |= uint32(sub(byte(state[(j+k)%4]>>(8*k)))) << (8 * k)
			}
		}
		state = out.xor(round)
	}
	got := make([]byte, 16)
	for i, w := range state {
		binary.LittleEndian.PutUint32(got[4*i:], w)
	}
	if string(got) != string(want) {
		t.Errorf("%x instead of %x", got, want)
	}
}
