"""Turns a model into a plan that the runner executes, and says which tensor holds which value.

What one layer carries out together is found by `fuse`, the type of each value by `forms`, memory by
`slots`; here are the layers, in order. What a plan cannot say is refused by name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.lowering import forms
from harness.networks.lowering.forms import BITS, F16, F32, I8, Form
from harness.networks.lowering.fuse import Codes, Group, codes, groups, readers
from harness.networks.lowering.layers import (
    Meaning,
    Sum,
    copied,
    finish,
    meaning_of,
    pooled,
    product,
    room,
    steep,
)
from harness.networks.models.fold import fold
from harness.networks.models.model import AvgPool, Concat, Conv, Dense, MaxPool, Model, Quant, Sign
from harness.networks.plans.graph import Layer, Op, PlanNetwork, Tensor
from harness.networks.plans.rules import check_network
from harness.networks.plans.slots import with_slots

if TYPE_CHECKING:
    from collections.abc import Mapping


_NAME_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Lowered:
    """A plan, and where the model's values are in it: those that it stores, by name."""

    network: PlanNetwork
    values: Mapping[str, Meaning]


def lower(model: Model) -> Lowered:
    """Return the plan of a model; NetworkError names the first node that a plan cannot express."""
    try:
        folded = fold(model)
        coded, found = codes(folded), groups(folded)
        wanted = forms.wanted_forms(folded, found, coded)
        return _Lowering(model=folded, coded=coded, wanted=wanted).run(found)
    except NetworkError as error:
        where = f"{model.name}: {error.where}" if error.where else model.name
        raise NetworkError(error.what, where=where, do=error.do) from None


def _name(name: str) -> str:
    """What of a model's name fits a plan."""
    plain = "".join(c if c.isascii() and c.isprintable() else "_" for c in name)
    return plain[:_NAME_BYTES] or "network"


@dataclass
class _Joint:
    """A concatenation under way, in one form: its parts are written in order."""

    node: Concat
    form: Form
    tensor: int
    parts: int = 0  # written
    channels: int = 0

    @property
    def next(self) -> str:
        """The value whose turn it is; nothing when all are there."""
        return self.node.inputs[self.parts] if self.parts < len(self.node.inputs) else ""


