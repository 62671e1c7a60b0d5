package data

import (
	"fmt"
	"strings"
)

// mostAlike is how many findings of one kind are told one by one, mostNamed how many columns of the others by name;
// mostTwins is how many coordinates are compared with one another.
const mostAlike, mostNamed, mostTwins = 4, 3, 64

// condensed tells of many columns with findings of one kind only the first, of the serious ones if there are any, and
// how many others there are: a recording of a thousand sites is not a thousand lines.
func condensed(all []Finding) []Finding {
	few, at, others := []Finding{}, map[string]int{}, map[string][]string{}
	number := map[string]int{}
	for _, f := range all {
		number[f.Kind]++
	}
	for _, f := range all {
		k, told := at[f.Kind]
		switch {
		case number[f.Kind] <= mostAlike:
			few = append(few, f)
		case !told:
			at[f.Kind] = len(few)
			few = append(few, f)
		case f.Serious && !few[k].Serious:
			others[f.Kind] = append(others[f.Kind], few[k].Column)
			few[k] = f
		default:
			others[f.Kind] = append(others[f.Kind], f.Column)
		}
	}
	for kind, k := range at {
		names := others[kind]
		few[k].Says += fmt.Sprintf(", and so it is with %d more: %s, …", len(names),
			strings.Join(names[:mostNamed], ", "))
	}
	return few
}
