//go:build amd64 && !purego

package vec

import (
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"lagrange/internal/isa"
)

// processor reads the instruction set from the kernel of the operating system, without what GODEBUG switches off.
func processor(t *testing.T) isa.Level {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Skip("no /proc/cpuinfo here")
	}
	_, flags, _ := strings.Cut(string(text), "\nflags")
	line, _, _ := strings.Cut(flags, "\n")
	has := strings.Fields(line)
	for _, s := range strings.Split(os.Getenv("GODEBUG"), ",") {
		if name, ok := strings.CutSuffix(strings.TrimPrefix(s, "cpu."), "=off"); ok {
			has = slices.DeleteFunc(has, func(f string) bool { return f == name })
		}
	}
	all := func(want ...string) bool {
		return !slices.ContainsFunc(want, func(f string) bool { return !slices.Contains(has, f) })
	}
	switch {
	case !all("avx2", "fma", "bmi2"):
		return isa.Generic
	case !all("avx512f", "avx512dq", "avx512bw", "avx512vl"):
		return isa.AVX2
	}
	return isa.AVX512
}

// What the processor has is used: every kernel there is for it runs when its sweep is called.
func TestDispatch(t *testing.T) {
	level := processor(t)
	if isa.Best != level {
		t.Fatalf("the processor has %v, the kernels are those for %v", level, isa.Best)
	}
	if level == isa.Generic {
		return
	}
	s, d := single, double
	t.Cleanup(func() { single, double = s, d })
	ran := map[string]int{}
	want := slices.Concat(counted(reflect.ValueOf(&single).Elem(), ran), counted(reflect.ValueOf(&double).Elem(), ran))
	everySweep[float32]()
	everySweep[float64]()
	for _, name := range want {
		if ran[name] == 0 {
			t.Errorf("%s did not run", name)
		}
		if !strings.HasSuffix(name, strings.ToUpper(level.String())) {
			t.Errorf("%s is no kernel for %v", name, level)
		}
	}
	if len(want) != 2*(12+int(last)-1) {
		t.Errorf("%d kernels: %v", len(want), want)
	}
}

// counted replaces the functions of a table by ones that count their calls under their names, which it returns.
func counted(table reflect.Value, ran map[string]int) (names []string) {
	for i := range table.NumField() {
		switch f := open(table.Field(i)); f.Kind() {
		case reflect.Func:
			names = append(names, count(f, ran))
		case reflect.Array:
			for k := int(None) + 1; k < f.Len(); k++ {
				names = append(names, count(f.Index(k), ran))
			}
		}
	}
	return names
}

// open makes an unexported field settable.
func open(f reflect.Value) reflect.Value {
	return reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem()
}

func count(f reflect.Value, ran map[string]int) string {
	if f.IsNil() {
		return "a missing kernel"
	}
	kernel := reflect.ValueOf(f.Interface())
	name := runtime.FuncForPC(kernel.Pointer()).Name()
	f.Set(reflect.MakeFunc(f.Type(), func(args []reflect.Value) []reflect.Value {
		ran[name]++
		return kernel.Call(args)
	}))
	return name
}
