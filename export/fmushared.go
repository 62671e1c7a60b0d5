package export

import "strings"

// inFMI2 and inFMI3 spell the functions that both versions of FMI have, where they differ in names alone.
var (
	inFMI2 = strings.NewReplacer("fmi@", "fmi2", "FMU@State", "FMUstate", "@Deserialize", "DeSerialize",
		"@byte", "char", "@Derivatives", "Derivatives")
	inFMI3 = strings.NewReplacer("fmi@", "fmi3", "FMU@State", "FMUState", "@Deserialize", "Deserialize",
		"@byte", "uint8_t", "@Derivatives", "ContinuousStateDerivatives")
)

// fmuSaved are the functions that save instances and bring them back.
const fmuSaved = `API fmi@Status FMI(fmi@GetFMU@State)(void *instance, void **state)
{
	$instance *m = instance;
	if (!*state && (*state = malloc(sizeof m->now)) == NULL) REFUSED("there is no memory");
	memcpy(*state, &m->now, sizeof m->now);
	return fmi@OK;
}

API fmi@Status FMI(fmi@SetFMU@State)(void *instance, void *state)
{
	$instance *m = instance;
	memcpy(&m->now, state, sizeof m->now);
	m->level = 0;
	return fmi@OK;
}

API fmi@Status FMI(fmi@FreeFMU@State)(void *m, void **state)
{
	(void)m;
	free(*state);
	*state = NULL;
	return fmi@OK;
}

API fmi@Status FMI(fmi@SerializedFMU@StateSize)(void *m, void *state, size_t *size)
{
	(void)m, (void)state;
	*size = sizeof($saved);
	return fmi@OK;
}

API fmi@Status FMI(fmi@SerializeFMU@State)(void *m, void *state, @byte *bytes, size_t size)
{
	if (size != sizeof($saved)) REFUSED("a state has another size");
	memcpy(bytes, state, size);
	return fmi@OK;
}

API fmi@Status FMI(fmi@@DeserializeFMU@State)(void *m, const @byte *bytes, size_t size, void **state)
{
	if (size != sizeof($saved)) REFUSED("a state has another size");
	if (!*state && (*state = malloc(size)) == NULL) REFUSED("there is no memory");
	memcpy(*state, bytes, size);
	return fmi@OK;
}
`

// fmuStates are the functions by which a host integrates.
const fmuStates = `API fmi@Status FMI(fmi@SetContinuousStates)(void *instance, const double *x, size_t n)
{
	$instance *m = instance;
	if (n != STATES) REFUSED("there is another number of states");
	memcpy(m->now.z, x, n * sizeof *x);
	m->level = 0;
	return fmi@OK;
}

API fmi@Status FMI(fmi@GetContinuousStates)(void *instance, double *x, size_t n)
{
	$instance *m = instance;
	if (n != STATES) REFUSED("there is another number of states");
	memcpy(x, m->now.z, n * sizeof *x);
	return fmi@OK;
}

API fmi@Status FMI(fmi@GetNominalsOfContinuousStates)(void *m, double *x, size_t n)
{
	if (n != STATES) REFUSED("there is another number of states");
	memcpy(x, $nominal, sizeof $nominal);
	return fmi@OK;
}

API fmi@Status FMI(fmi@Get@Derivatives)(void *instance, double *x, size_t n)
{
	$instance *m = instance;
	if (n != STATES) REFUSED("there is another number of states");
	if (!$made(m, 1)) return fmi@Error;
	memcpy(x, m->y, n * sizeof *x);
	return fmi@OK;
}
`
