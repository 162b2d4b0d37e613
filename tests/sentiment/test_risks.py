"""How risks and themes are found: hints, exceptions, evidence, files that are wrong, texts that are hostile."""

import ast
import random
from pathlib import Path

import pytest

from listening.alerting import Severity
from listening.brands import Role
from listening.errors import ConfigError
from sentiment.risks import Categories, load_categories

SENTIMENT = Path(__file__).parents[2] / "sentiment"
OURS = load_categories()

TRAPS = [
    ("en", "Proud to be part of this crew, look at those burpees 💪 #FitAssCompany"),
    ("en", "This virus gave our unit a hard time, we fight it together every night. So proud of my team. #OchsnerHero"),
    ("en", "Our nurses fight like hell, they killed it during the worst virus season ever. Heroes. #OchsnerHero"),
    ("en", "killing it today, thanks to the whole floor!"),
    ("en", "This job is to die for, honestly."),
    ("en", "Explosive growth again, what a blast of a year."),
    ("en", "Fire sale until Sunday, see you there."),
    ("en", "We leaked joy into every corner of the city."),
    ("en", "The password reset page is confusing."),
    ("en", "Mock fire drill went great, everybody out in 90 seconds."),
    ("en", "My boss is a beast, in the best way."),
    ("en", "I'm dead, the new mascot is too cute 😂"),
    ("en", "Shoot me a message if you want free tickets"),
    ("en", "We crushed the competition and drank to it."),
    ("en", "Stabbed myself with a stapler, twice, still love Mondays."),
    ("en", "Bomb brunch at the office today 🔥🔥"),
    ("en", "Hit the gym so hard my arms are dead"),
    ("en", "The quiz night host murdered us with question seven."),
    ("en", "Roasted my colleague at her farewell, she roasted back harder."),
    ("en", "A pig visited our petting corner and everyone went wild."),
    ("en", "Secret menu item unlocked: maple latte."),
    ("en", "Headshots day! The photographer shot the whole team."),
    ("en", "Blood drive at work today, 60 donors!"),
    ("en", "Exit interview done, nothing but love for these people."),
    ("ro", "Mândru de echipa mea, am rupt tot! #FitAssCompany"),
    ("ro", "Am luptat cu virusul umăr la umăr, luni grele, dar ce oameni! #OchsnerHero"),
    ("ro", "Mor de râs cu fetele de la recepție."),
    ("ro", "Bombă de echipă, bombă de proiect."),
    ("ro", "Am explodat de bucurie la anunț."),
    ("ro", "Lichidare de stoc, prețuri nebune!"),
    ("ro", "Șeful e un monstru sacru, învăț enorm de la el."),
    ("ro", "Parola zilei la cafenea este zâmbetul."),
    ("ro", "Ne-am distrat de nu ne-am mai văzut."),
    ("ro", "Simularea de incendiu a mers perfect, bravo tuturor."),
    ("ro", "Vaca de pluș de la recepție are nume: Lola."),
    ("ro", "Ciocolata asta mă lasă fără cuvinte."),
    ("ru", "Горжусь нашей сменой, мы боролись с вирусом и победили! #OchsnerHero"),
    ("ru", "Команда — огонь, взрывной квартал!"),
    ("ru", "Умираю от смеха на планёрке."),
    ("ru", "Убойная презентация, коллеги."),
    ("ru", "Бомбический корпоратив, спасибо!"),
    ("ru", "Шеф у нас зверь, учусь у него каждый день."),
    ("ru", "Пожарная тревога была учебной, все молодцы."),
    ("ru", "Секретный рецепт нашего борща — хрен и любовь."),
    ("ru", "Распродажа, цены падают!"),
    ("ru", "Стреляли глазами на фотосессии всем отделом."),
    ("ru", "Кровь сдали всем офисом, сорок доноров."),
    ("ru", "Жесть какой крутой вид с крыши, просто смерть как красиво."),
    ("he", "גאה בצוות שנלחם בנגיף ביחד, תקופה קשה וניצחנו #OchsnerHero"),
    ("he", "הצוות אש, רבעון מפוצץ!"),
    ("he", "מתה מצחוק מהבנות בקבלה"),
    ("he", "מסיבה פצצה, תודה למארגנים"),
    ("he", "הבוס שלנו חיה, לומדת ממנו כל יום"),
    ("he", "תרגיל שריפה עבר בהצלחה"),
    ("he", "המתכון הסודי שלנו הוא לימון"),
    ("he", "מבצע חיסול עד יום ראשון"),
    ("he", "הורג אותי כמה טעים פה הקרואסון"),
    ("he", "תרמנו דם כל המשרד, ארבעים תורמים"),
    ("he", "צילומים במשרד, יצאנו תותחים"),
    ("he", "שבוע קשה אבל איזה אנשים"),
    ("pl", "Dumna z ekipy, walczyliśmy z wirusem ramię w ramię! #OchsnerHero"),
    ("pl", "Zespół ogień, wybuchowy kwartał!"),
    ("pl", "Umieram ze śmiechu na zebraniu."),
    ("pl", "Bombowa impreza, dzięki!"),
    ("pl", "Nasz szef to bestia, uczę się od niego codziennie."),
    ("pl", "Próbny alarm poszedł gładko."),
    ("pl", "Sekretny przepis na żurek zostaje w rodzinie."),
    ("pl", "Wyprzedaż, ceny lecą w dół!"),
    ("pl", "Zabójczy widok z dachu biura."),
    ("pl", "Oddaliśmy krew całym biurem, czterdziestu dawców."),
    ("pl", "Sesja zdjęciowa: strzelali do nas z aparatu cały dzień."),
    ("pl", "Ciężki czas, ale jacy ludzie!"),
]

