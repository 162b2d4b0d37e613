"""Settings from files and the environment; every refusal names the file, the entry, and what to write."""

from pathlib import Path

import pytest

from listening.errors import ConfigError
from listening.settings import Settings
from pipeline.configuration import EXAMPLE, config_folder, home_of, read_settings

BRAND = """
[[brand]]
key = "acme"
name = "Acme"
names = ["Acme"]
purpose = "see what goes wrong"
owner = "press desk"
audience = ["brand", "pr"]
retention_days = 30
"""
RULE = '[[rule]]\nkind = "risk"\nname = "leak"\ntitle = "A leak"\ncategories = ["disclosure"]\n'
OUTBOX = '[[channel]]\nkind = "folder"\nname = "outbox"\n'
MAIL = """
[[channel]]
kind = "email"
name = "pr-mail"
host = "mail.example"
sender = "earshot@acme.example"
to = ["press@acme.example"]
"""


def read(folder: Path, files: dict[str, str], environ: dict[str, str] | None = None) -> Settings:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_settings({"EARSHOT_CONFIG": str(folder), "EARSHOT_HOME": str(folder / "home"), **(environ or {})})


def refusal(folder: Path, files: dict[str, str], environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as refused:
        read(folder, files, environ)
    return str(refused.value).replace(f"{folder}/", "")


def brand_with(line: str) -> str:
    name = line.split(" =")[0]
    return "\n".join(old for old in BRAND.splitlines() if not old.startswith(f"{name} =")) + f"\n{line}\n"


# What is written → the whole sentence, or parts of it.
REFUSED: dict[str, tuple[str, list[str]]] = {
    "not TOML": ("[store\nurl = 1", ["a.toml cannot be read as TOML:", "line 1"]),
    "no quotes": ("[store]\nurl = here", ["a.toml cannot be read as TOML:", "line 2"]),
    "unknown section": (
        BRAND + "[stoer]\nurl = ''",
        ["A.toml: stoer: there is no such setting; did you mean 'store'?"],
    ),
    "unknown entry": (BRAND + "[sentiment]\nmodle = 'x'", ["A.toml: sentiment.modle:", "did you mean 'model'?"]),
    "unknown, and nothing like it": (
        BRAND + "[sentiment]\nqqq = 1",
        ["A.toml: sentiment.qqq: there is no such setting: remove it."],
    ),
    "unknown entry below a platform": (
        BRAND + "[platforms.mastodon]\naccess_tokn = 'x'",
        ["platforms.mastodon.access_tokn", "did you mean 'access_token'?"],
    ),
    "unknown entry of a brand": (
        brand_with('hashtag = ["#a"]'),
        ["A.toml, brand 'acme': hashtag: there is no such setting; did you mean 'hashtags'?"],
    ),
    "unknown entry of a rule": (
        BRAND + RULE + "min_scor = 1",
        ["A.toml, rule 'leak': min_scor:", "did you mean 'min_score'?"],
    ),
    "brand without a purpose": (
        BRAND.replace("purpose =", "owner2 ="),
        ["A.toml, brand 'acme': purpose: is missing: write it."],
    ),
    "brand without a key": (
        BRAND.replace('key = "acme"\n', "").replace('name = "Acme"\n', ""),
        ["A.toml, brand number 1: key: is missing: write it."],
    ),
    "key with a space": (
        brand_with('key = "my brand"'),
        ["brand 'my brand': key: write lower-case letters, digits, - or _, at most 40 (it is 'my brand')."],
    ),
    "empty hashtag": (
        brand_with('hashtags = ["#"]'),
        ["brand 'acme': hashtags: hashtag '#' is empty: remove it or write a word."],
    ),
    "hashtag of two words": (brand_with('hashtags = ["#a b"]'), ["brand 'acme': hashtags: '#a b' is no hashtag:"]),
    "query that cannot be read": (
        brand_with('query = "(acme"'),
        ["brand 'acme': query: The '(' at character 1 is never closed: add a ')'."],
    ),
    "list without brackets": (
        brand_with('names = "Acme"'),
        ["brand 'acme': names: write a list, like [\"one\", \"two\"] (it is 'Acme')."],
    ),
    "number in a list of texts": (
        brand_with('names = ["Acme", 7]'),
        ["brand 'acme': names.2: write text in quotes (it is 7)."],
    ),
    "unknown role": (
        brand_with('audience = ["boss"]'),
        ["brand 'acme': audience.1: write one of 'brand', 'pr', 'hr', 'operator' or 'admin' (it is 'boss')."],
    ),
    "days as text": (
        brand_with('retention_days = "long"'),
        ["brand 'acme': retention_days: write a whole number (it is 'long')."],
    ),
    "too long": (brand_with("retention_days = 4000"), ["retention_days: write a number of at most 400 (it is 4000)."]),
    "too short": (brand_with("retention_days = 0"), ["retention_days: write a number of at least 1 (it is 0)."]),
    "half a day": (brand_with("retention_days = 1.5"), ["retention_days: write a whole number (it is 1.5)."]),
    "share of more than all": (
        BRAND + '[[rule]]\nkind = "negative-share"\nname = "m"\ntitle = "t"\nmin_share = 2',
        ["rule 'm': min_share: write a number of at most 1 (it is 2)."],
    ),
    "factor that is none": (
        BRAND + '[[rule]]\nkind = "spike"\nname = "m"\ntitle = "t"\nfactor = 1',
        ["rule 'm': factor: write a number greater than 1 (it is 1)."],
    ),
    "nothing as a word": (brand_with('names = [""]'), ["names.1: write at least 1 characters (it is '')."]),
    "neither true nor false": (
        BRAND + "[platforms.files]\nenabled = 'perhaps'",
        ["A.toml: platforms.files.enabled: write true or false (it is 'perhaps')."],
    ),
    "a word where a table belongs": (BRAND + "dashboard = 8000", ["brand 'acme': dashboard: there is no such setting"]),
    "a section that is a word": ("store = 'here'\n" + BRAND, ["A.toml: store: write a table, like [section]"]),
    "one bracket": (
        BRAND.replace("[[brand]]", "[brand]"),
        ["a.toml: 'brand' is a list of tables: write [[brand]] in two brackets above each."],
    ),
    "rule without a kind": (
        BRAND + RULE.replace('kind = "risk"\n', ""),
        ["A.toml, rule 'leak': 'kind' is missing: write one of"],
    ),
    "rule of an unknown kind": (
        BRAND + RULE.replace('"risk"', '"risky"'),
        ["rule 'leak': there is no kind 'risky': write one of 'risk', 'reach', 'negative-share', 'spike'."],
    ),
    "channel of an unknown kind": (
        BRAND + OUTBOX.replace('"folder"', '"pigeon"'),
        ["channel 'outbox': there is no kind 'pigeon': write one of 'email', 'webhook', 'folder'."],
    ),
    "entry that is called as its kind": (
        BRAND + OUTBOX + "folder = 7",
        ["channel 'outbox': folder: write text in quotes (it is 7)."],
    ),
    "server that is none": (
        BRAND + "[platforms.mastodon]\nbase_url = 'social.example'",
        [
            "A.toml: platforms.mastodon.base_url: 'social.example' is no server: write an address like https://social.example."
        ],
    ),
    "second server that is none": (
        BRAND + "[[platforms.mastodon.servers]]\nbase_url = 'social.example'",
        [
            "platforms.mastodon.servers.1.base_url: write an address like https://social.example",
            "(it is 'social.example').",
        ],
    ),
    "port of another world": (
        BRAND + "[dashboard]\nport = 99999",
        ["A.toml: dashboard.port: write a number of at most 65535 (it is 99999)."],
    ),
    "nothing to listen for": (
        BRAND.replace('names = ["Acme"]\n', ""),
        ["a.toml, brand 'acme': nothing to listen for; write names, hashtags, handles or a query."],
    ),
    "unknown platform": (
        brand_with('platforms = ["mastodn"]'),
        ["a.toml, brand 'acme': platforms: there is no platform 'mastodn'; did you mean 'mastodon'?"],
    ),
    "platform like no other": (
        brand_with('platforms = ["fax"]'),
        ["there is no platform 'fax': write some of "],
    ),
    "two brands of a name": (
        BRAND + BRAND,
        ["a.toml, brand 'acme': another brand is called so in a.toml, brand 'acme': rename one of the two."],
    ),
    "two rules of a name": (BRAND + RULE + RULE, ["a.toml, rule 'leak': another rule is called so"]),
    "two channels of a name": (BRAND + OUTBOX + OUTBOX, ["a.toml, channel 'outbox': another channel is called so"]),
    "rule for nobody": (
        BRAND + RULE + "brands = ['acne']",
        ["a.toml, rule 'leak': brands: there is no brand 'acne'; did you mean 'acme'?"],
    ),
    "route for nobody": (
        BRAND + OUTBOX + "[[route]]\nchannels = ['outbox']\nbrands = ['zzz']",
        ["a.toml, route number 1: brands: there is no brand 'zzz': write some of acme."],
    ),
    "route to nowhere": (
        BRAND + "[[route]]\nchannels = ['mail']",
        ["a.toml, route number 1: channels: there is no channel 'mail': add a [[channel]] of that name."],
    ),
    "route with a slip": (
        BRAND + OUTBOX + "[[route]]\nchannels = ['outbax']",
        ["there is no channel 'outbax'; did you mean 'outbox'?"],
    ),
    "home in a file": (
        "home = '/x'\n" + BRAND,
        ["a.toml: remove 'home'; the folder of all state is set by the environment variable EARSHOT_HOME."],
    ),
    "example in a file": (
        "example = true\n" + BRAND,
        ["a.toml: remove 'example'; the invented company stands in by itself"],
    ),
}


@pytest.mark.parametrize("text, parts", REFUSED.values(), ids=REFUSED)
def test_a_sentence_for_each_mistake(tmp_path: Path, text: str, parts: list[str]) -> None:
    sentence = refusal(tmp_path, {"a.toml": text})
    for part in parts:
        assert part.lower() in sentence.lower()
    assert "pydantic" not in sentence
    assert "http" not in sentence or "social.example" in sentence


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    sentences = refusal(tmp_path, {"a.toml": brand_with("retention_days = 0") + "[store]\nulr = ''\n"}).splitlines()
    assert len(sentences) == 2


def test_what_stands_in_two_files_names_both(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, {"a.toml": BRAND + "[store]\nurl = ''", "b.toml": "[store]\nurl = ''"})
    assert sentence == "b.toml: 'store' is already set in a.toml: keep one of the two."
    sentence = refusal(tmp_path, {"a.toml": BRAND, "b.toml": BRAND})
    assert "b.toml, brand 'acme': another brand is called so in a.toml, brand 'acme'" in sentence
    sentence = refusal(tmp_path, {"a.toml": BRAND, "b.toml": BRAND.replace("[[brand]]", "[brand]")})
    assert sentence.startswith("b.toml: 'brand' is a list of tables")


def test_lists_of_several_files_are_united(tmp_path: Path) -> None:
    other = BRAND.replace('"acme"', '"tamrik"')
    settings = read(tmp_path, {"a.toml": BRAND + OUTBOX, "b.toml": other + MAIL, "notes.txt": "[["})
    assert [brand.key for brand in settings.brand] == ["acme", "tamrik"]
    assert [channel.name for channel in settings.channel] == ["outbox", "pr-mail"]
    assert not settings.example


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"# caf\xe9\n")
    assert refusal(tmp_path, {}) == "a.toml is not UTF-8 (byte 5): save it as UTF-8."


