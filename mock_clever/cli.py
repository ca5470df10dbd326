"""The `mock-clever` command line."""

from __future__ import annotations

import gc
import importlib
import json
import sys
from operator import attrgetter
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from mock_clever import __version__
from mock_clever.errors import ControlRefusal

PORT = 8123


class Refused(click.ClickException):
    """Something the caller can mend: one message on stderr, exit code 2."""

    exit_code = 2


_LMS = click.option(
    "--lms",
    metavar="LMS",
    help="Join the district to this learning management system: canvas, schoology or google_classroom.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mock-clever")
def main() -> None:
    """A Clever of your own: synthetic districts, logins and rosters on this machine, and a suite that certifies.

    Start with `mock-clever demo`. Then `mock-clever serve` and point your app at the URL it prints.
    """


@main.command()
@click.option(
    "--preset", default="sandbox", show_default=True, help="The district to serve; `generate --list` names all."
)
@click.option("--seed", default=0, show_default=True, help="Another seed makes another district of the same kind.")
@click.option(
    "--roster", type=click.Path(path_type=Path), help="Serve the district in this folder of Clever CSV files."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=PORT, show_default=True, help="The port to listen on; 0 takes any free one.")
@click.option("--public", is_flag=True, help="Allow an address that other machines can reach.")
@click.option(
    "--redirect-uri", multiple=True, metavar="URI", help="Your app's callback; repeat for more, primary first."
)
@click.option("--oidc", is_flag=True, help="Give the single sign-on and roster apps an id_token in each exchange.")
@_LMS
@click.option("--cache", type=click.Path(path_type=Path), help="Where large districts are kept prepared.")
@click.option("--variation", type=int, metavar="SEED", help="Vary all that Clever's documents leave open.")
@click.option("--rate-limit", type=int, metavar="N", help="Requests a token has in a minute.  [default: 1200]")
@click.option("--access-log", is_flag=True, help="One line on stderr for every answer.")
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="Keep all that changes there, across restarts."
)
@click.pass_context
def serve(
    context: click.Context,
    preset: str,
    seed: int,
    roster: Path | None,
    host: str,
    port: int,
    public: bool,
    redirect_uri: tuple[str, ...],
    oidc: bool,
    lms: str | None,
    cache: Path | None,
    variation: int | None,
    rate_limit: int | None,
    access_log: bool,
    data: Path | None,
) -> None:
    """Serve a district until Ctrl-C.

    The first line on stdout is JSON with the URL and the process id; everything else goes to stderr. With --data,
    a folder that holds a district already goes on with it.
    """
    serving = _load("serving")
    try:
        server = serving.Server(host, port, public=public)
    except serving.ListenError as wrong:
        raise Refused(str(wrong)) from None
    try:
        folder = _folder(data, context) if data is not None else None
        app = _app(
            *(preset, seed, roster, redirect_uri, cache, oidc, folder, lms),
            variation=variation,
            rate_limit=rate_limit,
        )
    except Refused:
        server.close()
        raise
    if folder is not None and folder.worlds is not None:
        preset, roster = folder.worlds.begins.scenario.preset, folder.worlds.begins.scenario.roster
    click.echo(_welcome(server.url, preset if roster is None else str(roster)), err=True)
    serving.serve(app, server, access_log=access_log)


@main.command()
@click.option("--preset", default="sandbox", show_default=True, help="The district to show.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Where the reports go.",
)
@_LMS
@click.option("--variation", type=int, metavar="SEED", help="Vary all that Clever's documents leave open.")
@click.option("--only", metavar="ID,…", help="Judge only these requirements, e.g. SSO-05,SYN-06.")
@click.option("--keep", is_flag=True, help="Leave everything running afterwards, to click through.")
def demo(preset: str, out: Path, lms: str | None, variation: int | None, only: str | None, keep: bool) -> None:
    """Show the whole loop: mock, reference vendor app, certification.

    A district is served, the vendor app signs people in and pulls the roster over HTTP, and the certification
    suite says of every requirement whether that app would pass.
    """
    app = _app(preset, 0, None, (), None, oidc=True, lms=lms, variation=variation)
    shown = _load("demo")
    try:
        code = shown.run(app, out, keep, only)
    except (shown.VendorSilentError, OSError) as wrong:
        raise Refused(str(wrong)) from None
    sys.exit(code)


