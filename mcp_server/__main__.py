"""`python -m mcp_server`: serves; `… stdio` serves one person; `… check` looks at the settings; `… purge` cleans up."""

import sys

from mcp_server.settings import PurgeSettings, Settings, StdioSettings, read_settings
from shared.logs import write_log


def main() -> None:
    """Load what a command needs and nothing more: the whole application takes a second."""
    match sys.argv[1:]:
        case []:
            settings = read_settings(Settings)
            from mcp_server.serving import serve  # noqa: PLC0415 - see above

            serve(settings)
        case ["stdio"]:
            told = read_settings(StdioSettings)
            from mcp_server.stdio import serve_one_person  # noqa: PLC0415 - see above

            write_log("text", told.secrets())
            serve_one_person(told)
        case ["check"]:
            read_settings(Settings)
            sys.stdout.write("Every setting of the MCP server can be used.\n")
        case ["purge"]:
            owner = read_settings(PurgeSettings).owner_url
            from mcp_server import purging  # noqa: PLC0415 - see above

            sys.stdout.write(f"removed {purging.run(owner.get_secret_value())}\n")
        case _:
            sys.exit("usage: python -m mcp_server [stdio | check | purge]")


if __name__ == "__main__":
    main()