def test_a_folder_that_is_called_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    assert refusal(tmp_path, {}).startswith("a.toml cannot be opened: ")


def test_without_a_brand_the_example_stands_in(tmp_path: Path) -> None:
    settings = read(tmp_path, {"a.toml": OUTBOX})
    assert settings.example
    assert {brand.key for brand in settings.brand} == {"hollenbrook", "tamrik"}
    assert [channel.name for channel in settings.channel] == ["outbox"]
    assert (EXAMPLE / "config" / "brands.toml").is_file()


def test_our_own_files_are_right() -> None:
    settings = read_settings({})
    assert settings.example or settings.brand
    assert settings.rule
    assert settings.channel
    assert settings.route


def test_where_things_are(tmp_path: Path) -> None:
    assert home_of({"EARSHOT_HOME": str(tmp_path)}) == tmp_path
    assert home_of({}).name == ".earshot"
    assert home_of({"EARSHOT_HOME": ""}).name == ".earshot"
    assert config_folder({"EARSHOT_CONFIG": str(tmp_path)}) == tmp_path
    assert config_folder({}).name == "config"
    assert read(tmp_path, {"a.toml": BRAND}).home == str(tmp_path / "home")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"EARSHOT_CONFIG names .*/nowhere, which is not a folder: create it, or unset"
    ):
        read_settings({"EARSHOT_CONFIG": str(tmp_path / "nowhere")})


