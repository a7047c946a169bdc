"""The scorer learns what a reference implementation learns."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from knowledge.matching import training


def _quiet(done: int, of: int) -> None:
    assert 0 <= done <= of


def test_kernel_logistic_regression_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(4, 12))
    labels = np.repeat(np.arange(4), 15)
    points = centres[labels] + rng.normal(scale=0.8, size=(60, 12))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    penalty = 0.1

    votes = training.train(points @ points.T, labels, 4, penalty=penalty, said=_quiet)
    oracle = LogisticRegression(C=1 / penalty, max_iter=2000, tol=1e-8)
    oracle.fit(points, labels)

    ours = points @ points.T @ votes.alpha + votes.bias
    ours = np.exp(ours - ours.max(1, keepdims=True))
    ours /= ours.sum(1, keepdims=True)
    assert np.abs(ours - oracle.predict_proba(points)).max() < 0.02


def test_training_twice_gives_the_same_to_the_bit() -> None:
    points = np.eye(6, dtype=np.float32)
    labels = np.array([0, 0, 1, 1, 2, 2])

    one = training.train(points, labels, 3, said=_quiet)
    two = training.train(points, labels, 3, said=_quiet)

    assert np.array_equal(one.alpha, two.alpha)