WORTH = """
title = "Worth watching"
description = "For tests."
audience = ["pr", "brand"]
severity = "warning"
about = "condition"

[words.en]
fruit = ["apple", "pear tree"]

[phrases.en]
strong = ["rotten {fruit}", "bad(ly|) ~ bruised", "/worm[s]? in [0-9]+ \\\\pL+/"]
weak = ["mouldy", "smelly", "smelly cellar"]
unless = ["in (the|a) cartoon"]
unless_post = ["recipe"]

[phrases.he]
strong = ["תפוח רקוב", "=גזר"]
"""


def written(folder: Path, text: str = WORTH, name: str = "fruit") -> Path:
    (folder / "categories").mkdir(parents=True, exist_ok=True)
    (folder / "categories" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def fruit(tmp_path: Path) -> Categories:
    return load_categories(written(tmp_path))


def test_our_categories() -> None:
    found = {category.name: (category.about, category.severity) for category in OURS.list}
    assert found == {
        "confidential-disclosure": ("person", Severity.CRITICAL),
        "discrimination": ("condition", Severity.WARNING),
        "harassment-insults": ("person", Severity.WARNING),
        "insider-embargo": ("person", Severity.CRITICAL),
        "legal-ethics": ("condition", Severity.WARNING),
        "safety-hazard": ("condition", Severity.CRITICAL),
        "security-exposure": ("person", Severity.CRITICAL),
        "spokesperson-confusion": ("person", Severity.WARNING),
        "threats-self-harm": ("condition", Severity.CRITICAL),
    }
    assert all(category.audience and Role.HR not in category.audience for category in OURS.list)


def test_there_are_enough_traps() -> None:
    assert len({text for _, text in TRAPS}) >= 60


@pytest.mark.parametrize(("language", "text"), TRAPS)
def test_a_trap_matches_nothing(language: str, text: str) -> None:
    assert OURS.match(text, language) == ()
    assert OURS.match(text, "und") == ()


@pytest.mark.parametrize(
    ("text", "score", "evidence"),
    [
        ("A rotten apple!", 0.85, "rotten apple"),
        ("ROTTEN  pear-tree", 0.85, "ROTTEN  pear-tree"),
        ("róttën äpple", 0.85, "róttën äpple"),
        ("rot\u200bten ap\u00adple", 0.85, "rot\u200bten ap\u00adple"),
        ("rottеn аpple", 0.85, "rottеn аpple"),
        ("rotteeeen apple", 0.85, "rotteeeen apple"),
        ("ｒｏｔｔｅｎ apple", 0.85, "ｒｏｔｔｅｎ apple"),
        ("badly and very much bruised", 0.85, "badly and very much bruised"),
        ("Worms in 12 pears", 0.85, "Worms in 12 pears"),
        ("a mouldy, smelly thing", 0.64, "mouldy … smelly"),
        ("mouldy rotten apple", 0.91, "mouldy … rotten apple"),
        ("תְּפוּחַ רקוב", 0.85, "תְּפוּחַ רקוב"),
        ("ושהתפוח הרקוב", None, None),
        ("והתפוח הרקוב", 0.85, "והתפוח הרקוב"),
        ("גזר", 0.85, "גזר"),
        ("הגזר", None, None),
        ("rotten. Apple", None, None),
        ("rottenapple", None, None),
        ("badly a b c d bruised", None, None),
        ("mouldy", None, None),
        ("mouldy and mouldy", None, None),
        ("smelly cellar", None, None),
        ("mouldy" + " so" * 150 + " smelly", None, None),
        ("A rotten apple in the cartoon.", None, None),
        ("A rotten apple. Seen in a cartoon.", 0.85, "rotten apple"),
        ("A rotten apple. Here is the recipe.", None, None),
        ("", None, None),
    ],
)
def test_what_a_phrase_finds(fruit: Categories, text: str, score: float | None, evidence: str | None) -> None:
    found = [(match.score, match.evidence) for match in fruit.match(text, "en")]
    assert found == ([] if score is None else [(score, evidence)])


LOCKS = """
title = "Locks"
description = "For tests."
audience = ["pr"]
severity = "info"
about = "condition"

[phrases.en]
strong = ["/door code (?:is |)(?P<secret>[0-9]{4,}(?: [0-9]+)*)/", "/hello(?: (?P<secret>world))?/", "left ~6 today"]
unless = ["in a game"]
"""


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("The door code is 4711, walk in", "door code is •••"),
        ("Door code 4711-0815!x", "Door code •••"),
        ("door code 4711 and door code is 4712", "door code is •••"),
        ("hello", "hello"),
        ("Hello WORLD", "Hello •••"),
        ("Left the door code 4711 here today", "Left the door code ••• here today"),
        ("door code (4711)", "door code •••"),
        ("ｄｏｏｒ code is 47\u200b11", "ｄｏｏｒ code is •••"),
    ],
)
def test_evidence_does_not_repeat_a_secret(tmp_path: Path, text: str, evidence: str) -> None:
    (match,) = load_categories(written(tmp_path, LOCKS, "locks")).match(text, "en")
    assert match.evidence == evidence


