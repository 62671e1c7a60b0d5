package dense

import "lagrange/internal/par"

// Outer adds S J C Jᵀ S to A, for n rows J (n, len(c)) with C = diag(c) and S = diag(s). It is for fewer rows than
// columns, of which some are packed at a time.
func Outer(team *par.Team, n int, s, J, c []float64, A *Upper) {
	columns := len(c)
	t := Rows{rows: min(columns, deep), n: n} // of Jᵀ
	packed := buffer(t.size())
	defer buffers.Put(packed)
	t.strips = *packed
	for at := 0; at < columns; at += t.rows {
		d := min(t.rows, columns-at)
		team.Share(t.count(), func(_, k int) {
			to, w := t.strip(k, 0)
			for i := range w {
				row := k*width + i
				for j, x := range J[row*columns+at : row*columns+at+d] {
					to[j*width+i] = s[row] * x
				}
			}
		})
		t.Normal(team, d, c[at:at+d], nil, A, nil)
	}
}
