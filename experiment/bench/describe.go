package bench

import (
	"fmt"
	"slices"

	"lagrange/model"
)

// Described tells what a network is beside its name: its head, where there is a choice of one, and its layers, as in
// "lnn, quadratic head, 20×2".
func Described(name, family string, head model.Head, hidden []int) string {
	if family == "lnn" || family == "hnn" {
		if head == "" {
			head = model.Plain
		}
		name += fmt.Sprintf(", %s head", head)
	}
	if len(hidden) > 0 && slices.Min(hidden) == slices.Max(hidden) {
		return fmt.Sprintf("%s, %d×%d", name, hidden[0], len(hidden))
	}
	for _, n := range hidden {
		name += fmt.Sprintf(", %d", n)
	}
	return name
}
