"""What is said in passing of what happened: true words of each, and what to do where something went wrong."""

from __future__ import annotations

import json

import pytest

from portrait_app.domain.happening import Happening
from portrait_app.web.told import in_passing


@pytest.mark.parametrize("happening", list(Happening))
def test_each_is_said_and_of_a_doubt_only_that_it_is_not_known(happening: Happening) -> None:
    said = json.dumps([[str(name), str(value)] for name, value in in_passing(happening).args])
    is_doubt = happening in (Happening.MODEL_IN_DOUBT, Happening.MODEL_UNNAMED, Happening.PORTRAITS_IN_DOUBT)
    assert ("isn't known" in said) is is_doubt
    assert ("could not be" in said) is (happening in (Happening.MODEL_FAILED, Happening.PORTRAITS_FAILED))
    assert ("says" in said) is (is_doubt or "failed" in happening.value)
