package export

// fmi3Head are the types of FMI 3.0, as far as the functions need them, and what an instance knows of its host.
const fmi3Head = `#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "$.h"
` + fmuExport + `
#ifndef FMI3_FUNCTION_PREFIX
#define FMI3_FUNCTION_PREFIX
#endif
#define FMI(name) $PASTE(FMI3_FUNCTION_PREFIX, name)

typedef enum { fmi3OK, fmi3Warning, fmi3Discard, fmi3Error, fmi3Fatal } fmi3Status;
typedef void (*fmi3Log)(void *environment, fmi3Status status, const char *category, const char *message);
typedef uint32_t reference;

typedef struct {
	void *environment;
	fmi3Log log;
} $host;
`

// fmi3Body are the functions of FMI 3.0.
const fmi3Body = `
static int $failed($instance *m, const char *format, ...)
{
	char text[200];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (m->host.log) m->host.log(m->host.environment, fmi3Error, "logStatusError", text);
	return 0;
}

#define DONE(ok) return (ok) ? fmi3OK : fmi3Error
#define REFUSED(text) return $failed(m, text), fmi3Error

API const char *FMI(fmi3GetVersion)(void) { return "3.0"; }

API fmi3Status FMI(fmi3SetDebugLogging)(void *m, bool on, size_t n, const char *const *categories)
{
	(void)m, (void)on, (void)n, (void)categories;
	return fmi3OK;
}

static void *$new(const char *token, void *environment, fmi3Log log)
{
	$instance *m;
	if (!token || strcmp(token, $fingerprint) != 0) {
		if (log) log(environment, fmi3Error, "logStatusError", "the instantiation token is that of another model");
		return NULL;
	}
	if ((m = calloc(1, sizeof *m)) == NULL) return NULL;
	m->host.environment = environment, m->host.log = log;
	$begin(m);
	return m;
}

API void *FMI(fmi3InstantiateModelExchange)(const char *name, const char *token, const char *path, bool visible,
	bool on, void *environment, fmi3Log log)
{
	(void)name, (void)path, (void)visible, (void)on;
	return $new(token, environment, log);
}

API void *FMI(fmi3InstantiateCoSimulation)(const char *name, const char *token, const char *path, bool visible, bool on,
	bool events, bool early, const reference *required, size_t n, void *environment, fmi3Log log, void (*update)(void))
{
	(void)name, (void)path, (void)visible, (void)on, (void)events, (void)early, (void)required, (void)n, (void)update;
	return $new(token, environment, log);
}

API void *FMI(fmi3InstantiateScheduledExecution)(const char *name, const char *token, const char *path, bool visible,
	bool on, void *environment, fmi3Log log, void (*tick)(void), void (*lock)(void), void (*unlock)(void))
{
	(void)name, (void)token, (void)path, (void)visible, (void)on, (void)tick, (void)lock, (void)unlock;
	if (log) log(environment, fmi3Error, "logStatusError", "there is no scheduled execution");
	return NULL;
}

API void FMI(fmi3FreeInstance)(void *m) { free(m); }

API fmi3Status FMI(fmi3EnterInitializationMode)(void *instance, bool given, double tolerance, double t, bool stops,
	double stop)
{
	$instance *m = instance;
	(void)stops, (void)stop;
	if (given && !(tolerance > 0)) REFUSED("the tolerance is not positive");
	if (given) m->tolerance = tolerance < 1e-13 ? 1e-13 : tolerance;
	if (!isfinite(t)) REFUSED("the time is no number");
	m->now.t = t;
	return fmi3OK;
}

API fmi3Status FMI(fmi3Reset)(void *m)
{
	$begin(m);
	return fmi3OK;
}

API fmi3Status FMI(fmi3GetFloat64)(void *m, const reference *r, size_t n, double *x, size_t many)
{
	if (n != many) REFUSED("there are not as many values as references");
	DONE($get(m, n, r, x));
}

API fmi3Status FMI(fmi3SetFloat64)(void *m, const reference *r, size_t n, const double *x, size_t many)
{
	if (n != many) REFUSED("there are not as many values as references");
	DONE($set(m, n, r, x));
}

#define NONE(kind, type) \
	API fmi3Status FMI(fmi3Get##kind)(void *m, const reference *r, size_t n, type *x, size_t many) \
	{ \
		(void)r, (void)x, (void)many; \
		if (n > 0) REFUSED("no variable is of type " #kind); \
		return fmi3OK; \
	} \
	API fmi3Status FMI(fmi3Set##kind)(void *m, const reference *r, size_t n, const type *x, size_t many) \
	{ \
		(void)r, (void)x, (void)many; \
		if (n > 0) REFUSED("no variable is of type " #kind); \
		return fmi3OK; \
	}

NONE(Float32, float)
NONE(Int8, int8_t)
NONE(UInt8, uint8_t)
NONE(Int16, int16_t)
NONE(UInt16, uint16_t)
NONE(Int32, int32_t)
NONE(UInt32, uint32_t)
NONE(Int64, int64_t)
NONE(UInt64, uint64_t)
NONE(Boolean, bool)
NONE(String, char *)

API fmi3Status FMI(fmi3GetBinary)(void *m, const reference *r, size_t n, size_t *sizes, const uint8_t **x, size_t many)
{
	(void)r, (void)sizes, (void)x, (void)many;
	if (n > 0) REFUSED("no variable is of type Binary");
	return fmi3OK;
}

API fmi3Status FMI(fmi3SetBinary)(void *m, const reference *r, size_t n, const size_t *sizes, const uint8_t *const *x,
	size_t many)
{
	(void)r, (void)sizes, (void)x, (void)many;
	if (n > 0) REFUSED("no variable is of type Binary");
	return fmi3OK;
}

API fmi3Status FMI(fmi3GetNumberOfVariableDependencies)(void *m, reference r, size_t *n)
{
	(void)r, (void)n;
	REFUSED("dependencies are in the model description");
}

API fmi3Status FMI(fmi3GetVariableDependencies)(void *m, reference r, size_t *of, reference *by, size_t *at, int *kinds,
	size_t n)
{
	(void)r, (void)of, (void)by, (void)at, (void)kinds, (void)n;
	REFUSED("dependencies are in the model description");
}
` + fmi3States + fmi3Times

