"""Furnishing: an office made of settings and a pool."""

from worker.codec.decode import Decoder
from worker.codec.messages import Encoder
from worker.domain.entry import DAY_S
from worker.domain.facts import Limits
from worker.domain.recharge import RechargeLimits
from worker.domain.tariff import Decks
from worker.postgres.installation import read_installation
from worker.postgres.snapshot import read_cells
from worker.postgres.tariffs import load_decks
from worker.postgres.transaction import Database, transaction
from worker.settings.complaint import SettingsError
from worker.settings.model import Settings
from worker.transactions.office import Office, Sizes
from worker.transactions.registry import Registry


async def furnish(
    settings: Settings, pool: Database, cluster_id: str, *, cell: int = 0, rebuild: bool = False
) -> Office:
    """Load what never changes, and make what every transaction has at hand.

    A rebuild asks nobody for money and tells nobody what happened long ago.
    """
    async with transaction(pool) as tx:
        cells = await read_cells(tx)
        if cells != [cell]:
            raise SettingsError(
                (f"the schema has {len(cells)} cells; this version's worker serves a database of one cell",)
            )
        installation = await read_installation(tx)
        decks: Decks = await load_decks(tx)
    by_topic = settings.topics.contracts
    by_contract = {contract: topic for topic, contract in by_topic.items()}
    registry = Registry(pool, cell)
    return Office(
        pool=pool,
        cell=cell,
        installation=installation,
        cluster_id=cluster_id,
        limits=limits_of(settings),
        sizes=Sizes(settings.limits.batch_bytes, settings.limits.slice_charges, settings.relay.lanes),
        topics=by_topic,
        registry=registry,
        decoder=Decoder(by_topic, registry.sources, settings.limits.record_bytes),
        encoder=Encoder(by_contract, installation, settings.limits.dead_letter_bytes),
        decks=decks,
        muted=frozenset({by_contract["recharges"], by_contract["notices"]}) if rebuild else frozenset(),
    )


def limits_of(settings: Settings) -> Limits:
    """Take from the settings what a decision has to keep to."""
    recharge = settings.recharge
    return Limits(
        future_s=settings.limits.future_s,
        implausible_s=settings.limits.implausible_s,
        recharge=RechargeLimits(
            minimum_units=recharge.minimum_units,
            maximum_units=recharge.maximum_units,
            step_minor=recharge.step_minor,
            answer_by_s=recharge.answer_by_s,
            retry_wait_s=recharge.retry_wait_s,
            attempts=recharge.attempts,
            expires_s=recharge.expires_s,
            grace_s=recharge.grace_s,
            pending_s=recharge.pending_days * DAY_S,
            declined_waits_s=recharge.declined_waits_s,
            by_hand_open=recharge.by_hand_open,
        ),
    )
