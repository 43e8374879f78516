"""Typed refusals, by subject. Callers and tests match the class, never the text."""

from l2c_app.services.errors.bank import *  # noqa: F403
from l2c_app.services.errors.base import L2CError, refuse
from l2c_app.services.errors.chasing import *  # noqa: F403
from l2c_app.services.errors.contract import *  # noqa: F403
from l2c_app.services.errors.follow_up import *  # noqa: F403
from l2c_app.services.errors.lead import *  # noqa: F403
from l2c_app.services.errors.pool import *  # noqa: F403
from l2c_app.services.errors.receipt import *  # noqa: F403
from l2c_app.services.errors.signing import *  # noqa: F403

__all__ = ["L2CError", "refuse"]
