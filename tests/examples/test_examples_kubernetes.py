"""The example packages fit together, and their objects fit the schemas they teach.

What a cluster would check is checked here as far as plain JSON Schema reaches: types, required and
unknown fields, enumerations, patterns and limits. Rules in CEL (`x-kubernetes-validations`) are not
run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PACKAGES = ("configuration", "function", "provider")

Object = dict[str, Any]
# apiVersion and kind.
Type = tuple[str, str]

# Groups whose objects the example packages define themselves.
OWN_GROUPS = re.compile(r"(^|\.)example\.org/")


class Located(NamedTuple):
    """An object and the path of its file, relative to the examples' folder."""

    path: str
    value: Object


def read(folder: Path) -> list[Located]:
    return [
        Located(file.relative_to(EXAMPLES).as_posix(), value)
        for file in sorted(folder.rglob("*.yaml"))
        for value in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


OBJECTS = read(EXAMPLES)


def of_kind(*kinds: str) -> list[Located]:
    return [found for found in OBJECTS if found.value["kind"] in kinds]


DEFINITIONS = of_kind("CustomResourceDefinition", "CompositeResourceDefinition")
COMPOSITIONS = of_kind("Composition")
STEPS = [
    Located(f"{path}, step {step['step']}", step)
    for path, composition in COMPOSITIONS
    for step in composition["spec"]["pipeline"]
]
METAS = [found for found in OBJECTS if found.value["apiVersion"].startswith("meta.pkg.")]


def named(found: Located) -> str:
    name = found.value.get("metadata", {}).get("name")
    return f"{found.path}: {name}" if name else found.path


# -- schemas ---------------------------------------------------------------------------------------


def strict(schema: Object) -> Object:
    """Turn a structural OpenAPI v3 schema into a JSON Schema that refuses unknown fields.

    A cluster prunes what a schema does not name, unless it says
    `x-kubernetes-preserve-unknown-fields`; strict field validation reports it, and so does this.
    """
    result = {key: value for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    if schema.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string"]
    properties = {name: strict(value) for name, value in schema.get("properties", {}).items()}
    if schema.get("x-kubernetes-embedded-resource"):
        properties.update(OBJECT_PROPERTIES)
        result["required"] = [*schema.get("required", ()), "apiVersion", "kind"]
    if properties:
        result["properties"] = properties
    if "items" in schema:
        result["items"] = strict(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = strict(schema["additionalProperties"])
    elif properties and not schema.get("x-kubernetes-preserve-unknown-fields"):
        result["additionalProperties"] = False
    return result


OBJECT_PROPERTIES: Object = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"type": "object"},
}


def schemas() -> dict[Type, Object]:
    """Return the strict schema of every type that the example packages define."""
    result = {}
    for _, definition in DEFINITIONS:
        spec = definition["spec"]
        for version in spec["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema["properties"].update(OBJECT_PROPERTIES)
            if definition["kind"] == "CompositeResourceDefinition":
                # Crossplane adds its own fields to what the definition's author wrote.
                schema["properties"]["spec"]["properties"]["crossplane"] = {"type": "object"}
            result[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return result


SCHEMAS = schemas()


def type_of(value: Object) -> Type:
    return value["apiVersion"], value["kind"]


def faults(value: Object) -> list[str]:
    validator = jsonschema.Draft7Validator(SCHEMAS[type_of(value)])
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator.iter_errors(value)
    ]


def bases() -> Iterator[Located]:
    """Yield the templates of the resources that the compositions compose."""
    for path, step in STEPS:
        for resource in step["input"]["resources"]:
            yield Located(f"{path}, resource {resource['name']}", resource)


# -- definitions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("found", DEFINITIONS, ids=named)
def test_a_definition_is_named_by_its_plural_and_group(found: Located) -> None:
    spec = found.value["spec"]
    assert found.value["metadata"]["name"] == f"{spec['names']['plural']}.{spec['group']}"


@pytest.mark.parametrize("found", DEFINITIONS, ids=named)
def test_a_definition_has_one_version_that_is_stored(found: Located) -> None:
    composite = found.value["kind"] == "CompositeResourceDefinition"
    flag = "referenceable" if composite else "storage"
    stored = [version for version in found.value["spec"]["versions"] if version[flag]]
    assert [version["served"] for version in stored] == [True]


@pytest.mark.parametrize("found", of_kind("CustomResourceDefinition"), ids=named)
def test_a_file_is_named_as_controller_gen_names_it(found: Located) -> None:
    spec = found.value["spec"]
    assert Path(found.path).name == f"{spec['group']}_{spec['names']['plural']}.yaml"


@pytest.mark.parametrize("found", DEFINITIONS, ids=named)
def test_a_schema_is_valid_and_its_defaults_fit_it(found: Located) -> None:
    def walk(schema: Object) -> Iterator[str]:
        if "default" in schema:
            for error in jsonschema.Draft7Validator(strict(schema)).iter_errors(schema["default"]):
                yield error.message
        for below in (
            *schema.get("properties", {}).values(),
            schema.get("items"),
            schema.get("additionalProperties"),
        ):
            if isinstance(below, dict):
                yield from walk(below)

    for version in found.value["spec"]["versions"]:
        schema = version["schema"]["openAPIV3Schema"]
        jsonschema.Draft7Validator.check_schema(strict(schema))
        assert list(walk(schema)) == []


# -- objects ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "found",
    [found for found in OBJECTS if OWN_GROUPS.search(found.value["apiVersion"])],
    ids=named,
)
def test_an_example_fits_the_schema_of_its_type(found: Located) -> None:
    assert faults(found.value) == []


def test_every_type_but_the_providers_own_records_has_an_example() -> None:
    shown = {type_of(found.value) for found in OBJECTS}
    shown |= {type_of(step["input"]) for _, step in STEPS}
    # The provider makes ProviderConfigUsages itself; nobody writes one.
    assert set(SCHEMAS) - shown == {("storage.example.org/v1alpha1", "ProviderConfigUsage")}


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda spec: spec["forProvider"].update(regoin="eu-north"), "'regoin' was unexpected"),
        (lambda spec: spec["forProvider"].update(region="moon"), "'moon' is not one of"),
        (lambda spec: spec["forProvider"].pop("region"), "'region' is a required property"),
        (lambda spec: spec["forProvider"].update(quota=1.5), "1.5 is not of type"),
        (lambda spec: spec["forProvider"].update(tags={"a": 1}), "1 is not of type 'string'"),
    ],
)
def test_an_object_that_does_not_fit_is_noticed(break_it: Any, message: str) -> None:
    spec: Object = {"forProvider": {"region": "eu-north"}}
    bucket = {"apiVersion": "storage.example.org/v1alpha1", "kind": "Bucket", "spec": spec}
    assert faults(bucket) == []
    break_it(spec)
    assert message in "\n".join(faults(bucket))


