"""Makes motor.csv: a simulated pendulum with a motor and friction, as an encoder and a torque sensor would record it.

    python3 motor.py > motor.csv

Ten recordings of 4 s begin at rest at the bottom. The motor pushes with two sines, of frequencies and sizes drawn for
each recording. Angles and velocities have normal noise of 0.002 rad and 0.01 rad/s. The pendulum obeys

    m l² θ'' = −m g l sin θ − b θ' − c tanh(θ'/0.02) + τ

with m l² = 0.125 kg m², m g l = 2.45 N m, b = 0.05 N m s, c = 0.1 N m.
"""
import math
import random

INERTIA, GRAVITY, VISCOUS, COULOMB = 0.125, 2.45, 0.05, 0.1
DT, ROWS, PER_ROW = 0.02, 201, 20
draw = random.Random(1)


def accel(angle, speed, torque):
    friction = VISCOUS * speed + COULOMB * math.tanh(speed / 0.02)
    return (torque - GRAVITY * math.sin(angle) - friction) / INERTIA


def advance(angle, speed, torque, t, h):
    """One step of the classical Runge–Kutta method."""
    k = []
    for part in (0, 0.5, 0.5, 1):
        da, ds = k[-1] if k else (0, 0)
        a, s = angle + part * h * da, speed + part * h * ds
        k.append((s, accel(a, s, torque(t + part * h))))
    mean = [(k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]) / 6 for i in (0, 1)]
    return angle + h * mean[0], speed + h * mean[1]


print("trajectory,t [s],theta [rad],omega [rad/s],tau [N m]")
for run in range(1, 11):
    size = draw.uniform(0.6, 1.4), draw.uniform(0.3, 0.9)
    rate = draw.uniform(2, 4.5), draw.uniform(4, 8)

    def torque(t):
        return size[0] * math.sin(rate[0] * t) + size[1] * math.sin(rate[1] * t)

    angle = speed = 0.0
    for n in range(ROWS):
        t = n * DT
        seen = angle + draw.gauss(0, 0.002), speed + draw.gauss(0, 0.01)
        print(f"{run},{t:.2f},{seen[0]:.5f},{seen[1]:.4f},{torque(t):.5f}")
        for i in range(PER_ROW):
            angle, speed = advance(angle, speed, torque, t + i * DT / PER_ROW, DT / PER_ROW)
