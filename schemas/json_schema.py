"""JSON Schema: the contracts for every other language, made from the types and what stands beside them."""

import ast
import inspect
import sys
from functools import cache
from typing import Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from schemas.contract import Contract
from schemas.rules import RULES

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_of(contract: Contract) -> JsonSchemaValue:
    """Describe a whole event in structured mode; its data is `$defs/<name of the record>`."""
    body = contract.envelope.json_schema(schema_generator=ContractJsonSchema)
    about = {
        "$schema": DIALECT,
        "$id": f"urn:talktime:{contract.event_type}",
        "title": contract.event_type,
        "description": inspect.getdoc(contract.data_type),
    }
    return about | {key: value for key, value in body.items() if key not in about}


class ContractJsonSchema(GenerateJsonSchema):
    """Adds what pydantic cannot know: docstrings of fields, rules between them, how a correction is told."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002  pydantic gives it.
        """Leave out titles that only repeat the name of their field."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Write "this or null" as two types where that says the same, for it reads better."""
        inner = self.generate_inner(schema["schema"])
        if isinstance(inner.get("type"), str) and not inner.keys() & {"enum", "const", "not"}:
            return {**inner, "type": [inner["type"], "null"]}
        return super().nullable_schema(schema)

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        """Describe a record with the docstrings of its fields and its rule."""
        described = super().typed_dict_schema(schema)
        record = schema.get("cls")
        assert record is not None
        for field, description in field_descriptions(record).items():
            described["properties"][field]["description"] = description
        rule = RULES.get(record)
        if rule is not None and rule.json_schema is not None:
            described |= rule.json_schema
        return described

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Tell a corrected conference from a corrected call by its legs, as the check does."""
        call, conference = (self.generate_inner(schema["choices"][tag]) for tag in ("(call)", "(conference)"))
        legs = {"properties": {"legs": {"not": {"type": "null"}}}, "required": ["legs"]}
        return {"if": legs, "then": conference, "else": call}


def field_descriptions(record: type) -> dict[str, str]:
    """Read the docstrings of a record's fields, inherited ones too; Python itself forgets them."""
    found: dict[str, str] = {}
    for base in getattr(record, "__orig_bases__", ()):
        origin = getattr(base, "__origin__", base)
        if isinstance(origin, type):
            found |= field_descriptions(origin)
    return found | _docstrings(record.__module__).get(record.__name__, {})


@cache
def _docstrings(module: str) -> dict[str, dict[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: _fields_of(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields_of(node: ast.ClassDef) -> dict[str, str]:
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
