package train

// nth is the number of x that stands at place k once they are in order, found without putting all in order [Hoare1961].
// It leaves x in another order.
func nth(x []float64, k int) float64 {
	for lo, hi := 0, len(x)-1; lo < hi; {
		pivot, i, j := x[k], lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for pivot < x[j] {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i, j = i+1, j-1
			}
		}
		if j < k { // x[lo:j+1] ≤ pivot ≤ x[i:]
			lo = i
		}
		if k < i {
			hi = j
		}
	}
	return x[k]
}
