// Package examples carries the recordings of this folder in the program; README.md says where they come from.
package examples

import _ "embed" // of the recordings

// Planets is planets.csv.
//
//go:embed planets.csv
var Planets string