WITHOUT_A_MOCK = {"--list", "--probe-openapi", "--init"}
"""What the suite answers by itself."""


class Passing(click.Command):
    """A command that hands what it does not know to the suite, and says what the suite takes."""

    def format_help(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help(context, formatter)
        formatter.write("\nThe suite takes:\n" + _load("demo").options())


@main.command(cls=Passing, context_settings={"ignore_unknown_options": True})
@click.option(
    "--app", "described", type=click.Path(path_type=Path), default=Path("certification.toml"), show_default=True
)
@click.option("--mock", "url", help="The URL of a running mock; without it one is started for the run.")
@click.option("--preset", help="The district of the mock that is started.  [default: sandbox]")
@click.option("--port", default=PORT, show_default=True, help="The port of the mock that is started.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Where the reports go.",
)
@click.option("--variation", type=int, metavar="SEED", help="The mock that is started varies all it may.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF THE SUITE]")
def certify(
    described: Path,
    url: str | None,
    preset: str | None,
    port: int,
    out: Path,
    variation: int | None,
    more: tuple[str, ...],
) -> None:
    """Certify the app that a certification.toml describes.

    The mock that is started listens where your app expects Clever, and knows the redirect URI of the file. Exit
    codes: 0 nothing required failed, 1 something did, 2 the configuration is wrong, 3 the harness failed.
    """
    told = {"--out": str(out), "--preset": preset, "--variation": variation}
    options = [str(part) for name, value in told.items() if value is not None for part in (name, value)]
    demo = _load("demo")
    if url is not None or {*more} & WITHOUT_A_MOCK:
        sys.exit(demo.certify(described, url, [*options, *more]))
    serving = _load("serving")
    try:
        server = serving.Server("127.0.0.1", port)
    except serving.ListenError as wrong:
        raise Refused(f"{wrong} If it is a mock that runs already, say --mock http://127.0.0.1:{port}.") from None
    try:
        app = _app(preset or "sandbox", 0, None, demo.redirect_uris(described), None, variation=variation)
    except Refused:
        server.close()
        raise
    sys.exit(demo.certify_with(app, server, described, [*options, "--mock-port", str(port), *more]))


_PASSED_ON: dict[str, Any] = {
    "context_settings": {"ignore_unknown_options": True, "help_option_names": []},
    "add_help_option": False,
}
_OPTIONS = click.argument("options", nargs=-1, type=click.UNPROCESSED)


@main.command(**_PASSED_ON)
@_OPTIONS
def requirements(options: tuple[str, ...]) -> None:
    """Print what Clever asks of an app: a table, JSON, or one row in full."""
    sys.exit(_suite("listing", options))


@main.command(**_PASSED_ON)
@_OPTIONS
def attest(options: tuple[str, ...]) -> None:
    """Answer what no machine can see; without arguments, list what is still open."""
    sys.exit(_suite("answering.attesting", options))


@main.command()
@click.option("--preset", default="sandbox", show_default=True, help="The district to write.")
@click.option("--seed", default=0, show_default=True, help="Another seed makes another district of the same kind.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder to write the CSV files to.")
@click.option("--list", "listing", is_flag=True, help="Name the presets and stop.")
def generate(preset: str, seed: int, out: Path | None, listing: bool) -> None:
    """Write a district as Clever's SFTP CSV files; `serve --roster` reads them back."""
    synthesis, roster = _load("synthesis"), _load("roster")
    if listing:
        click.echo("\n".join(synthesis.preset_names()))
        return
    if out is None:
        raise Refused("say where to write the files: --out DIR")
    try:
        roster.write(synthesis.generate(preset, seed), out)
    except (synthesis.UnknownPreset, OSError) as wrong:
        raise Refused(str(wrong)) from None
    click.echo(f"wrote {preset} to {out}; serve it with: mock-clever serve --roster {out}", err=True)


@main.command()
@click.option("--preset", default="sandbox", show_default=True, help="The district that lives on.")
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True, help="How many days.")
@click.option("--seed", default=0, show_default=True, help="Another seed lives another year.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the district at the end as CSV files there.")
def evolve(preset: str, days: int, seed: int, out: Path | None) -> None:
    """Let a district live on by itself; a line of JSON for each day on which something happens."""
    evolution, msgspec = _load("evolution"), importlib.import_module("msgspec")
    try:
        district = _load("scenarios").start(_load("scenarios").Scenario(preset=preset)).district
        last = district
        for day, changes, evening in evolution.lived(district, seed, days):
            last = evening
            if changes:
                click.echo(msgspec.json.encode({"day": day, "changes": changes}))
        if out is not None:
            _load("roster").write(_load("rows").rows_of(last), out)
    except (ControlRefusal, OSError) as wrong:
        raise Refused(str(wrong)) from None


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--preset", help="Another district than the timeline's own.")
def scenario(file: Path, preset: str | None) -> None:
    """Play a timeline, a TOML file or the name of one that comes along, and print each step as a line of JSON.

    Exit codes: 0 all was as expected, 1 something was not, 2 the file is wrong.
    """
    timelines, msgspec = _load("timeline"), importlib.import_module("msgspec")
    known = _load("synthesis.files").fixtures() / "scenarios" / f"{file.name}.toml"
    path = known if not file.exists() and known.is_file() else file
    if not path.is_file():
        names = ", ".join(sorted(each.stem for each in known.parent.glob("*.toml")))
        raise Refused(f"there is no file {file}: name one, or a scenario that comes along: {names}")
    try:
        timeline = timelines.parsed(path.read_text(encoding="utf-8"), str(path))
        starts = _load("scenarios")
        begins = starts.start(starts.Scenario(preset=preset or timeline.preset))
        played = timelines.play(starts.Worlds(begins).get(starts.MAIN), timeline)
    except (ControlRefusal, OSError, UnicodeDecodeError) as wrong:
        raise Refused(str(wrong)) from None
    for step in played:
        click.echo(msgspec.json.encode(step))
    sys.exit(any(step.failed for step in played))


