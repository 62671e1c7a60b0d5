package export

// fmi2Head are the types of FMI 2.0, as far as the functions need them, and what an instance knows of its host.
const fmi2Head = `#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "$.h"
` + fmuExport + `
#ifndef FMI2_FUNCTION_PREFIX
#define FMI2_FUNCTION_PREFIX
#endif
#define FMI(name) $PASTE(FMI2_FUNCTION_PREFIX, name)

typedef enum { fmi2OK, fmi2Warning, fmi2Discard, fmi2Error, fmi2Fatal, fmi2Pending } fmi2Status;
typedef struct {
	void (*log)(void *environment, const char *name, fmi2Status status, const char *category, const char *message, ...);
	void *(*allocate)(size_t n, size_t size);
	void (*release)(void *x);
	void (*finished)(void *environment, fmi2Status status);
	void *environment;
} fmi2Callbacks;
typedef struct {
	int again, ends, nominals, values, event;
	double at;
} fmi2Events;
typedef unsigned int reference;

typedef struct {
	const fmi2Callbacks *call;
	char *name;
} $host;
`

// fmi2Body are the functions of FMI 2.0.
const fmi2Body = `
static int $failed($instance *m, const char *format, ...)
{
	char text[200];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (m->host.call && m->host.call->log)
		m->host.call->log(m->host.call->environment, m->host.name, fmi2Error, "logStatusError", "%s", text);
	return 0;
}

#define DONE(ok) return (ok) ? fmi2OK : fmi2Error
#define REFUSED(text) return $failed(m, text), fmi2Error

API const char *FMI(fmi2GetTypesPlatform)(void) { return "default"; }

API const char *FMI(fmi2GetVersion)(void) { return "2.0"; }

API fmi2Status FMI(fmi2SetDebugLogging)(void *m, int on, size_t n, const char *const *categories)
{
	(void)m, (void)on, (void)n, (void)categories;
	return fmi2OK;
}

API void *FMI(fmi2Instantiate)(const char *name, int kind, const char *guid, const char *path,
	const fmi2Callbacks *call, int visible, int on)
{
	$instance *m;
	(void)kind, (void)path, (void)visible, (void)on;
	if (!guid || strcmp(guid, $fingerprint) != 0) {
		if (call && call->log)
			call->log(call->environment, name, fmi2Error, "logStatusError", "the GUID is that of another model");
		return NULL;
	}
	if (!name) name = "";
	if ((m = calloc(1, sizeof *m)) == NULL) return NULL;
	if ((m->host.name = malloc(strlen(name) + 1)) == NULL) {
		free(m);
		return NULL;
	}
	strcpy(m->host.name, name);
	m->host.call = call;
	$begin(m);
	return m;
}

API void FMI(fmi2FreeInstance)(void *instance)
{
	$instance *m = instance;
	if (m) free(m->host.name);
	free(m);
}

API fmi2Status FMI(fmi2SetupExperiment)(void *instance, int given, double tolerance, double t, int stops, double stop)
{
	$instance *m = instance;
	(void)stops, (void)stop;
	if (given && !(tolerance > 0)) REFUSED("the tolerance is not positive");
	if (given) m->tolerance = tolerance < 1e-13 ? 1e-13 : tolerance;
	if (!isfinite(t)) REFUSED("the time is no number");
	m->now.t = t;
	return fmi2OK;
}

API fmi2Status FMI(fmi2Reset)(void *m)
{
	$begin(m);
	return fmi2OK;
}

API fmi2Status FMI(fmi2GetReal)(void *m, const reference *r, size_t n, double *x) { DONE($get(m, n, r, x)); }

API fmi2Status FMI(fmi2SetReal)(void *m, const reference *r, size_t n, const double *x) { DONE($set(m, n, r, x)); }

#define NONE(kind, type) \
	API fmi2Status FMI(fmi2Get##kind)(void *m, const reference *r, size_t n, type *x) \
	{ \
		(void)r, (void)x; \
		if (n > 0) REFUSED("no variable is of type " #kind); \
		return fmi2OK; \
	} \
	API fmi2Status FMI(fmi2Set##kind)(void *m, const reference *r, size_t n, const type *x) \
	{ \
		(void)r, (void)x; \
		if (n > 0) REFUSED("no variable is of type " #kind); \
		return fmi2OK; \
	}

NONE(Integer, int)
NONE(Boolean, int)
NONE(String, char *)

@SAVED

API fmi2Status FMI(fmi2GetDirectionalDerivative)(void *m, const reference *of, size_t ns, const reference *by,
	size_t nk, const double *seed, double *y)
{
	DONE($along(m, ns, of, nk, by, seed, y));
}
` + fmi2Times

// fmi2Times are modes, events, integration by the host and by the FMU.
const fmi2Times = `
#define MODE(name) \
	API fmi2Status FMI(name)(void *m) \
	{ \
		(void)m; \
		return fmi2OK; \
	}

MODE(fmi2EnterInitializationMode)
MODE(fmi2ExitInitializationMode)
MODE(fmi2Terminate)
MODE(fmi2EnterEventMode)
MODE(fmi2EnterContinuousTimeMode)

API fmi2Status FMI(fmi2NewDiscreteStates)(void *m, fmi2Events *e)
{
	(void)m;
	e->again = e->ends = e->nominals = e->values = e->event = 0;
	return fmi2OK;
}

API fmi2Status FMI(fmi2CompletedIntegratorStep)(void *m, int final, int *event, int *ends)
{
	(void)m, (void)final;
	*event = *ends = 0;
	return fmi2OK;
}

API fmi2Status FMI(fmi2SetTime)(void *instance, double t)
{
	$instance *m = instance;
	if (!isfinite(t)) REFUSED("the time is no number");
	m->now.t = t;
	return fmi2OK;
}

@STATES

API fmi2Status FMI(fmi2GetEventIndicators)(void *m, double *x, size_t n)
{
	(void)x;
	if (n > 0) REFUSED("there are no event indicators");
	return fmi2OK;
}

API fmi2Status FMI(fmi2SetRealInputDerivatives)(void *m, const reference *r, size_t n, const int *order,
	const double *x)
{
	(void)r, (void)n, (void)order, (void)x;
	REFUSED("inputs are constant over a step");
}

API fmi2Status FMI(fmi2GetRealOutputDerivatives)(void *m, const reference *r, size_t n, const int *order, double *x)
{
	(void)r, (void)n, (void)order, (void)x;
	REFUSED("there are no derivatives of outputs");
}

API fmi2Status FMI(fmi2DoStep)(void *m, double t, double h, int final)
{
	(void)final;
	DONE($step_from(m, t, h));
}

API fmi2Status FMI(fmi2CancelStep)(void *m) { REFUSED("no step is under way"); }

#define STATUS(name, type) \
	API fmi2Status FMI(name)(void *m, int kind, type *x) \
	{ \
		(void)kind, (void)x; \
		REFUSED("no step is under way"); \
	}

STATUS(fmi2GetStatus, fmi2Status)
STATUS(fmi2GetIntegerStatus, int)
STATUS(fmi2GetStringStatus, const char *)

/* kinds are 2, the last time that was reached, and 3, whether the simulation ended */
API fmi2Status FMI(fmi2GetRealStatus)(void *instance, int kind, double *x)
{
	$instance *m = instance;
	if (kind != 2) REFUSED("no step is under way");
	*x = m->now.t;
	return fmi2OK;
}

API fmi2Status FMI(fmi2GetBooleanStatus)(void *m, int kind, int *x)
{
	if (kind != 3) REFUSED("no step is under way");
	*x = 0;
	return fmi2OK;
}
`
