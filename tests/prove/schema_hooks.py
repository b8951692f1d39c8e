"""What schemathesis cannot know of the gateway's schema: it loads this module itself."""

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

import jsonschema_rs
import schemathesis
from hypothesis import strategies
from requests import PreparedRequest
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation

ZONES = available_timezones()

schemathesis.openapi.format("iana-time-zone", strategies.sampled_from(sorted(ZONES)))
schemathesis.openapi.format("cursor", strategies.just(""))  # any other is the server's own, for one search


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:  # noqa: ARG001 - its names
    """Take the discriminators away, which say nothing that the branches do not.

    Of two names that lead to one branch, schemathesis believes the last, and takes a body with the other for broken.
    """
    _take_discriminators_away(raw_schema)


def _take_discriminators_away(node: Any) -> None:
    if isinstance(node, dict):
        if "oneOf" in node:
            node.pop("discriminator", None)
        for inner in node.values():
            _take_discriminators_away(inner)
    elif isinstance(node, list):
        for inner in node:
            _take_discriminators_away(inner)


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext,  # noqa: ARG001 - its names
    failure: Failure,
    case: schemathesis.Case,
    response: schemathesis.Response,
) -> bool:
    """Keep a failure, but for this one: a body that was broken for one branch of a union was right for another."""
    return not (isinstance(failure, AcceptedNegativeData) and is_valid(case, response.request))


def is_valid(case: schemathesis.Case, sent: PreparedRequest) -> bool:
    """Tell whether the body that was sent is valid after all, and each parameter too."""
    body = case.operation.get_body_for_media_type(case.media_type)
    if body is None or sent.body is None:
        return False
    try:
        told = json.loads(sent.body)
    except ValueError:
        return False
    # schemathesis's own validator knows no format of ours, and takes any text for one.
    validator = jsonschema_rs.Draft202012Validator(
        body.raw_schema,
        formats={"iana-time-zone": ZONES.__contains__},
        validate_formats=True,
        ignore_unknown_formats=False,
    )
    given = {
        ParameterLocation.PATH: case.path_parameters,
        ParameterLocation.QUERY: case.query,
        ParameterLocation.HEADER: sent.headers,  # the token is put in last
    }
    return validator.is_valid(told) and all(_are_valid(case, *one) for one in given.items())


def _are_valid(case: schemathesis.Case, location: ParameterLocation, given: Mapping[str, Any]) -> bool:
    declared = case.operation.get_parameter_set(location)
    return bool(declared.get_strict_validator().is_valid({p.name: given[p.name] for p in declared if p.name in given}))
