from tests.unit.domain.deciding import UNIT, call, conference, decided, facts, funded, leg


def test_where_a_caller_was_is_kept_so_that_the_price_can_be_computed_again() -> None:
    draft = decided(facts(funded(9 * UNIT)), call(origin="TR"), conference(leg(origin="DE"), leg()))

    assert [text.origin for text in draft.texts] == ["TR", ""]
    assert [line.origin for line in draft.lines] == ["DE", ""]


def test_a_call_of_a_numbered_source_writes_a_text_only_for_its_origin() -> None:
    numbered = call()._replace(source_number=3)
    abroad = call("c-2", origin="TR")._replace(source_number=3)

    draft = decided(facts(funded(9 * UNIT)), numbered, abroad)

    assert [(text.event_key, text.source, text.origin) for text in draft.texts] == [(abroad.key, "", "TR")]
