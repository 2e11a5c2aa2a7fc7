"""`@check`: one behaviour, told once, that moto_plus has and moto by itself has not."""

import unittest

from moto_plus.tests import doubles

called = set()


def check(function):
    """Makes a test case of a function that calls and asserts.

    It must pass against moto with moto_plus. It must fail against moto alone: one that passes there has expired, and
    what it is about must go from moto_plus.
    """

    class Check(unittest.TestCase):
        def test_moto_plus_behaves_as_AWS(self):
            function(doubles.Aws(doubles.endpoint("extended"), called=called))

        def test_moto_alone_does_not(self):
            try:
                function(doubles.Aws(doubles.endpoint("plain")))
            except Exception:
                return
            self.fail("moto does this by itself: it must go from moto_plus")

    Check.__name__ = Check.__qualname__ = function.__name__
    Check.__module__ = function.__module__
    return Check
