package model

// node is the Neural ODE (Chen et al. 2018) of a mechanical system: the field of the plain network. What makes it one
// is how it is trained, through the integrator, on next states and windows and never on accelerations.
var node = Family{
	Name: "node", Title: "Neural ODE", Rollouts: true, Bare: true,
	Params: baseline.Params,
	Init:   baseline.Init,
	Tape32: accelerations[float32],
	Tape64: accelerations[float64],
	Parts:  plainParts,
}
