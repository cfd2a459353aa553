"""What `tailor` finds in a repository and the globs that it writes."""

from __future__ import annotations

from xpkg_tool.discovery.tailor import adopt, projects
from xpkg_tool.messages.tailor import NewTarget

PROVIDER = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Provider\nmetadata: {name: p}\n"
CONFIGURATION = PROVIDER.replace("Provider", "Configuration")
CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
XRD = "apiVersion: apiextensions.crossplane.io/v1\nkind: CompositeResourceDefinition\n"
OBJECT = "apiVersion: v1\nkind: ConfigMap\n"
VALUES = "replicas: 1\n"


def adopted(files: dict[str, str], owned: tuple[str, ...] = ()) -> tuple[NewTarget, ...]:
    return adopt({path: text.encode() for path, text in files.items()}, owned)


def test_a_plain_package_needs_no_fields() -> None:
    (target,) = adopted(
        {
            "p/crossplane.yaml": PROVIDER,
            "p/crds/a.yaml": CRD,
            "p/examples/a.yaml": OBJECT,
            "other/values.yaml": VALUES,
        }
    )
    assert target == NewTarget("p", None, None, None, (), ("p/crds/a.yaml", "p/crossplane.yaml"))


def test_helm_values_called_crossplane_yaml_are_no_package() -> None:
    assert adopted({"chart/crossplane.yaml": VALUES}) == ()


def test_the_meta_object_may_be_in_any_file() -> None:
    (target,) = adopted({"p/package.yaml": CRD + "---\n" + PROVIDER})
    assert target.directory == "p" and target.sources is None


def test_what_is_no_content_is_left_out_with_its_reason() -> None:
    (target,) = adopted(
        {
            "p/crossplane.yaml": PROVIDER,
            "p/crds/a.yaml": CRD,
            "p/crds/kustomization.yaml": "resources: [a.yaml]\n",
            "p/auth.yaml": VALUES,
            "p/deploy/one.yaml": OBJECT,
            "p/deploy/two.yaml": OBJECT,
            "p/template.yaml": "name: {{ .Name }}\n",
            "p/xrd.yaml": XRD,
        }
    )
    assert target.sources == (
        "**/*.yaml",
        "!examples/**",
        "!auth.yaml",
        "!crds/kustomization.yaml",
        "!deploy/**",
        "!template.yaml",
        "!xrd.yaml",
    )
    assert target.comments == (
        "# Left out of `sources`: auth.yaml: not a Kubernetes object.",
        "# Left out of `sources`: crds/kustomization.yaml: not a Kubernetes object.",
        "# Left out of `sources`: deploy/**: ConfigMap (v1) is not allowed in a Provider.",
        "# Left out of `sources`: template.yaml: a template, not YAML.",
        (
            "# Left out of `sources`: xrd.yaml: CompositeResourceDefinition "
            "(apiextensions.crossplane.io/v1) is not allowed in a Provider."
        ),
    )
    assert target.files == ("p/crds/a.yaml", "p/crossplane.yaml")


def test_a_broken_file_is_not_hidden() -> None:
    (target,) = adopted({"p/crossplane.yaml": PROVIDER, "p/a.yaml": "a: [\n"})
    assert target.sources is None and "p/a.yaml" in target.files


def test_a_template_of_a_meta_object_is_no_package() -> None:
    assert adopted({"p/crossplane.yaml": PROVIDER.replace("name: p", "name: {{ .Name }}")}) == ()


def test_template_marks_inside_a_text_are_no_template() -> None:
    composition = (
        "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nspec:\n  t: '{{ x }}'\n"
    )
    (target,) = adopted({"p/crossplane.yaml": CONFIGURATION, "p/c.yaml": composition})
    assert target.sources is None and "p/c.yaml" in target.files


