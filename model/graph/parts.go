package graph

import "lagrange/model"

// parts are those of the densities at all their places.
func parts(s model.Spec, theta []float64) (p model.Parts) {
	t, err := topology(s)
	if err != nil {
		panic("graph: " + err.Error())
	}
	begins, _, err := t.parts(s.Nodes.Densities)
	if err != nil {
		panic("graph: " + err.Error())
	}
	for k, d := range s.Nodes.Densities {
		net, err := model.With(d, theta[begins[k]:begins[k+1]])
		if err != nil {
			panic("graph: " + err.Error())
		}
		density, err := net.Parts()
		if err != nil {
			panic("graph: " + err.Error())
		}
		terms := t.Terms[k]
		m := terms.attributes()
		for i := range terms.Len() {
			at := make([]int, terms.Size)
			for j := range at {
				at[j] = int(terms.Index[i*terms.Size+j])
			}
			p.Densities = append(p.Densities, model.DensityParts{Parts: density, At: at,
				Attributes: terms.Attributes[i*m : (i+1)*m]})
		}
	}
	p.Equation.Kind = "lagrange"
	return p
}
