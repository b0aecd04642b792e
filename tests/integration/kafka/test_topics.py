import pytest

from worker.kafka.topics import MissingTopicsError, check_topics, cluster_of, create_topics, wait_for_topics
from worker.settings.servers import Kafka
from worker.settings.topics import Topics


async def test_every_topic_is_made_with_as_many_partitions_as_asked(kafka: Kafka, topic_prefix: str) -> None:
    topics = Topics(prefix=topic_prefix)

    states = await create_topics(kafka, topics, partitions=6)

    assert {state.topic for state in states} == {*topics.read, *topics.written}
    assert {(state.partitions, state.replication, state.problem) for state in states} == {(6, 1, "")}


async def test_making_topics_again_changes_nothing(kafka: Kafka, topics: Topics) -> None:
    before = await check_topics(kafka, topics)

    assert await create_topics(kafka, topics, partitions=12) == before


async def test_looking_at_topics_makes_none(kafka: Kafka, topic_prefix: str) -> None:
    topics = Topics(prefix=topic_prefix)

    states = await check_topics(kafka, topics)

    assert all("talktime topics create" in state.problem for state in states)
    assert not any(topic.startswith(topic_prefix) for topic in (await cluster_of(kafka)).topics)


async def test_partitions_that_cells_cannot_share_are_a_problem(kafka: Kafka, topics: Topics) -> None:
    even = await check_topics(kafka, topics, cells=2)
    uneven = await check_topics(kafka, topics, cells=3)

    assert all(state.problem == "" for state in even)
    assert all("3 cells" in state.problem for state in uneven)


async def test_waiting_for_topics_names_those_that_are_missing(kafka: Kafka, topics: Topics) -> None:
    hasty = kafka.model_copy(update={"start_deadline_s": 0.1})

    with pytest.raises(MissingTopicsError, match=r"has no topic absent\.one; `talktime topics create`"):
        await wait_for_topics(hasty, [topics.usage, "absent.one"])


async def test_the_cluster_has_a_name(kafka: Kafka) -> None:
    assert (await cluster_of(kafka)).cluster_id