@dataclass
class _Lowering:
    """The layers made so far; lives as long as one call of `lower`."""

    model: Model
    coded: Codes
    wanted: Mapping[str, set[Form]]
    tensors: list[Tensor] = field(default_factory=list)
    made: list[Layer] = field(default_factory=list)
    places: dict[tuple[str, Form], Meaning] = field(default_factory=dict)
    values: dict[str, Meaning] = field(default_factory=dict)
    joints: list[_Joint] = field(default_factory=list)

    def run(self, found: tuple[Group, ...]) -> Lowered:
        model = self.model
        self.read = readers(model)
        first = self._tensor(model.input, F32)
        self._put(model.input, F32, Meaning(tensor=first))
        for node in model.nodes:
            if isinstance(node, Concat):
                for form in sorted(
                    forms.joined_forms(self.coded[node.output], self.wanted[node.output])
                ):
                    joint = _Joint(node, form, self._tensor(node.output, form))
                    self.joints.append(joint)
        self._join()
        for group in found:
            self._group(group)
            self._join()
        output = self._get(model.output, F32).tensor
        network = PlanNetwork(
            name=_name(model.name),
            tensors=with_slots(self.tensors, self.made, (first, output)),
            layers=tuple(self.made),
            input=first,
            output=output,
        )
        self._check(network)
        return Lowered(network=network, values=self.values)

    def _check(self, network: PlanNetwork) -> None:
        """The rules of plans know numbers of layers and tensors only: say which values they are."""
        try:
            check_network(network)
        except NetworkError as error:
            kind, number = (*error.where.split(" ")[:2], "")[:2]
            index: int | None = int(number) if number.isdigit() else None
            if kind == "layer" and index is not None:
                layer = network.layers[index]
                index = layer.bits if layer.out is None else layer.out
            named = [value for value, place in self.values.items() if place.tensor == index]
            what = error.what.removeprefix("the plan is not sound: ")
            raise NetworkError(
                f"this is beyond what a plan can hold: {what}",
                where=named[0] if named else error.where,
                do="make this layer smaller, or use another runtime",
            ) from None

    def _tensor(self, value: str, form: Form) -> int:
        h, w, c = self.model.shapes[value]
        self.tensors.append(Tensor(type=form.type, h=h, w=w, c=c, planes=form.planes))
        return len(self.tensors) - 1

    def _put(self, value: str, form: Form, meaning: Meaning) -> None:
        self.places[value, form] = meaning
        self.values.setdefault(value, meaning)

    def _get(self, value: str, form: Form) -> Meaning:
        """Where `value` is in this form; made now of another form if it is not there yet."""
        if (value, form) in self.places:
            return self.places[value, form]
        source = self._any(value)
        target = meaning_of(self.coded[value], form, self._tensor(value, form))
        self._copy(source, target, form, self.coded[value])
        self._put(value, form, target)
        return target

    def _any(self, value: str) -> Meaning:
        """Where `value` is in a form that an AFFINE can read."""
        for form in (I8, F32, F16):
            if (value, form) in self.places:
                return self.places[value, form]
        raise NetworkError(
            "a plan has this value as bits or planes only, which nothing but products can read",
            where=value,
            do="quantise what the other nodes read to 8 bits",
        )

    def _copy(
        self, source: Meaning, target: Meaning, form: Form, code: Quant | Sign | None
    ) -> None:
        plain = copied(source, self.tensors[source.tensor].c)
        fields = finish(plain, (), None, target, room(code, form))
        self._layer(Op.AFFINE, source, target, None, fields)

    def _layer(
        self,
        op: Op,
        source: Meaning,
        out: Meaning | None,
        bits: int | None,
        fields: Mapping[str, Any],
    ) -> None:
        self.made.append(
            Layer(
                op=op,
                source=source.tensor,
                out=None if out is None else out.tensor,
                out_first=0 if out is None else out.first,
                bits=bits,
                **fields,
            )
        )

    def _join(self) -> None:
        """Copy into concatenations the parts whose turn it is and that are at hand already."""
        ready = True
        while ready:
            ready = False
            for joint in self.joints:
                at_hand = any((joint.next, form) in self.places for form in (I8, F32, F16))
                if joint.next and at_hand:
                    code = self.coded[joint.next]
                    source = self._any(joint.next)
                    self._copy(source, self._turn(joint), joint.form, code)
                    ready = True

    def _turn(self, joint: _Joint) -> Meaning:
        """Where the next part goes; the part counts as written then."""
        code = self.coded[joint.node.output]
        part = joint.next
        target = meaning_of(code, joint.form, joint.tensor, first=joint.channels)
        joint.parts += 1
        joint.channels += self.model.shapes[part][2]
        self.values.setdefault(part, target)
        if not joint.next:
            self._put(joint.node.output, joint.form, meaning_of(code, joint.form, joint.tensor))
        return target

    def _group(self, group: Group) -> None:
        sums, op, source = self._sum(group)
        shortcut = None
        if group.shortcut is not None:
            real = self.coded[group.shortcut] is None
            shortcut = self._get(group.shortcut, F32 if real else I8)
        bits = self._bits(group)
        main = group.value if group.quant is None else group.quant.output
        targets = self._targets(group, main, bits) if self._is_read(group) else []
        # where only bits are wanted of integers, the unit is theirs, so that zero stays zero
        alone = group.head is None and shortcut is None
        carrier = next((n for n, (_, t) in enumerate(targets) if t.first == 0), 0)
        for number, (form, target) in enumerate(targets or [(BITS, None)]):
            unit = target or Meaning(tensor=0, scale=source.scale if alone else 1.0)
            limits = room(self.coded[main], form) if target else (-math.inf, math.inf)
            fields = {} if op is Op.MAXPOOL else finish(sums, group.tail, shortcut, unit, limits)
            wanted = bits if number == carrier else None
            if target is not None or wanted is not None:
                self._layer(op, source, target, wanted, sums.fields | fields)
        for sign in group.signs:
            self._signs_as_bytes(group, sign)

    def _sum(self, group: Group) -> tuple[Sum, Op, Meaning]:
        head, shapes = group.head, self.model.shapes
        given = shapes[group.source]
        if head is None:
            source = self._any(group.source)
            return copied(source, given[2]), Op.AFFINE, source
        if isinstance(head, MaxPool | AvgPool):
            wanted = self._pool_form(group)
            source = self._get(group.source, wanted) if wanted else self._any(group.source)
            op = Op.MAXPOOL if isinstance(head, MaxPool) else Op.AVGPOOL
            return pooled(head, source, given, shapes[head.output]), op, source
        code = self.coded[group.source]
        form = forms.product_form(head, code, self.read[group.source], self.model)
        source = self._get(group.source, form)
        return product(head, source, form, given, shapes[head.output]), Op.CONV, source

    def _pool_form(self, group: Group) -> Form | None:
        code = self.coded[group.source]
        if code is not None:
            return I8
        if isinstance(group.head, AvgPool) or group.signs:
            return F32
        return forms.stored_form(None, self.wanted[group.value])

    def _bits(self, group: Group) -> int | None:
        signs = [sign for sign in group.signs if BITS in self.wanted[sign.output]]
        if not signs:
            return None
        tensor = self._tensor(signs[0].output, BITS)
        for sign in signs:
            self._put(sign.output, BITS, meaning_of(sign, BITS, tensor))
        return tensor

    def _is_read(self, group: Group) -> bool:
        """Say whether the layer has an output beside its bits."""
        if group.quant is not None:
            return True
        if group.head is None and not group.tail:
            return False
        behind = [n for n in self.read[group.value] if n not in group.signs]
        as_bytes = any(self._has_bytes(sign) for sign in group.signs)
        return bool(behind) or as_bytes or group.value == self.model.output

    def _has_bytes(self, sign: Sign) -> bool:
        return self.wanted[sign.output] != {BITS}

    def _targets(self, group: Group, main: str, bits: int | None) -> list[tuple[Form, Meaning]]:
        """Where the layer's output goes: into concatenations, and where else it is read."""
        code = self.coded[main]
        if isinstance(group.head, MaxPool):
            form = self._pool_form(group) or I8
        else:
            form = forms.stored_form(code, self.wanted[main])
        targets: list[tuple[Form, Meaning]] = []
        is_cheap = not isinstance(group.head, Conv | Dense)
        for joint in self.joints:
            while joint.next == main and joint.form == form and (is_cheap or not targets):
                targets.append((form, self._turn(joint)))
        others = [n for n in self.read[main] if not isinstance(n, Concat) and n not in group.signs]
        later = any(main in joint.node.inputs[joint.parts :] for joint in self.joints)
        aside = bits is not None and all(target.first for _, target in targets)
        if others or later or aside or not targets or main == self.model.output:
            place = meaning_of(code, form, self._tensor(main, form), unit=group.unit)
            self._put(main, form, place)
            targets.append((form, place))
        return targets

    def _signs_as_bytes(self, group: Group, sign: Sign) -> None:
        """Write -1 and +1 as bytes where something else than binary products reads them."""
        if not self._has_bytes(sign):
            return
        source = self._any(group.value)
        given = self.tensors[source.tensor]
        sums = steep(source, given.c, real=given.type is not I8.type)
        place = meaning_of(sign, I8, self._tensor(sign.output, I8))
        fields = finish(sums, (), None, Meaning(tensor=place.tensor), (-1.0, 1.0))
        self._layer(Op.AFFINE, source, place, None, fields)
        self._put(sign.output, I8, place)