def test_the_environment_wins(tmp_path: Path) -> None:
    files = {"a.toml": BRAND + MAIL + RULE + "[dashboard]\nport = 9000\nzone = 'Europe/Bucharest'\n"}
    environ = {
        "EARSHOT_DASHBOARD__PORT": "9001",
        "EARSHOT_PLATFORMS__MASTODON__ENABLED": "true",
        "EARSHOT_PLATFORMS__MASTODON__BASE_URL": "https://social.example",
        "EARSHOT_PLATFORMS__MASTODON__SERVERS": '[{"base_url": "https://other.example", "access_token": "t0k"}]',
        "EARSHOT_RETENTION__PLATFORMS__FILES": "5",
        "EARSHOT_CHANNEL__PR_MAIL__PASSWORD": "s3cret",
        "EARSHOT_CHANNEL__PR_MAIL__TO": '["desk@acme.example"]',
        "EARSHOT_BRAND__ACME__RETENTION_DAYS": "7",
        "EARSHOT_RULE__LEAK__MIN_SCORE": "0.9",
        "EARSHOT_TEST_SEED": "1",
        "HOME": "/root",
    }
    settings = read(tmp_path, files, environ)
    assert (settings.dashboard.port, settings.dashboard.zone) == (9001, "Europe/Bucharest")
    mastodon = settings.platforms.mastodon
    assert mastodon.enabled
    assert [server.base_url for server in mastodon.all_servers] == ["https://social.example", "https://other.example"]
    assert settings.retention.platforms == {"reddit": 2, "youtube": 30, "files": 5}
    assert settings.brand[0].retention_days == 7
    assert settings.rule[0].min_score == 0.9  # type: ignore[union-attr]
    channel = settings.channel[0]
    assert channel.kind == "email"
    assert channel.password is not None
    assert channel.password.get_secret_value() == "s3cret"
    assert channel.to == ("desk@acme.example",)