// fmi3States save instances, and derive.
const fmi3States = `
@SAVED

API fmi3Status FMI(fmi3GetDirectionalDerivative)(void *m, const reference *of, size_t ns, const reference *by,
	size_t nk, const double *seed, size_t seeds, double *y, size_t many)
{
	if (ns != many || nk != seeds) REFUSED("there are not as many values as references");
	DONE($along(m, ns, of, nk, by, seed, y));
}

API fmi3Status FMI(fmi3GetAdjointDerivative)(void *m, const reference *of, size_t ns, const reference *by, size_t nk,
	const double *seed, size_t seeds, double *y, size_t many)
{
	(void)of, (void)ns, (void)by, (void)nk, (void)seed, (void)seeds, (void)y, (void)many;
	REFUSED("there are no adjoint derivatives");
}
`

// fmi3Times are modes, events, integration by the host and by the FMU.
const fmi3Times = `
#define MODE(name) \
	API fmi3Status FMI(name)(void *m) \
	{ \
		(void)m; \
		return fmi3OK; \
	}

MODE(fmi3ExitInitializationMode)
MODE(fmi3EnterEventMode)
MODE(fmi3Terminate)
MODE(fmi3EnterConfigurationMode)
MODE(fmi3ExitConfigurationMode)
MODE(fmi3EvaluateDiscreteStates)
MODE(fmi3EnterContinuousTimeMode)
MODE(fmi3EnterStepMode)

#define NO_CLOCK(name, type) \
	API fmi3Status FMI(name)(void *m, const reference *r, size_t n, type *x) \
	{ \
		(void)r, (void)x; \
		if (n > 0) REFUSED("there are no clocks"); \
		return fmi3OK; \
	}

NO_CLOCK(fmi3GetClock, bool)
NO_CLOCK(fmi3SetClock, const bool)
NO_CLOCK(fmi3GetShiftDecimal, double)
NO_CLOCK(fmi3SetShiftDecimal, const double)
NO_CLOCK(fmi3SetIntervalDecimal, const double)

#define NO_FRACTION(name, type, last) \
	API fmi3Status FMI(name)(void *m, const reference *r, size_t n, type *x, last *y) \
	{ \
		(void)r, (void)x, (void)y; \
		if (n > 0) REFUSED("there are no clocks"); \
		return fmi3OK; \
	}

NO_FRACTION(fmi3GetIntervalDecimal, double, int)
NO_FRACTION(fmi3GetShiftFraction, uint64_t, uint64_t)
NO_FRACTION(fmi3SetShiftFraction, const uint64_t, const uint64_t)
NO_FRACTION(fmi3SetIntervalFraction, const uint64_t, const uint64_t)

API fmi3Status FMI(fmi3GetIntervalFraction)(void *m, const reference *r, size_t n, uint64_t *x, uint64_t *y, int *z)
{
	(void)r, (void)x, (void)y, (void)z;
	if (n > 0) REFUSED("there are no clocks");
	return fmi3OK;
}

API fmi3Status FMI(fmi3UpdateDiscreteStates)(void *m, bool *again, bool *ends, bool *nominals, bool *values,
	bool *event, double *at)
{
	(void)m, (void)at;
	*again = *ends = *nominals = *values = *event = false;
	return fmi3OK;
}

API fmi3Status FMI(fmi3CompletedIntegratorStep)(void *m, bool final, bool *event, bool *ends)
{
	(void)m, (void)final;
	*event = *ends = false;
	return fmi3OK;
}

API fmi3Status FMI(fmi3SetTime)(void *instance, double t)
{
	$instance *m = instance;
	if (!isfinite(t)) REFUSED("the time is no number");
	m->now.t = t;
	return fmi3OK;
}

API fmi3Status FMI(fmi3GetNumberOfContinuousStates)(void *m, size_t *n)
{
	(void)m;
	*n = STATES;
	return fmi3OK;
}

API fmi3Status FMI(fmi3GetNumberOfEventIndicators)(void *m, size_t *n)
{
	(void)m;
	*n = 0;
	return fmi3OK;
}

API fmi3Status FMI(fmi3GetEventIndicators)(void *m, double *x, size_t n)
{
	(void)x;
	if (n > 0) REFUSED("there are no event indicators");
	return fmi3OK;
}

@STATES

API fmi3Status FMI(fmi3GetOutputDerivatives)(void *m, const reference *r, size_t n, const int32_t *orders, double *x,
	size_t many)
{
	(void)r, (void)n, (void)orders, (void)x, (void)many;
	REFUSED("there are no derivatives of outputs");
}

API fmi3Status FMI(fmi3DoStep)(void *instance, double t, double h, bool final, bool *event, bool *ends, bool *early,
	double *reached)
{
	$instance *m = instance;
	int ok;
	(void)final;
	*event = *ends = *early = false;
	ok = $step_from(m, t, h);
	*reached = m->now.t;
	DONE(ok);
}

API fmi3Status FMI(fmi3ActivateModelPartition)(void *m, reference clock, double t)
{
	(void)clock, (void)t;
	REFUSED("there is no scheduled execution");
}
`