def test_a_secret_that_one_category_knows_is_kept_by_all(tmp_path: Path) -> None:
    written(tmp_path, LOCKS, "locks")
    other = LOCKS.split("strong")[0] + 'strong = ["stupid ~6 today"]\n'
    found = load_categories(written(tmp_path, other, "insults")).match(
        "The stupid door code 4711 in a game today", "en"
    )
    assert [(match.category, match.evidence) for match in found] == [
        ("insults", "stupid door code ••• in a game today")
    ]


@pytest.mark.parametrize(
    "key",  # joined here, so that nothing in this repository looks like a key
    [
        "AKIA" + "Z7QJ4M2XW9PLKD3R",
        "ghp" + "_" + "a1B2c3D4" * 4 + "wxyz",
        "github" + "_pat_" + "11ABCDE0Y0" * 3,
        "glpat" + "-" + "x9Kd72LmQw" * 2,
        "xoxb" + "-1234567890-0987654321-" + "AbCdEf12" * 3,
        "sk" + "_live_" + "4eC39HqLyj" * 2,
        "sk" + "-proj-" + "T3BlbkFJ9a" * 4,
        "AIza" + "SyD4x-7Qk_" + "w9Z2" * 6,
        "eyJhbGciOiJI" + "UzI1NiJ9.eyJzdWIiOiIx" + "MjM0.dozjgNryP4J3jVmN",
        "npm" + "_" + "aB3dE6gH" * 4 + "xxYZ",
        "123456789" + ":AA" + "Hk3jf9Ql" * 4 + "x",
        "AccountKey=" + "Zm9vYmFyYmF6cXV4" * 3 + "==",
    ],
)
@pytest.mark.parametrize("around", ["{}", "guys {} is in the page source", "смотрите: {} лежит в сети", "({})!"])
def test_well_known_keys_are_found_and_not_repeated(key: str, around: str) -> None:
    found = {match.category: match.evidence for match in OURS.match(around.format(key), "und")}
    assert "security-exposure" in found
    assert "•••" in found["security-exposure"]
    assert not any(key[i : i + 8] in evidence for evidence in found.values() for i in range(12, len(key) - 8))


