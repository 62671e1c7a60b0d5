package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"testing"
)

// TestRecord takes a file apart by the rule of TFRecord, with checksums bit by bit: CRC-32C of the nine digits is
// e3069283 [RFC 3720, B.4 and common use].
func TestRecord(t *testing.T) {
	if c := slow([]byte("123456789")); c != 0xe3069283 || c != crc32.Checksum([]byte("123456789"), castagnoli) {
		t.Fatalf("%x", c)
	}
	var e Events
	e.Begin(12.5)
	e.Scalar(13, 7, "loss", 0.25)
	records := 0
	for b := []byte(e); len(b) > 0; records++ {
		n := int(binary.LittleEndian.Uint64(b))
		for _, part := range [][2]int{{0, 8}, {12, 12 + n}} {
			c := slow(b[part[0]:part[1]])
			want := (c>>15 | c<<17) + 0xa282ead8
			if got := binary.LittleEndian.Uint32(b[part[1]:]); got != want {
				t.Errorf("record %d: checksum %x, want %x", records, got, want)
			}
		}
		b = b[16+n:]
	}
	if records != 2 {
		t.Errorf("%d records", records)
	}
}

// slow is CRC-32C by division, bit after bit.
func slow(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x)
		for range 8 {
			c = c>>1 ^ 0x82f63b78*(c&1)
		}
	}
	return ^c
}
