"""`python -m moto_plus.tests`, in the environment of the pinned moto."""

import unittest

unittest.main(module=None, argv=["moto_plus", "discover", "-s", "moto_plus/tests", "-t", "."], verbosity=1)
