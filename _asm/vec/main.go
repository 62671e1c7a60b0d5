// Command vec writes the kernels of internal/vec.
package main

import (
	"flag"
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"asm/simd"
)

var kernels = map[string]func(simd.Code){
	"streams": func(c simd.Code) {
		scale(c)
		triangle(c)
		rectangle(c)
		directions(c)
		mixed(c)
		mixedReverse(c)
		dualReverse(c)
	},
	"sums": func(c simd.Code) {
		add(c)
		axpy(c)
		addSquares(c)
		sumSquares(c)
		adam(c)
	},
	"activations": func(c simd.Code) {
		activation(c, "softplus", softplus)
		activation(c, "tanh", tanh)
		activation(c, "sigmoid", sigmoid)
		activation(c, "swish", swish)
		activation(c, "relu2", relu2)
		activation(c, "relu3", relu3)
		activation(c, "gelu", gelu)
	},
}

func main() {
	which := flag.String("kernels", "", "streams, sums or activations")
	flag.Parse()
	ConstraintExpr("amd64,!purego")
	for _, c := range simd.Codes {
		kernels[*which](c)
	}
	Generate()
}

// begin opens the function of a kernel; in the signature T is the number type.
func begin(c simd.Code, name, signature string, doc ...string) {
	TEXT(c.Name(name), NOSPLIT, fmt.Sprintf("func(%s)", replaceT(signature, c.Type())))
	Pragma("noescape")
	doc[0] = c.Name(name) + " " + doc[0]
	Doc(doc...)
}

// end returns, with the upper halves of the registers clean, as SSE code after it wants them.
func end() {
	VZEROUPPER()
	RET()
}

// arg loads an argument.
func arg(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// bytes loads an argument that counts numbers, and makes it count bytes.
func bytes(c simd.Code, name string) reg.GPVirtual {
	n := arg(name)
	if c.Double {
		SHLQ(Imm(3), n)
	} else {
		SHLQ(Imm(2), n)
	}
	return n
}

// same loads an argument that is a number, into every lane.
func same(c simd.Code, name string) reg.VecVirtual {
	a, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v := c.Vec()
	c.Broadcast(a.Addr, v)
	return v
}