@main.command()
@click.option("--url", default=f"http://127.0.0.1:{PORT}", show_default=True, help="The URL of a running mock.")
def env(url: str) -> None:
    """Print a running mock's settings as `export` lines: eval "$(mock-clever env)"."""
    try:
        found = _load("demo").environment(url)
    except OSError:
        raise Refused(
            f"no mock answers at {url}: start one with mock-clever serve, or say where with --url"
        ) from None
    for name, value in found.items():
        click.echo(f"export {name}='{value}'")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", multiple=True, metavar="HOST", help="Another name or address the app answers to; repeat.")
def certificate(folder: Path, name: tuple[str, ...]) -> None:
    """Write a certificate for your app, and the authority to trust, so that it can have an https redirect URI.

    The folder gets ca.pem, server.pem and server.key, good for localhost, 127.0.0.1 and ::1.
    """
    certificates = _load("certificates")
    try:
        certificates.write(folder, name)
    except (certificates.CertificateError, OSError) as wrong:
        raise Refused(str(wrong)) from None
    for file, use in (("ca.pem", "trust this"), ("server.pem", "serve with this"), ("server.key", "and this key")):
        click.echo(f"{folder / file}  {use}")


@main.command()
@click.option("--kind", help="Just one kind: endpoint, field, parameter, header, refusal, choice or left out.")
@click.option("--mark", help="Just what is documented, observed, inferred or chosen.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of columns.")
def fidelity(kind: str | None, mark: str | None, as_json: bool) -> None:
    """Print how everything the mock says is known, and which setting says otherwise."""
    ledger = _load("ledger")
    try:
        entries = ledger.ledger(kind, mark)
    except ControlRefusal as wrong:
        raise Refused(str(wrong)) from None
    click.echo(ledger.as_json(entries).decode() if as_json else ledger.as_text(entries))


