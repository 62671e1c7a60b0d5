package model

// node is the Neural ODE (Chen et al. 2018) of a mechanical system: the field of the plain network. What makes it one is how
// it is trained, through the integrator, on next states and windows and never on accelerations.
var node = family{
	name: "node", title: "Neural ODE",
	params: baseline.params,
	init:   baseline.init,
	tape32: accelerations[float32],
	tape64: accelerations[float64],
}
