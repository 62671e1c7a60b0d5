package export

// fmuCore is what both versions of FMI share: variables by their references, what is made of them with its derivatives,
// and steps in time. Reference 0 is time; 1 … KNOWN are q, v, u and c; what is made of them stands behind. In front of
// it stands the type reference, behind it what tells of a failure.
const fmuCore = `
enum {
	STATES = 2 * $D,
	KNOWN = STATES + $M + $P, /* q, v, u, c */
	MADE = @MADE              /* dq/dt, dv/dt, and where there are some the energy and the momenta */
};

static const double $first[KNOWN] = {@FIRST}, $nominal[STATES] = {@NOMINAL};

/* What is saved of an instance: time, the length of the last step, and what is known. */
typedef struct {
	double t, h, z[KNOWN];
} $saved;

typedef struct {
	$saved now;
	double tolerance;
	int level; /* 1: dq/dt and dv/dt are those of now, 2: all that is made, 3: derivatives, too */
	double y[MADE], yq[MADE * $D], yv[MADE * $D], yu[MADE * $M + 1], yc[MADE * $P + 1];
	$host host;
} $instance;

/* Tells of a failure; 0. */
static int $failed($instance *m, const char *format, ...);

static void $begin($instance *m)
{
	m->now.t = m->now.h = 0;
	memcpy(m->now.z, $first, sizeof $first);
	m->tolerance = 1e-9;
	m->level = 0;
}

/* dx/dt of states x under the u and c of now */
static void $field(const $instance *m, const double *x, double *dx)
{
	const double *q = x, *v = x + $D, *u = m->now.z + STATES, *c = u + $M;
	@RATE
	$accel(q, v, u, c, dx + $D);
}

/* Makes sure of a level. */
static int $made($instance *m, int level)
{
	const double *q = m->now.z, *v = q + $D, *u = q + STATES, *c = u + $M;
	if (m->level < 1) {
		$field(m, q, m->y);
		for (int i = 0; i < STATES; i++)
			if (!isfinite(m->y[i]))
				return $failed(m, "at t = %.9g the derivative of state %d is no number", m->now.t, i + 1);
		m->level = 1;
	}
	if (m->level < 2 && level > 1) {
@OUTPUTS		m->level = 2;
	}
	if (m->level < 3 && level > 2) {
@SLOPES		m->level = 3;
	}
	(void)v, (void)c;
	return 1;
}

static int $set($instance *m, size_t n, const reference *r, const double *x)
{
	for (size_t k = 0; k < n; k++) {
		if (r[k] < 1 || r[k] > KNOWN)
			return $failed(m, "no variable that can be set has the reference %u", (unsigned)r[k]);
		if (!isfinite(x[k])) return $failed(m, "variable %u is set to what is no number", (unsigned)r[k]);
		m->now.z[r[k] - 1] = x[k];
		m->level = 0;
	}
	return 1;
}

static int $get($instance *m, size_t n, const reference *r, double *x)
{
	for (size_t k = 0; k < n; k++) {
		if (r[k] > KNOWN + MADE) return $failed(m, "no variable has the reference %u", (unsigned)r[k]);
		if (r[k] == 0) x[k] = m->now.t;
		else if (r[k] <= KNOWN) x[k] = m->now.z[r[k] - 1];
		else if (!$made(m, r[k] <= KNOWN + STATES ? 1 : 2)) return 0;
		else x[k] = m->y[r[k] - 1 - KNOWN];
	}
	return 1;
}

/* The derivative of variable i by variable j. */
static double $slope(const $instance *m, int i, int j)
{
	if (j == 0 || i <= KNOWN) return i == j;
	i -= KNOWN + 1, j -= 1;
	if (j < $D) return m->yq[i * $D + j];
	if (j < STATES) return m->yv[i * $D + j - $D];
	if (j < STATES + $M) return m->yu[i * $M + j - STATES];
	return m->yc[i * $P + j - STATES - $M];
}

static int $along($instance *m, size_t ns, const reference *of, size_t nk, const reference *by, const double *seed,
	double *y)
{
	for (size_t k = 0; k < nk; k++)
		if (by[k] > KNOWN) return $failed(m, "no derivative is by variable %u", (unsigned)by[k]);
	if (!$made(m, 3)) return 0;
	for (size_t s = 0; s < ns; s++) {
		if (of[s] > KNOWN + MADE) return $failed(m, "no variable has the reference %u", (unsigned)of[s]);
		y[s] = 0;
		for (size_t k = 0; k < nk; k++) y[s] += $slope(m, (int)of[s], (int)by[k]) * seed[k];
	}
	return 1;
}

/* One step from x of length h by the method of Dormand and Prince, order 5, with k[0] = dx/dt at x. It leaves y, k[6]
 * = dx/dt there, and returns its error in units of the tolerance. */
static double $try(const $instance *m, const double *x, double h, double k[7][STATES], double *y)
{
	static const double a[6][6] = {
		{1.0 / 5.0}, {3.0 / 40.0, 9.0 / 40.0}, {44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0},
		{19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0},
		{9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0},
		{35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0}};
	static const double e[7] = {71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0,
		-1.0 / 40.0};
	double worst = 0;
	for (int s = 0; s < 6; s++) {
		for (int i = 0; i < STATES; i++) {
			y[i] = x[i];
			for (int r = 0; r <= s; r++) y[i] += h * a[s][r] * k[r][i];
		}
		$field(m, y, k[s + 1]);
	}
	for (int i = 0; i < STATES; i++) {
		double off = 0;
		for (int s = 0; s < 7; s++) off += h * e[s] * k[s][i];
		off = fabs(off) / (m->tolerance * ($nominal[i] + fabs(x[i])));
		if (!(off <= worst)) worst = off; /* what is no number, too */
		if (!isfinite(y[i]) || !isfinite(k[6][i])) return HUGE_VAL;
	}
	return worst;
}

/* Goes to a time under constant u and c. */
static int $advance($instance *m, double to)
{
	double k[7][STATES], y[STATES], h = m->now.h > 0 ? m->now.h : to - m->now.t;
	const double least = 1e-13 * (fabs(to) + fabs(to - m->now.t));
	if (!$made(m, 1)) return 0;
	memcpy(k[0], m->y, sizeof k[0]);
	for (long n = 0; n < 1000000 && m->now.t < to; n++) {
		const int last = m->now.t + h * 1.000001 >= to;
		const double step = last ? to - m->now.t : h, error = $try(m, m->now.z, step, k, y);
		double factor = error > 0 ? 0.9 * pow(error, -0.2) : 5;
		factor = factor < 0.2 || !isfinite(error) ? 0.2 : factor > 5 ? 5 : factor;
		if (!(error <= 1)) {
			h = step * factor;
			if (h < least) return $failed(m, "no step leads on from t = %.9g: the motion blows up", m->now.t);
			continue;
		}
		memcpy(m->now.z, y, sizeof y), memcpy(k[0], k[6], sizeof y);
		m->level = 0;
		m->now.t = last ? to : m->now.t + step;
		if (!last || step * factor > h) h = step * factor;
		m->now.h = h;
	}
	return m->now.t >= to || $failed(m, "a million steps lead from the last time to t = %.9g alone", m->now.t);
}

/* A step of the host, from the time that it takes to be now. */
static int $step_from($instance *m, double t, double h)
{
	if (!(fabs(t - m->now.t) <= 1e-9 * (1 + fabs(t))))
		return $failed(m, "the step begins at %.9g, but the time is %.9g", t, m->now.t);
	if (!(h >= 0) || !isfinite(h)) return $failed(m, "a step of length %.9g leads nowhere", h);
	return $advance(m, t + h);
}
`

// fmuExport says which functions others see.
const fmuExport = `
#ifdef _WIN32
#define API __declspec(dllexport)
#elif defined(__GNUC__)
#define API __attribute__((visibility("default")))
#else
#define API
#endif
#define $PASTED(a, b) a##b
#define $PASTE(a, b) $PASTED(a, b)`
