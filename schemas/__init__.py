"""The wire contracts: what every message on Kafka looks like.

The only package that says which bytes other programs may send and will get. `catalogue` is the table of all
events, `contract` how one is checked, `flaws` what is wrong with one that fails. `usage`, `accounts`,
`payments`, `recharges`, `account_states`, `notices`, `recharge_notices` and `dead_letters` describe the data,
`envelope` the CloudEvent around it, `fields` the types and limits they share, `rules` what one field demands
of another. From these types `python -m schemas.generate` writes the JSON Schema of each event (json/) and the
AsyncAPI document (asyncapi.yaml); examples/ holds one worked example of each, written by hand.

Reading: unknown fields are ignored, JSON null means absent wherever a field is optional, nothing is converted
(`"60"` and `true` are no numbers), and what a pattern or a limit here refuses never reaches the books.

How contracts change: an optional field may be added, and so may a reason code of a published event; none is
renamed, dropped, tightened or given another meaning. Whatever needs that becomes a new type, `.v2`, and both
are read for as long as anybody sends the first. So whoever reads these events ignores fields that are new to
it, and takes a reason code that is new to it as "other".
"""
