"""Learn the Lagrangian of a mechanical system from recordings of its motion, and predict with it.

    model = Lagrange(friction="both").fit(t, q, v, u)
    a = model.predict(q, v, u)

The package calls the program lagrange; see Lagrange, and program for which one is called.
"""

from ._model import Lagrange
from ._program import LagrangeError, LagrangeWarning, UsageError, program

__all__ = ["Lagrange", "LagrangeError", "LagrangeWarning", "UsageError", "program"]
