import pytest

from tests.simulation.histories.mutants import MUTANTS
from tests.simulation.recharging.mutants import ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault)
def test_every_fault_can_still_be_planted(mutant: Mutant) -> None:
    source = (ROOT / "worker/domain" / f"{mutant.file}.py").read_text(encoding="utf-8")

    assert source.count(mutant.right) == 1
    assert mutant.wrong != mutant.right
