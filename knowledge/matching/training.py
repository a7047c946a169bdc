"""Kernel logistic regression: multinomial, one summed kernel, no randomness.

With unit vectors X and K = X Xᵀ the scores are f = K A + b, and the minimiser of
    sum of log-losses + (penalty / 2) tr(Aᵀ K A)
is found by L-BFGS in the kernel's own geometry: every vector is kept with its image
under K, so one product with K a step is all that is needed. At the optimum
A = (Y - P) / penalty, so A_ic k(q, x_i) is the vote of phrasing i for class c.
(Zhu and Hastie, "Kernel logistic regression and the import vector machine", 2005;
Nocedal and Wright, "Numerical optimization", 2006, algorithm 7.4.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from knowledge.matching.features import Floats, Ints

PENALTY = 0.01
STEPS = 22
MEMORY = 4
CLOSE_ENOUGH = 2e-3
BIAS_PACE = np.float32(0.01)
"""How far a bias goes beside the votes: it moves every phrasing at once, and at the
same pace its slope drowns theirs (thirty steps then do what sixty did not)."""
ARMIJO = 1e-4
LEAST_STRIDE = 1e-4

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Votes:
    """What was learnt: a vote per phrasing and class, and a bias per class."""

    alpha: Floats
    bias: Floats


class Products(Protocol):
    """The kernel, known by what it makes of a column of votes."""

    def __matmul__(self, votes: Floats, /) -> Floats: ...


@dataclass(frozen=True, slots=True)
class _Step:
    """A direction: votes, their image under the kernel, biases."""

    votes: Floats
    image: Floats
    bias: Floats

    def dot(self, other: "_Step") -> float:
        return float(np.vdot(self.votes, other.image) + np.vdot(self.bias, other.bias))

    def plus(self, scale: float, other: "_Step") -> "_Step":
        by = np.float32(scale)
        return _Step(
            self.votes + by * other.votes,
            self.image + by * other.image,
            self.bias + by * other.bias,
        )


def train(
    products: Products,
    labels: Ints,
    classes: int,
    *,
    penalty: float = PENALTY,
    said: Progress,
) -> Votes:
    """Learn the votes from the kernel and each phrasing's class."""
    rows = np.arange(len(labels))
    truth = np.zeros((len(labels), classes), np.float32)
    truth[rows, labels] = 1

    def cost(here: _Step) -> tuple[float, _Step]:
        logits = here.image + here.bias
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        total = chances.sum(axis=1, keepdims=True)
        loss = -(logits[rows, labels] - np.log(total[:, 0])).sum(dtype=np.float64)
        loss += 0.5 * penalty * np.vdot(here.votes, here.image)
        wrong = chances / total - truth
        slope = wrong + np.float32(penalty) * here.votes
        return float(loss), _Step(slope, products @ slope, wrong.sum(axis=0))

    nothing = np.zeros_like(truth)
    here = _Step(nothing, nothing, np.zeros(classes, np.float32))
    loss, slope = cost(here)
    past: list[tuple[_Step, _Step]] = []
    for step in range(STEPS):
        said(step, STEPS)
        if slope.dot(slope) < CLOSE_ENOUGH**2 * len(labels):
            break
        way = _direction(past, slope)
        downhill = slope.dot(way)
        stride = 1.0 if past else min(1.0, 4.0 / abs(downhill) ** 0.5)
        there = here.plus(stride, way)
        after, slope_after = cost(there)
        while after > loss + ARMIJO * stride * downhill and stride > LEAST_STRIDE:
            stride *= 0.5
            there = here.plus(stride, way)
            after, slope_after = cost(there)
        moved, turned = there.plus(-1.0, here), slope_after.plus(-1.0, slope)
        if moved.dot(turned) > 0:
            past = [*past[1 - MEMORY :], (moved, turned)]
        here, loss, slope = there, after, slope_after
    return Votes(here.votes, here.bias)


def _paced(step: _Step) -> _Step:
    """The step with its biases at their own pace: the first guess at the curvature."""
    return _Step(step.votes, step.image, step.bias * BIAS_PACE)


def _direction(past: list[tuple[_Step, _Step]], slope: _Step) -> _Step:
    """The two-loop recursion of L-BFGS."""
    way = slope
    used: list[float] = []
    for moved, turned in reversed(past):
        share = moved.dot(way) / moved.dot(turned)
        used.append(share)
        way = way.plus(-share, turned)
    if past:
        moved, turned = past[-1]
        scale = np.float32(moved.dot(turned) / turned.dot(_paced(turned)))
        way = _paced(way)
        way = _Step(scale * way.votes, scale * way.image, scale * way.bias)
    else:
        way = _paced(way)
    for (moved, turned), share in zip(past, reversed(used), strict=True):
        again = turned.dot(way) / moved.dot(turned)
        way = way.plus(share - again, moved)
    return _Step(-way.votes, -way.image, -way.bias)