# -- compositions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("found", COMPOSITIONS, ids=named)
def test_a_composition_composes_a_type_that_a_definition_lets_it(found: Located) -> None:
    reference = found.value["spec"]["compositeTypeRef"]
    allowed = {
        (f"{xrd['spec']['group']}/{version['name']}", xrd["spec"]["names"]["kind"])
        for _, xrd in of_kind("CompositeResourceDefinition")
        for version in xrd["spec"]["versions"]
        if version["referenceable"]
    }
    assert type_of(reference) in allowed


def test_a_definitions_default_composition_exists() -> None:
    names = {composition["metadata"]["name"] for _, composition in COMPOSITIONS}
    wanted = {
        xrd["spec"]["defaultCompositionRef"]["name"]
        for _, xrd in of_kind("CompositeResourceDefinition")
        if "defaultCompositionRef" in xrd["spec"]
    }
    assert wanted
    assert wanted <= names


@pytest.mark.parametrize("found", STEPS, ids=named)
def test_a_steps_input_fits_the_functions_schema(found: Located) -> None:
    assert faults(found.value["input"]) == []


@pytest.mark.parametrize("found", list(bases()), ids=named)
def test_a_composed_resources_template_fits_the_schema_of_its_type(found: Located) -> None:
    base = found.value["base"]
    if OWN_GROUPS.search(base["apiVersion"]):
        assert faults(base) == []
    else:
        assert type_of(base) == ("v1", "ConfigMap")


