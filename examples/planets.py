"""Makes planets.csv: the real motion of four planets, 1950 to 1989, from the JPL ephemeris DE421.

    python3 -m venv env && env/bin/pip install numpy==2.4.6 jplephem==1.2 de421==2008.1
    env/bin/python planets.py > planets.csv

Heliocentric positions and velocities come every two days. Each planet is looked at in its own mean orbital plane,
whose normal is the mean of x × v over the first ten years, in polar coordinates r and phi. The unit of length is the
astronomical unit and the unit of time TU = 58.13... days, in which the Sun's GM is 1.
"""
import de421
import numpy as np
from jplephem import Ephemeris

GM = 2.959122082855911e-4  # of the Sun in AU^3/day^2, the square of Gauss's constant
TU = 1 / np.sqrt(GM)       # days
START, STEP, YEARS = 2433282.5, 2.0, 40  # Julian date of 1950 January 1, days, years

ephemeris = Ephemeris(de421)


def state(planet, jd):
    """Heliocentric x (3, n) in AU and v (3, n) in AU/TU; DE421 is in km and km/day."""
    x, v = ephemeris.position_and_velocity(planet, jd)
    sun, drift = ephemeris.position_and_velocity("sun", jd)
    return (x - sun) / ephemeris.AU, (v - drift) / ephemeris.AU * TU


def plane(x, v):
    """Two unit vectors (2, 3) that span the mean orbital plane."""
    n = np.cross(x.T, v.T).mean(axis=0)
    n /= np.linalg.norm(n)
    e = np.cross([0.0, 0.0, 1.0], n)
    e /= np.linalg.norm(e)
    return np.stack([e, np.cross(n, e)])


def main():
    jd = START + np.arange(0, 365.25 * YEARS, STEP)
    print("trajectory,t [TU],r [AU],phi [rad],v_r [AU/TU],v_phi [rad/TU]")
    for planet in "mercury", "venus", "earthmoon", "mars":
        x, v = state(planet, jd)
        early = jd < START + 365.25 * 10
        e = plane(x[:, early], v[:, early])
        x, v = e @ x, e @ v
        r = np.hypot(*x)
        phi = np.unwrap(np.arctan2(x[1], x[0]))
        v_r = (x * v).sum(axis=0) / r
        v_phi = (x[0] * v[1] - x[1] * v[0]) / r**2
        for row in zip((jd - START) / TU, r, phi, v_r, v_phi):
            print(planet, *(f"{c:.11g}" for c in row), sep=",")


if __name__ == "__main__":
    main()
