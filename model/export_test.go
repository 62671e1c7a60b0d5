package model

// Remember makes a roll-out remember the stages of so many steps.
func Remember(r *Rollout[float64], steps int) { r.kept = steps }
