package lagrange

import "lagrange/model"

// Coefficients are those of a sum of terms in the units of the recording, one for each
// term of its Lagrangian; nil of other models. L is defined up to L → cL + dF/dt only.
func (m *Model) Coefficients() []model.Coefficient { return m.net.Coefficients() }

// Formula writes the Lagrangian of a sum of terms; see model.Model.Formula.
func (m *Model) Formula(digits int, share float64) string { return m.net.Formula(digits, share) }