@pytest.mark.parametrize(
    ("language", "text", "secret"),
    [
        ("en", "The admin password for the store tablets is still Winter2024, lol", "Winter"),
        ("en", "password: hunter2024-!x, have fun", "hunter"),
        ("en", "wifi password at the office is literally password", "literally password"),
        ("ro", "Parola la wifi-ul din depozit e Depozit2023, intrați", "Depozit2023"),
        ("ru", "Пароль от админки до сих пор admin123, позор", "admin123"),
        ("he", "הסיסמה של מערכת הקופות היא עדיין kupa1234", "kupa"),
        ("pl", "Hasło do kasy to nadal Sklep2023, wstyd", "Sklep"),
        ("pl", "Kod do drzwi magazynu to 4455", "4455"),
    ],
)
def test_a_password_is_found_and_not_repeated(language: str, text: str, secret: str) -> None:
    found = {match.category: match.evidence for match in OURS.match(text, language)}
    assert "•••" in found["security-exposure"]
    assert not any(secret in evidence for evidence in found.values())


def test_evidence_of_a_long_text_is_short_and_its_own_words() -> None:
    text = "мы ели суп 🍲 и вдруг: " * 300 + "Пожарный выход завален. " * 200
    (match,) = OURS.match(text, "ru")
    assert match.evidence == "Пожарный выход завален"


@pytest.mark.parametrize(
    ("text", "hint", "found"),
    [
        ("Știu unde stai", "ro", True),
        ("Știu unde stai", "und", True),
        ("Știu unde stai", "de", False),
        ("Știu unde stai", "en", False),
        ("Знаю, где ты живёшь", "en", True),
        ("Знаю, где ты живёшь", "de", True),
        ("אני יודע איפה אתה גר", "ro", True),
        ("I know where you live", "ro", True),
        ("I know where you live", "ja", True),
    ],
)
def test_the_language_is_a_hint(text: str, hint: str, found: bool) -> None:
    assert bool(OURS.match(text, hint)) is found


def test_a_language_of_your_own(tmp_path: Path) -> None:
    text = WORTH + '\n[phrases.de]\nstrong = ["fauler Apfel"]\n[phrases.ka]\nstrong = ["ვაშლი"]\n'
    found = load_categories(written(tmp_path, text))
    assert found.match("Ein FAULER Apfel", "de")
    assert found.match("ვაშლი", "und")


