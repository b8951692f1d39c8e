"""Formats of the gateway's schema that schemathesis cannot know: it loads this module itself."""

from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies

schemathesis.openapi.format("iana-time-zone", strategies.sampled_from(sorted(available_timezones())))
schemathesis.openapi.format("cursor", strategies.just(""))  # any other is the server's own, for one search
