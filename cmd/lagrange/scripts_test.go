package main

// What the scripts of clients begin with: a question k, and least, the least time of a call in nanoseconds.
const preamble = `
import importlib.util, json, sys, time
k = json.load(sys.stdin)
def least(f):
    best = 1e18
    for _ in range(30):
        t = time.perf_counter_ns()
        for _ in range(20):
            f()
        best = min(best, (time.perf_counter_ns() - t) / 20)
    return best
def module():
    spec = importlib.util.spec_from_file_location("m", k["Path"])
    m = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(m)
    return m
def answer(version, a, slopes, ns):
    json.dump({"Version": version, "A": a.tolist(), "NS": ns,
               **{name: s.tolist() for name, s in zip(("Aq", "Av", "Au"), slopes)}}, sys.stdout)
`

// byNumpy asks an export to Python.
const byNumpy = preamble + `
import numpy
m = module()
q, v = numpy.array(k["Q"]), numpy.array(k["V"])
u = numpy.array(k["U"]) if m.M else None
one = (q[0], v[0], u[0] if m.M else None)
answer(numpy.__version__, m.accel(q, v, u), m.accel_jacobian(q, v, u), least(lambda: m.accel(*one)))
`

// byONNX runs an export to ONNX by onnxruntime; its time is that of accelerations taken out alone.
const byONNX = preamble + `
import numpy, onnx.utils, onnxruntime
def session(path):
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, o)
s = session(k["Path"])
given = {i.name: numpy.array(k[i.name.upper()]) for i in s.get_inputs()}
part = k["Path"] + ".accel"
onnx.utils.extract_model(k["Path"], part, list(given), ["accel"])
alone, one = session(part), {name: x[:1] for name, x in given.items()}
a, *slopes = s.run(["accel"] + ["accel_" + x for x in given], given)
answer(onnxruntime.__version__, a, slopes, least(lambda: alone.run(None, one)))
`

// byJAX lets JAX compile and differentiate an export to Python.
const byJAX = preamble + `
import jax
jax.config.update("jax_enable_x64", True)
import jax.numpy
m = module()
m.np = jax.numpy
args = tuple(jax.numpy.array(k[x]) for x in ("Q", "V", "U")[:3 if m.M else 2])
f = jax.jit(m.accel)
slopes = jax.vmap(jax.jacobian(m.accel, tuple(range(len(args)))))(*args)
one = tuple(x[0] for x in args)
answer(jax.__version__ + ", compiled", f(*args), slopes, least(lambda: f(*one).block_until_ready()))
`

// byFMPy asks a functional mock-up unit, state by state; its derivatives are those in one direction after the other.
// Its variables are time, q, v, u, and the rates of q and v, in this order.
const byFMPy = preamble + `
import fmpy, numpy
from fmpy.fmi3 import FMU3Slave
out, sys.stdout = sys.stdout, sys.stderr # FMPy prints what units tell it
folder = fmpy.extract(k["Path"])
d = fmpy.read_model_description(folder)
m = FMU3Slave(guid=d.guid, unzipDirectory=folder, modelIdentifier=d.coSimulation.modelIdentifier, instanceName="one")
m.instantiate()
m.enterInitializationMode(startTime=0)
m.exitInitializationMode()
n, f = len(k["Q"][0]), len(k["U"][0])
known, rates = list(range(1, 1 + 2 * n + f)), list(range(1 + 3 * n + f, 1 + 4 * n + f))
unit, a, slopes = numpy.eye(2 * n + f).tolist(), [], []
for state in zip(k["Q"], k["V"], k["U"]):
    m.setFloat64(known, sum(state, []))
    a.append(m.getFloat64(rates))
    slopes.append(numpy.array([m.getDirectionalDerivative(unknowns=rates, knowns=known, seed=e) for e in unit]).T)
def call():
    m.setFloat64(known[:1], k["Q"][0][:1])
    m.getFloat64(rates)
sys.stdout, J = out, numpy.array(slopes)
answer(fmpy.__version__, numpy.array(a), [J[:, :, :n], J[:, :, n:2 * n], J[:, :, 2 * n:]][:3 if f else 2], least(call))
`

// byCasADi takes an export in as an external function, and has CasADi differentiate it.
const byCasADi = preamble + `
import casadi, numpy
f = casadi.external("m", k["Path"] + "/m.so")
x = [casadi.MX.sym(n, f.size1_in(n)) for n in f.name_in()]
a = f(*x)
g = casadi.Function("g", x, [a] + [casadi.jacobian(a, y) for y in x])
says = [[y.full() for y in g(*state)] for state in zip(*(k[n.upper()] for n in f.name_in()))]
one = [casadi.DM(k[n.upper()][0]) for n in f.name_in()]
a, *slopes = (numpy.array(y) for y in zip(*says))
answer(casadi.__version__, a[:, :, 0], slopes, least(lambda: f(*one)))
`

// bySwingUp finds a motion from hanging to standing with an export inside: torques of least effort, of at most k[Most]
// for k[Time], by Ipopt; and what CVodes makes of these torques.
const bySwingUp = `
import casadi, json, math, sys
k = json.load(sys.stdin)
f = casadi.external("m", k["Path"] + "/m.so")
x, u = casadi.MX.sym("x", 2), casadi.MX.sym("u")
ode = casadi.vertcat(x[1], f(x[0], x[1], u))
rate = casadi.Function("rate", [x, u], [ode])
N = 100
h = k["Time"] / N
opti = casadi.Opti()
X, U = opti.variable(2, N + 1), opti.variable(1, N)
for n in range(N):
    k1 = rate(X[:, n], U[n])
    k2 = rate(X[:, n] + h / 2 * k1, U[n])
    k3 = rate(X[:, n] + h / 2 * k2, U[n])
    k4 = rate(X[:, n] + h * k3, U[n])
    opti.subject_to(X[:, n + 1] == X[:, n] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
opti.subject_to(X[:, 0] == [0, 0])
opti.subject_to(X[:, N] == [math.pi, 0])
opti.subject_to(opti.bounded(-k["Most"], U, k["Most"]))
opti.minimize(casadi.sumsqr(U) / k["Most"] ** 2)
for n in range(N + 1):  # it swings back, and then up
    t = n / N
    opti.set_initial(X[:, n], [-t * math.sin(2 * math.pi * t) + math.pi * t ** 3, 0])
opti.set_initial(U, 0.1 * k["Most"])
opti.solver("ipopt", {"print_time": False}, {"print_level": 0, "sb": "yes", "hessian_approximation": "limited-memory",
                                              "max_iter": 3000})
s = opti.solve()
step = casadi.integrator("step", "cvodes", {"x": x, "p": u, "ode": ode}, 0, h, {"reltol": 1e-9, "abstol": 1e-9})
y = casadi.DM([0, 0])
for n in range(N):
    y = step(x0=y, p=s.value(U)[n])["xf"]
json.dump({"End": y.full().ravel().tolist(), "Torque": s.value(U).tolist()}, sys.stdout)
`