def test_a_package_folder_with_examples_beside_it_belongs_to_the_parent() -> None:
    (target,) = adopted(
        {
            "f/package/crossplane.yaml": PROVIDER,
            "f/package/crds/a.yaml": CRD,
            "f/package/values.yaml": VALUES,
            "f/example/a.yaml": OBJECT,
            "f/example/values.yaml": VALUES,
        }
    )
    assert target.directory == "f"
    assert target.sources == ("package/**/*.yaml", "!package/values.yaml")
    assert target.examples == ("example/**/*.yaml", "!example/values.yaml")
    assert target.comments == (
        "# Left out of `sources`: package/values.yaml: not a Kubernetes object.",
        "# Left out of `examples`: example/values.yaml: not a Kubernetes object.",
    )


def test_a_package_folder_beside_nothing_keeps_its_build_file() -> None:
    (target,) = adopted({"f/package/crossplane.yaml": PROVIDER})
    assert target.directory == "f/package"


def test_a_package_inside_a_package() -> None:
    outer, inner = adopted(
        {
            "o/crossplane.yaml": CONFIGURATION,
            "o/apis/x.yaml": XRD,
            "o/examples/e.yaml": OBJECT,
            "o/package/crossplane.yaml": CONFIGURATION,
            "o/package/x.yaml": XRD,
        }
    )
    assert (outer.directory, inner.directory) == ("o", "o/package")
    assert outer.sources == ("**/*.yaml", "!examples/**", "!package/**")
    assert outer.comments == ("# Left out of `sources`: package/**: a package of its own.",)
    # The examples beside the inner package belong to the outer one.
    assert inner.examples is None and inner.sources is None


def test_two_packages_in_one_folder_are_named_after_their_files() -> None:
    one, two = adopted({"p/a.yaml": PROVIDER, "p/b.yaml": PROVIDER, "p/crd.yaml": CRD})
    assert (one.name, two.name) == ("a", "b")
    assert one.sources == ("**/*.yaml", "!examples/**", "!b.yaml")
    assert two.sources == ("**/*.yaml", "!examples/**", "!a.yaml")


def test_what_is_owned_is_not_adopted_again() -> None:
    assert adopted({"p/crossplane.yaml": PROVIDER}, owned=("p/crossplane.yaml",)) == ()


def test_a_package_at_the_top_of_the_repository() -> None:
    (target,) = adopted({"crossplane.yaml": PROVIDER, "x.yaml": VALUES, "example/a.yaml": OBJECT})
    assert target.directory == ""
    assert target.sources == ("**/*.yaml", "!examples/**", "!example/**", "!x.yaml")
    assert target.examples == ("example/**/*.yaml",)


def test_special_characters_in_file_names_are_matched_as_any_character() -> None:
    (target,) = adopted({"p/crossplane.yaml": PROVIDER, 'p/a"[1]{x}.yaml': VALUES})
    assert target.sources is not None and target.sources[-1] == "!a??1??x?.yaml"


def test_only_endings_that_occur_are_written() -> None:
    (target,) = adopted({"p/crossplane.yml": PROVIDER, "p/a.yaml": CRD, "p/b.yml": VALUES})
    assert target.sources == ("**/*.yaml", "**/*.yml", "!examples/**", "!b.yml")


def test_a_kustomization_and_its_patches_are_left_out() -> None:
    """A patch looks like an object and is none."""
    (target,) = adopted(
        {
            "p/crossplane.yaml": PROVIDER,
            "p/crds/a.yaml": CRD,
            "p/crds/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
                "resources: [a.yaml]\npatches:\n- path: a-patch.yaml\n- patch: 'x'\n"
                "patchesStrategicMerge: [../patches/b.yaml, gone.yaml]\n"
                "configurations:\n- names.yaml\n"
            ),
            "p/crds/a-patch.yaml": CRD,
            "p/crds/names.yaml": CRD,
            "p/patches/b.yaml": CRD,
            "p/examples/kustomization.yaml": "patches: [{path: e.yaml}]\n",
            "p/examples/e.yaml": OBJECT,
            "p/examples/f.yaml": OBJECT,
        }
    )
    assert target.sources == (
        "**/*.yaml",
        "!examples/**",
        "!crds/a-patch.yaml",
        "!crds/kustomization.yaml",
        "!crds/names.yaml",
        "!patches/**",
    )
    assert target.examples == (
        "examples/**/*.yaml",
        "!examples/e.yaml",
        "!examples/kustomization.yaml",
    )
    assert target.comments == (
        "# Left out of `sources`: crds/a-patch.yaml: a patch of kustomization.yaml.",
        "# Left out of `sources`: crds/kustomization.yaml: a kustomization.",
        "# Left out of `sources`: crds/names.yaml: a patch of kustomization.yaml.",
        "# Left out of `sources`: patches/**: a patch of kustomization.yaml.",
        "# Left out of `examples`: examples/e.yaml: a patch of kustomization.yaml.",
        "# Left out of `examples`: examples/kustomization.yaml: not a Kubernetes object.",
    )