VARIABLES = {
    "EARSHOT_STOER__URL": ("x", "The environment variable EARSHOT_STOER__URL names no setting; did you mean 'store'?"),
    "EARSHOT_STORE": ("x", "names no setting"),
    "EARSHOT_VERBOSE": ("1", "Write EARSHOT_<SECTION>__<KEY> with a section of store, ledger,"),
    "EARSHOT_HOME__X": ("1", None),
    "EARSHOT_STORE__ULR": (
        "x",
        "The environment variable EARSHOT_STORE__ULR: there is no such setting; did you mean 'url'?",
    ),
    "EARSHOT_DASHBOARD__PORT": (
        "many",
        "The environment variable EARSHOT_DASHBOARD__PORT: write a whole number (it is 'many').",
    ),
    "EARSHOT_DASHBOARD__PORT__X": ("1", "EARSHOT_DASHBOARD__PORT__X: there are no names below 'port'"),
    "EARSHOT_PLATFORMS__MASTODON__SERVERS": ("[{", "EARSHOT_PLATFORMS__MASTODON__SERVERS begins like JSON and is not:"),
    "EARSHOT_PLATFORMS__MASTODON__SERVERS__X__BASE_URL": ("u", "with EARSHOT_PLATFORMS__MASTODON__SERVERS."),
    "EARSHOT_PLATFORMS__FILES": ("x", "EARSHOT_PLATFORMS__FILES: write a table"),
    "EARSHOT_CHANNEL__MAIL__PASSWORD": (
        "x",
        "is for a channel called 'mail', and there is none: those that exist are pr-mail.",
    ),
    "EARSHOT_CHANNEL__PR_MAIL": ("x", "for a channel, EARSHOT_CHANNEL__<NAME>__<KEY>."),
    "EARSHOT_CHANNEL__PR_MAIL__TO": ("a@b.example", 'EARSHOT_CHANNEL__PR_MAIL__TO: write a list, like ["one", "two"]'),
    "EARSHOT_CHANNEL__PR_MAIL__TO__0": ("a@b.example", "with EARSHOT_CHANNEL__PR_MAIL__TO."),
    "EARSHOT_ROUTE__0__CHANNELS": ("x", "names no setting"),
}


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_that_means_nothing(tmp_path: Path, variable: str) -> None:
    value, part = VARIABLES[variable]
    files = {
        "a.toml": BRAND
        + MAIL
        + "[dashboard]\nport = 9000\n[[platforms.mastodon.servers]]\nbase_url = 'https://a.example'\n"
    }
    assert (part or variable) in refusal(tmp_path, files, {variable: value})


SECRETS = {
    "token as a number": "[platforms.mastodon]\naccess_token = 987654321",
    "token of a server": "[[platforms.mastodon.servers]]\nbase_url = 'https://a.example'\naccess_token = 987654321",
    "password as a number": MAIL + "password = 987654321",
    "address of a hook": "[[channel]]\nkind = 'webhook'\nname = 'w'\nsecret = 'x'\nurl = 987654321",
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_a_wrong_secret_is_not_shown(tmp_path: Path, text: str) -> None:
    sentence = refusal(tmp_path, {"a.toml": BRAND + text})
    assert "write text in quotes" in sentence
    assert "987654321" not in sentence
