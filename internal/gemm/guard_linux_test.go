package gemm

import (
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// memory returns room between two pages that cannot be touched, so that a kernel that reads or writes one number too
// far ends the test.
func memory[T Float](t testing.TB, n int) []T {
	page, size := os.Getpagesize(), int(unsafe.Sizeof(T(0)))
	room := (n*size + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, room+2*page, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[page+room:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&m[page])), room/size)
}