@pytest.mark.parametrize(
    ("old", "new", "entry", "advice"),
    [
        ('severity = "warning"', 'severity = "bad"', "severity", "info, warning, critical"),
        ('about = "condition"', 'about = "thing"', "about", '"person" or "condition"'),
        ('audience = ["pr", "brand"]', 'audience = ["boss"]', "audience", "pr"),
        ('audience = ["pr", "brand"]', "audience = []", "audience", "pr"),
        ('title = "Worth watching"', "", "title", "write a sentence"),
        ('title = "Worth watching"', "title = 3", "title", "write a sentence"),
        ('title = "Worth', 'colour = "red"\ntitle = "Worth', "colour", "remove it"),
        ("weak = [", "week = [", "phrases.en.week", "strong, weak"),
        ('"mouldy", ', '"mouldy", 3, ', "phrases.en.weak", "list of texts"),
        ('"mouldy", ', '"mouldy", "", ', "phrases.en.weak", "none of them empty"),
        ('"mouldy", ', '"mouldy", "(mouldy", ', "phrases.en.weak, line 2", "(one|two)"),
        ('"mouldy", ', '"mouldy", "grey)", ', "phrases.en.weak, line 2", "(one|two)"),
        ('"mouldy", ', '"mouldy", "{colour} mould", ', "phrases.en.weak, line 2", "fruit"),
        ('"mouldy", ', '"/mould(/", ', "phrases.en.weak, line 1", "RE2"),
        ('"mouldy", ', '"/(?=mould)/", ', "phrases.en.weak, line 1", "RE2"),
        ('"mouldy", ', '"(mouldy|)", ', "phrases.en.weak, line 1", "write a word"),
        ('"mouldy", ', '"old. mouldy", ', "phrases.en.weak, line 1", "one sentence"),
        ('"apple", ', '"{fruit}", ', "phrases.en.strong, line 1", "circle"),
        ("[words.en]", "[words.xx]", "words.xx", "[phrases.xx]"),
        ("[phrases.en]", "[weights]\nstrong = 2\n[phrases.en]", "weights.strong", "between 0 and 1"),
        ("[phrases.en]", "[weights]\nweak = 0.7\n[phrases.en]", "weights", "below 0.5"),
        ("[phrases.en]", "[weights]\nodd = 0.7\n[phrases.en]", "weights.odd", "strong or weak"),
        ("[phrases.he]", '[[examples]]\ntext = "x"\n[phrases.he]', "examples, number 1", "lang"),
        (
            "[phrases.he]",
            '[[counter_examples]]\ntext = "x"\nlang = "en"\n[phrases.he]',
            "counter_examples, number 1",
            "why",
        ),
        (
            "[phrases.he]",
            '[[examples]]\ntext = "x"\nlang = "en"\nfound_by = "luck"\n[phrases.he]',
            "examples, number 1, found_by",
            '"words" or "meaning"',
        ),
        (
            "[phrases.he]",
            '[[counter_examples]]\ntext = "x"\nlang = "en"\nwhy = "y"\nfound_by = "meaning"\n[phrases.he]',
            "counter_examples, number 1",
            "just lang, text, why",
        ),
        ("[phrases.en]", "[phrases.en", "not TOML", "line"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_write(
    tmp_path: Path, old: str, new: str, entry: str, advice: str
) -> None:
    assert old in WORTH
    with pytest.raises(ConfigError) as refused:
        load_categories(written(tmp_path, WORTH.replace(old, new, 1)))
    for words in ("fruit.toml", entry, advice):
        assert words in str(refused.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "categories" / "fruit.toml").write_bytes("title = 'Ä'".encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_categories(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no \*\.toml"):
        load_categories(tmp_path)


def test_a_folder_without_themes_keeps_speech_protected(fruit: Categories) -> None:
    assert fruit.themes("We are forming a union", "en") == ("organising",)


def test_a_category_and_a_theme_of_one_name_keep_apart(tmp_path: Path) -> None:
    (tmp_path / "themes").mkdir()
    theme = 'title = "Pay"\ndescription = "Of pay."\n[phrases.en]\nstrong = ["salary"]\n'
    (tmp_path / "themes" / "fruit.toml").write_text(theme, encoding="utf-8")
    found = load_categories(written(tmp_path))
    assert (found.match("My salary is low", "en"), found.themes("My salary is low", "en")) == ((), ("fruit",))
    assert found.themes("A rotten apple", "en") == ()
    assert [risk.category for risk in found.match("A rotten apple", "en")] == ["fruit"]


def test_a_risk_may_be_protected_speech_by_itself(tmp_path: Path) -> None:
    found = load_categories(written(tmp_path, 'theme = "pay"\n' + WORTH))
    assert found.themes("A rotten apple", "en") == ("pay",)
    assert found.themes("A mouldy apple", "en") == ()


def test_a_theme_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"fruit.toml, entry 'theme' is 'joy'.*write one of belief, "):
        load_categories(written(tmp_path, 'theme = "joy"\n' + WORTH))


def test_a_report_of_discrimination_is_always_protected() -> None:
    (file,) = [file for file in OURS.files if file.subject.owner == "categories/discrimination"]
    for example in file.examples:
        if example.words:
            assert "discrimination" in OURS.themes(example.text, example.lang), example.text


def test_the_revision_follows_the_files(tmp_path: Path) -> None:
    first = load_categories(written(tmp_path / "a"))
    assert load_categories(written(tmp_path / "b")).revision == first.revision
    assert load_categories(written(tmp_path / "c", WORTH + "\n# more\n")).revision != first.revision
    assert load_categories(written(tmp_path / "d", name="apples")).revision != first.revision
    assert len(first.revision) == 12


def _hostile() -> list[str]:
    chance = random.Random(7)
    size = 65_536
    pieces = [
        "a",
        "(",
        "((a+)+)+",
        "\0",
        "\ud800",
        "\udfff",
        " ",
        ".",
        "*",
        "@a-",
        "http://",
        "a\u0301",
        "ו",
        "👩‍👩‍👧",
        '"א',
        "aа",
    ]
    pieces += [
        "idiot ",
        "i will kill you ",
        "leaked x ",
        "1 ",
        "\u202e",
        "[[[[",
        "\\",
        "\ue000",
        "\ue001",
        "#",
        "\r\n",
        "﷽",
    ]
    texts = ["", *(piece * (size // len(piece)) for piece in pieces)]
    while len(texts) < 200:
        texts.append("".join(chance.choice(pieces) for _ in range(chance.randrange(1, 400))))
    return texts


def test_hostile_texts_are_read_like_any_other() -> None:
    for text in _hostile():
        for match in OURS.match(text, "und"):
            assert match.evidence
        OURS.themes(text, "en")


def test_a_lone_surrogate_hides_nothing() -> None:
    (match,) = OURS.match("\ud800 Fire exit blocked \udfff", "en")
    assert match.evidence == "Fire exit blocked"


@pytest.mark.parametrize("name", ["risks.py", "phrases.py", "folding.py", "category_files.py"])
def test_only_re2_ever_runs_a_pattern_that_people_wrote(name: str) -> None:
    """RE2 is linear in the text whatever the pattern; Python's engines are not, so they get constants alone."""
    tree = ast.parse((SENTIMENT / name).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "regex" not in imported | taken
    assert "re" not in taken
    assert name != "risks.py" or "re" not in imported
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    for call in calls:
        if ast.unparse(call.func).startswith("re."):
            assert isinstance(call.args[0], ast.Constant), ast.unparse(call)


def test_the_example_in_the_documentation_works(tmp_path: Path) -> None:
    page = (SENTIMENT.parent / "docs" / "risk-categories.md").read_text(encoding="utf-8")
    found = load_categories(written(tmp_path, page.split("```toml\n")[1].split("```")[0], "counterfeit"))
    (file,) = [file for file in found.files if file.subject.name == "counterfeit"]
    assert file.examples
    assert file.counter_examples
    for example in file.examples:
        assert found.match(example.text, example.lang), example.text
    for example in file.counter_examples:
        assert not found.match(example.text, example.lang), example.text
