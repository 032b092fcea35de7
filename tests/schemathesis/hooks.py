"""Leads a part of the invented requests to cards that exist, so that they get beyond "nothing there".

Schemathesis invents ids and versions that nobody has. Most of the time these are replaced by those of a card, and the
entry's by one of its entries; the rest stays as invented.
"""

import os
import random

import requests
import schemathesis

BASE = os.environ["KORTISTO_BASE"] + "/api/v1"
SECTIONS = {"phones": "phones", "emails": "emails", "notes": "notes", "treatments": "treatments", "requests": "requests"}
# In the health part of the card.
HEALTH = {"health": "entries", "patch-tests": "patch_tests", "adverse-events": "adverse_events", "refusals": "refusals"}
# Lists of the house whose entries are changed at the version of the whole.
LISTS = {"/catalogue": "items", "/breaches": "breaches"}
# Of the invented requests this share is led to a card.
LED = 0.8
# Erasing is led to a card so seldom that cards are left, and so are what lets nothing more be written on one.
ERASED = 0.05
# Whose password the owner's calls take; wrong ones slow down the next, so most are right.
OWNER = {"name": os.environ["KORTISTO_OWNER"], "password": os.environ["KORTISTO_PASSWORD"]}
# What the owner called the token that these requests come with.
OWN = "Keksij\u00e4"
SELDOM = 0.1

DAY = "2026-01-05"
PLAUSIBLE = {
    "last_name": "Keksitty",
    "birth_year": 1970,
    "email": "keksitty@example.com",
    "address": {"street": "Esimerkinpolku 1", "postcode": "15100", "town": "Lahti"},
    "date": DAY,
    "received": DAY,
    "read": DAY,
    "noticed": "2026-01-05T10:00:00Z",
    "asked": DAY,
    "told_tukes": None,
    "told_maker": DAY,
    "expires": "2026-07-05",
    "until": "2026-03-01",
    "batch": "E1",
    "contract_made": False,
    "contract": None,
    "confirm": ["warnings_seen", "other_person"],
    "substance": "v\u00e4ri",
    "what": "punoitus",
    "treatment": "",
    "query": "keksi",
}

chance = random.Random(int(os.environ["KORTISTO_SEED"]))
session = requests.Session()
session.trust_env = False
session.headers["Authorization"] = "Bearer " + os.environ["KORTISTO_TOKEN"]


def _get(path):
    answer = session.get(BASE + path, timeout=10)
    return answer.json() if answer.ok else {}


def _ids():
    return [client["id"] for client in _get("/clients").get("clients", [])]


def _entries(client, path):
    section = path.split("/{entry}")[0].rsplit("/", 1)[1]
    if section in HEALTH:
        found = _get(f"/clients/{client}/health").get(HEALTH[section], [])
    else:
        found = _get(f"/clients/{client}").get(SECTIONS[section], [])
    return [entry["id"] for entry in found]


def _body(case, path, client):
    """Values by which something is saved, so that what follows on it is tried too."""
    if not isinstance(case.body, dict) or chance.random() > LED:
        return
    for name, value in PLAUSIBLE.items():
        if name in case.body:
            case.body[name] = value
    if "phone" in case.body:
        case.body["phone"] = "+35840000%04d" % chance.randrange(10000)
    if "/treatments" in path:
        case.body["name"] = "Kasvohoito"
    if path.endswith("/erase"):
        case.body["confirm"] = client
    if path.endswith(("/restriction", "/contact-only")):
        case.body["on"] = chance.random() < SELDOM
    if path.endswith("/contact-only"):
        case.body["confirm"] = ["remove_entries"]
    if path.endswith("/duplicates"):
        case.body["one"], case.body["other"] = chance.choices(_ids() or [""], k=2)
    if path.endswith("/conflicts"):
        case.body["case"] = "name"
    if "/campaigns" in path:
        case.body.update({"title": "Avoimet ovet", "from": None, "to": None, "away_since": None, "list_days": 14})
    if path.endswith(("/health", "/patch-tests")):
        case.body["consent"] = {"method": "paper", "date": DAY}


def _of_the_house(case, path):
    """Campaigns, the catalogue and the settings, at the version that they have."""
    home = path.removeprefix("/api/v1").split("/{")[0]
    if home == "/campaigns" and "{id}" in path:
        all = [one["id"] for one in _get(home).get("campaigns", [])]
        if not all:
            return
        case.path_parameters["id"] = chance.choice(all)
        version = _get(f"{home}/{case.path_parameters['id']}").get("version")
    elif home in LISTS:
        listed = _get(home)
        entries = listed.get(LISTS[home], [])
        if "{entry}" in path and entries:
            case.path_parameters["entry"] = chance.choice(entries)["id"]
        version = listed.get("version")
    elif home == "/users" and "{id}" in path:
        # But for the owner, without whom nothing more is done in person.
        others = [one["id"] for one in _get(home).get("users", []) if one["name"] != OWNER["name"]]
        if others:
            case.path_parameters["id"] = chance.choice(others)
        return
    elif home.startswith("/settings"):
        settings = _get("/settings")
        if "{node}" in path and settings:
            case.path_parameters["node"] = settings["premises"][0]["node"]
        version = settings.get("version")
    else:
        return
    _see(case, version)


def _spare_own(case):
    """Its own token is the only one that it never revokes: everything after that would be refused."""
    tokens = [one["id"] for one in _get("/tokens")["tokens"] if one["name"] != OWN]
    case.path_parameters["id"] = chance.choice(tokens)


def _see(case, version):
    """The version that the request says to have seen, where it says one."""
    asks = {name.lower() for name in case.headers or {}}
    if version and "if-match" in asks:
        case.headers["if-match"] = f'"{version}"'


def _in_person(case):
    if isinstance(case.body, dict) and "owner" in case.body and chance.random() < LED:
        case.body["owner"] = dict(OWNER)


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    _in_person(case)
    if path.endswith("/tokens/{id}/revoke"):
        _spare_own(case)
        return
    if not path.startswith("/api/v1/clients/{id}"):
        _body(case, path, None)
        if chance.random() < LED:
            _of_the_house(case, path)
        return
    if chance.random() > (ERASED if path.endswith("/erase") else LED):
        return
    ids = _ids()
    if not ids:
        return
    client = chance.choice(ids)
    case.path_parameters["id"] = client
    if "{entry}" in path:
        entries = _entries(client, path)
        if entries:
            case.path_parameters["entry"] = chance.choice(entries)
    _see(case, _get(f"/clients/{client}").get("version"))
    _body(case, path, client)
