import pytest

from worker.domain.identity import (
    Identity,
    content_hash,
    hashed_key,
    is_canonical_uuid,
    park_key,
)

UUID_TEXT = "0197f0e2-8f3a-7c11-9a5e-1f2d3c4b5a69"


@pytest.mark.parametrize(
    "other",
    [
        UUID_TEXT.upper(),
        UUID_TEXT.replace("-", ""),
        f"{{{UUID_TEXT}}}",
        f"urn:uuid:{UUID_TEXT}",
        f"{UUID_TEXT}\n",
        f" {UUID_TEXT}",
        UUID_TEXT.replace("0", "\u0660"),
        "",
    ],
)
def test_only_a_uuid_in_canonical_lower_case_keeps_its_value(other: str) -> None:
    assert is_canonical_uuid(UUID_TEXT)
    assert not is_canonical_uuid(other)


def test_where_source_ends_and_id_begins_makes_a_difference() -> None:
    keys = {hashed_key(source, name) for source, name in [("a", "bc"), ("ab", "c"), ("abc", ""), ("", "abc")]}

    assert len(keys) == 4
    assert all(is_canonical_uuid(key) for key in keys)


def test_a_hashed_key_never_changes_once_it_is_stored() -> None:
    assert hashed_key("/pbx", "call-1") == "b5bf72cf-a129-0d72-4cad-6aa38bfdfc8f"


def test_a_content_hash_fits_eight_signed_bytes_and_never_changes() -> None:
    assert content_hash(["1", "call", "acme"]) == 7886740615847448673
    assert content_hash(["1", "call", "acme"]) != content_hash(["1", "callacme"])
    assert all(-(2**63) <= content_hash([str(number)]) < 2**63 for number in range(100))


def test_a_record_is_parked_once_by_tenant_identity_and_content() -> None:
    one = Identity("acme", "s", "e", "k", 1)
    others = [one._replace(tenant_id="globex"), one._replace(key="l"), one._replace(content_hash=2)]

    assert park_key(one) == park_key(one._replace(source="t", event_id="f"))
    assert len({park_key(one), *(park_key(other) for other in others)}) == 4