def schema_at(schema: Object, path: str) -> Object:
    """Follow a field path such as `spec.rules[0].name` down a strict schema."""
    for part in re.findall(r"[^.\[\]]+", path):
        if part.isdigit():
            schema = schema["items"]
        else:
            schema = schema.get("properties", {}).get(part) or schema["additionalProperties"]
    return schema


def test_copied_fields_exist_on_both_sides_with_the_same_type() -> None:
    checked = 0
    for path, composition in COMPOSITIONS:
        composite = SCHEMAS[type_of(composition["spec"]["compositeTypeRef"])]
        for step in composition["spec"]["pipeline"]:
            for resource in step["input"]["resources"]:
                composed = SCHEMAS.get(type_of(resource["base"]))
                for copy in resource.get("fields", ()):
                    source = schema_at(composite, copy["from"])
                    if composed is None:
                        continue
                    target = schema_at(composed, copy["to"])
                    accepted = target["type"]
                    accepted = [accepted] if isinstance(accepted, str) else accepted
                    assert source["type"] in accepted, (path, copy)
                    checked += 1
                for copy in resource.get("results", ()):
                    target = schema_at(composite, copy["to"])
                    if composed is not None and not copy["from"].startswith("metadata."):
                        source = schema_at(composed, copy["from"])
                        assert source["type"] == target["type"], (path, copy)
                    checked += 1
    assert checked


# -- packages and their BUILD files ----------------------------------------------------------------


def build_fields(package: str) -> Object:
    """Return the fields of the one target in a package's BUILD file."""
    module = ast.parse((EXAMPLES / package / "BUILD").read_text(encoding="utf-8"))
    (statement,) = module.body
    assert isinstance(statement, ast.Expr)
    call = statement.value
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Name)
    assert call.func.id == "xpkg_package"
    assert call.args == []
    return {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}


BUILDS = {package: build_fields(package) for package in PACKAGES}


def dns_label(repository: str) -> str:
    """Return the name under which the package manager installs a dependency from a repository.

    Enough for the examples' plain repositories; the tool has the full rule.
    """
    assert re.fullmatch(r"[a-z0-9/-]{1,63}", repository)
    return repository.replace("/", "-").strip("-")


def test_each_package_has_one_meta_object_named_like_its_repository() -> None:
    names = {path.split("/")[0]: meta["metadata"]["name"] for path, meta in METAS}
    assert len(METAS) == len(PACKAGES)
    assert names == {
        package: fields["repository"].rpartition("/")[2] for package, fields in BUILDS.items()
    }


def test_a_package_holds_only_the_kinds_that_its_type_allows() -> None:
    allowed: dict[str, set[str]] = {
        "configuration": {"CompositeResourceDefinition", "Composition"},
        "function": {"CustomResourceDefinition"},
        "provider": {"CustomResourceDefinition"},
    }
    metas = {id(meta) for _, meta in METAS}
    for path, value in OBJECTS:
        package, folder = path.split("/")[:2]
        if folder != "examples" and id(value) not in metas:
            assert value["kind"] in allowed[package], path


def test_the_dependencies_are_the_packages_beside() -> None:
    (meta,) = (meta for path, meta in METAS if path.startswith("configuration/"))
    depends_on = {entry["kind"].lower(): entry for entry in meta["spec"]["dependsOn"]}
    assert sorted(depends_on) == ["function", "provider"]
    for package, entry in depends_on.items():
        assert entry["apiVersion"] == "pkg.crossplane.io/v1"
        assert entry["package"] == f"registry.example.org/{BUILDS[package]['repository']}"
    # They are found by these names, and not written into the BUILD file.
    assert "dependencies" not in BUILDS["configuration"]


@pytest.mark.parametrize("found", STEPS, ids=named)
def test_a_step_calls_the_function_by_its_installed_name(found: Located) -> None:
    assert found.value["functionRef"]["name"] == dns_label(BUILDS["function"]["repository"])


@pytest.mark.parametrize(
    "found",
    [found for found in OBJECTS if found.value["apiVersion"].startswith("pkg.crossplane.io/")],
    ids=named,
)
def test_an_example_installs_the_version_that_is_built(found: Located) -> None:
    fields = BUILDS[found.value["kind"].lower()]
    reference = f"registry.example.org/{fields['repository']}:{fields['version']}"
    assert found.value["spec"]["package"] == reference
    assert found.value["metadata"]["name"] == dns_label(fields["repository"])
