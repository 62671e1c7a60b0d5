package export

// cSolve solves M x = r for so many rows r, as the library does: by Cholesky's factor, or by the pseudo-inverse where M
// is not safely positive definite (internal/lin).
const cSolve = `/* M = R R^T; 0 if M is not safely positive definite, -1 if it is not finite. */
static int $factor(const $real *m, $real *f)
{
	$real top = 0, odd = 0;
	for (int i = 0; i < $D; i++)
		if (m[i * $D + i] > top) top = m[i * $D + i];
	for (int i = 0; i < $D * $D; i++) odd += m[i] - m[i];
	if (!(odd >= 0 && odd <= 0)) return -1;
	for (int i = 0; i < $D; i++)
		for (int j = 0; j <= i; j++) {
			$real s = m[i * $D + j];
			for (int k = 0; k < j; k++) s -= f[i * $D + k] * f[j * $D + k];
			if (i != j) f[i * $D + j] = s / f[j * $D + j];
			else if (!(s > SAFE * top)) return 0;
			else f[i * $D + i] = sqrt(s);
		}
	return 1;
}

/* One rotation of Jacobi's method: a[p, q] = 0, with the eigenvectors in the columns of e. */
static void $rotate(int p, int q, $real *a, $real *e)
{
	const $real tau = (a[q * $D + q] - a[p * $D + p]) / (2 * a[p * $D + q]);
	const $real t = (tau < 0 ? -1 : 1) / (fabs(tau) + sqrt(1 + tau * tau));
	const $real c = 1 / sqrt(1 + t * t), s = t * c;
	for (int k = 0; k < $D; k++) {
		const $real x = a[k * $D + p], y = a[k * $D + q];
		a[k * $D + p] = c * x - s * y, a[k * $D + q] = s * x + c * y;
	}
	for (int k = 0; k < $D; k++) {
		const $real x = a[p * $D + k], y = a[q * $D + k], z = e[k * $D + p], w = e[k * $D + q];
		a[p * $D + k] = c * x - s * y, a[q * $D + k] = s * x + c * y;
		e[k * $D + p] = c * z - s * w, e[k * $D + q] = s * z + c * w;
	}
	a[p * $D + q] = 0, a[q * $D + p] = 0;
}

/* The pseudo-inverse of M: eigenvalues below $D SAFE of the largest are left out. */
static void $pseudo(const $real *m, $real *f)
{
	$real a[$D * $D], e[$D * $D], top = 0;
	for (int i = 0; i < $D * $D; i++) a[i] = m[i], e[i] = i % ($D + 1) == 0 ? 1 : 0, f[i] = 0;
	for (int sweep = 0; sweep < 60; sweep++)
		for (int p = 0; p < $D; p++)
			for (int q = p + 1; q < $D; q++)
				if (fabs(a[p * $D + q]) > 0) $rotate(p, q, a, e);
	for (int k = 0; k < $D; k++)
		if (fabs(a[k * $D + k]) > top) top = fabs(a[k * $D + k]);
	for (int k = 0; k < $D; k++)
		for (int i = 0; i < $D && fabs(a[k * $D + k]) > $D * SAFE * top; i++)
			for (int j = 0; j < $D; j++) f[i * $D + j] += e[i * $D + k] * e[j * $D + k] / a[k * $D + k];
}

/* x = M^-1 r for so many rows r and x. */
static void $solve(int rows, const $real *m, const $real *r, $real *x)
{
	$real f[$D * $D];
	const int kind = $factor(m, f);
	if (kind == 0) $pseudo(m, f);
	for (int n = 0; n < rows; n++, r += $D, x += $D)
		if (kind < 0) {
			for (int i = 0; i < $D; i++) x[i] = NAN;
		} else if (kind == 0) {
			for (int i = 0; i < $D; i++) {
				x[i] = 0;
				for (int j = 0; j < $D; j++) x[i] += f[i * $D + j] * r[j];
			}
		} else {
			for (int i = 0; i < $D; i++) {
				x[i] = r[i];
				for (int j = 0; j < i; j++) x[i] -= f[i * $D + j] * x[j];
				x[i] /= f[i * $D + i];
			}
			for (int i = $D - 1; i >= 0; i--) {
				for (int j = i + 1; j < $D; j++) x[i] -= f[j * $D + i] * x[j];
				x[i] /= f[i * $D + i];
			}
		}
}
`