def test_a_kustomization_of_any_form_is_no_crash() -> None:
    for text in ("- a\n", "patches: {path: a.yaml}\n", "patches: [1, {path: 2}]\n", "a: [\n"):
        (target,) = adopted({"p/crossplane.yaml": PROVIDER, "p/kustomization.yaml": text})
        assert target.files == ("p/crossplane.yaml",), text


def test_many_files_of_one_name_are_one_glob() -> None:
    files = {"p/crossplane.yaml": CONFIGURATION, "p/c/a/values.yaml": VALUES, "p/c/a/x.yaml": XRD}
    for folder in ("a", "b", "c"):
        files[f"p/apis/{folder}/definition.yaml"] = XRD
        files[f"p/apis/{folder}/kustomization.yaml"] = "resources: [definition.yaml]\n"
    (target,) = adopted(files)
    assert target.sources == (
        "**/*.yaml",
        "!examples/**",
        "!**/kustomization.yaml",
        "!c/a/values.yaml",
    )
    assert target.comments[0] == (
        "# Left out of `sources`: **/kustomization.yaml: not a Kubernetes object."
    )
    # One of the name is kept: each is named.
    files["p/apis/d/values.yaml"] = XRD
    for folder in ("a", "b", "c"):
        files[f"p/apis/{folder}/values.yaml"] = VALUES
    (target,) = adopted(files)
    assert target.sources is not None and "!apis/a/values.yaml" in target.sources
    assert "!**/values.yaml" not in target.sources


def test_projects_of_other_programs_are_named() -> None:
    files = {
        "a/upbound.yaml": "apiVersion: meta.dev.upbound.io/v2alpha1\nkind: Project\n",
        "b/crossplane-project.yaml": "apiVersion: dev.crossplane.io/v1alpha1\nkind: Project\n",
        "c/upbound.yaml": VALUES,
        "d/project.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Project\n",
    }
    found = projects({path: text.encode() for path, text in files.items()})
    assert found == ("a/upbound.yaml", "b/crossplane-project.yaml")
    assert adopted(files) == ()


def test_objects_apart_from_their_meta_object_are_pointed_at() -> None:
    files = {
        "r/meta/crossplane.yaml": CONFIGURATION,
        "r/apis/x.yaml": XRD,
        "r/deploy/x.yaml": OBJECT,
        "r/other/crossplane.yaml": CONFIGURATION,
        "r/other/x.yaml": XRD,
    }
    apart, other = adopted(files)
    (comment,) = apart.comments
    assert comment.startswith("# Only the meta object lies in meta. If apis beside it belongs to")
    assert apart.sources is None and other.comments == ()
    # A package without objects of its own is right where there are none.
    del files["r/apis/x.yaml"]
    assert adopted(files)[0].comments == ()


def test_several_packages_in_one_folder_have_names_and_a_word() -> None:
    files = {"p/a.yaml": CONFIGURATION, "p/a.yml": CONFIGURATION, "p/apis/x.yaml": XRD}
    one, two = adopted(files)
    assert (one.name, two.name) == ("a-yaml", "a-yml")
    assert one.comments[-1].startswith("# This folder holds several packages: check which")