@main.command()
@click.option("--url", default=f"http://127.0.0.1:{PORT}", show_default=True, help="The server it names.")
def openapi(url: str) -> None:
    """Print the OpenAPI document of everything the mock serves."""
    described = _load("openapi").document(_app("tiny", 0, None, (), None), url)
    click.echo(json.dumps(described, ensure_ascii=False, indent=2))


def _suite(module: str, options: tuple[str, ...]) -> int:
    """Run a command of the certification suite as a process of its own, for the mock knows nothing of it."""
    run = importlib.import_module("subprocess").run
    return int(run([sys.executable, "-m", f"certification_suite.{module}", *options], check=False).returncode)


def _load(name: str) -> Any:
    """A module of this package, imported when a command needs it, so that `serve` starts at once."""
    return importlib.import_module(f"mock_clever.{name}")


def _app(
    preset: str,
    seed: int,
    roster: Path | None,
    redirect_uris: tuple[str, ...],
    cache: Path | None,
    oidc: bool = False,
    folder: Any = None,
    lms: str | None = None,
    **settings: int | None,
) -> Any:
    gc.disable()  # nothing that a start makes is garbage, and looking for it is a tenth of the start
    try:
        if folder is not None and folder.worlds is not None:
            return _kept(folder.worlds, folder)
        scenarios, known = _load("scenarios"), _load("settings")
        uris = redirect_uris or (scenarios.REDIRECT_URI,)
        given = {name: value for name, value in settings.items() if value is not None}
        begins = scenarios.start(
            scenarios.Scenario(
                preset=preset,
                seed=seed,
                roster=roster,
                settings=known.changed(known.Settings(), given),
                redirect_uris=uris,
                oidc=oidc,
                lms=lms or "",
                cache=cache,
            )
        )
        app = _kept(scenarios.Worlds(begins), folder)
    except ControlRefusal as wrong:
        raise Refused(str(wrong)) from None
    finally:
        gc.enable()
    for warning in begins.warnings:
        click.echo(f"warning: {warning}", err=True)
    return app


def _kept(worlds: Any, folder: Any) -> Any:
    """The application over these worlds, kept in a folder if there is one."""
    app, keeping = _load("app").create_app(worlds), _load("keeping") if folder is not None else None
    if keeping is not None:
        try:
            keeping.keep(app, worlds, folder)
        except keeping.FolderError as wrong:
            raise Refused(str(wrong)) from None
    return app


_BEGINNINGS = {
    **{name: name for name in ("preset", "seed", "roster", "oidc", "lms")},
    "redirect_uri": "redirect_uris",
    **{name: f"settings.{name}" for name in ("variation", "rate_limit")},
}
"""The options that say what a district begins with, and where a scenario has them."""


def _folder(data: Path, context: click.Context) -> Any:
    """The data folder, open. Whatever is said of what its worlds began with has to be so."""
    keeping = _load("keeping")
    try:
        folder = keeping.Folder(data)
    except keeping.FolderError as wrong:
        raise Refused(str(wrong)) from None
    for option, place in _BEGINNINGS.items() if folder.worlds is not None else ():
        was, said = attrgetter(place)(folder.worlds.begins.scenario), context.params[option]
        if context.get_parameter_source(option) is not ParameterSource.DEFAULT and said != was:
            folder.close()
            shown = f"--{option.replace('_', '-')}"
            raise Refused(
                f"what is in {data} began with another {shown} ({was}): leave {shown} out, or name another folder"
            )
    return folder


def _welcome(url: str, district: str) -> str:
    return (
        f"mock-clever {__version__} serves {district} at {url}\n"
        f'  settings for your app:  eval "$(mock-clever env --url {url})"\n'
        f"  what it was asked:      {url}/_mock/journal\n"
        "  stop it with Ctrl-C"
    )
