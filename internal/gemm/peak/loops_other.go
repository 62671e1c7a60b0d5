//go:build !amd64 || purego

package peak

func loops(bool) loop { return loop{} }
