"""`python -m harness.networks.ladder.train`: trains a net, writes its file and its index row.

    python -m harness.networks.ladder.train --scheme w2a2 --width 1 --data FOLDER --out FOLDER

Needs the extra `train` (torch) and Fashion-MNIST. w8a8 is made of the fp32 net of the same width:
of the one in the output folder, which is trained first where there is none.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path

from harness.errors import EXIT_USAGE, HarnessError, NetworkError
from harness.networks.ladder import data, deploy, files, layout, sample
from harness.networks.ladder.evaluate import evaluate, top1
from harness.networks.ladder.nets import LadderNet
from harness.networks.ladder.training import History, train

EPOCHS = 3


def main(words: list[str] | None = None) -> int:
    """Train what the command line asks for; returns the exit code."""
    asked = _parser().parse_args(words)
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
        entry = make(asked.scheme, asked.width, asked.data, asked.out, asked.epochs, asked.seed)
    except HarnessError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be written: {error.strerror}\n")
        return EXIT_USAGE
    _say(f"{entry.name}: {entry.accuracy:.2%} of the test images, {entry.bytes} bytes")
    return 0


def make(scheme: str, width: str, folder: Path, out: Path, epochs: int, seed: int) -> files.Entry:
    """Train a net, write its file and its row of the index into `out`; returns the row."""
    if scheme != "w8a8":
        net, history = _trained(scheme, width, folder, epochs, seed)
        return keep(net, history, width, folder, out)
    known = files.entries(out) if (out / files.INDEX).exists() else {}
    twin = known.get(f"fp32_{width}") or make("fp32", width, folder, out, epochs, seed)
    images, _ = data.images_and_labels("train", folder)
    net = deploy.int8_twin(files.load("fp32", width, out), images[: deploy.CALIBRATION])
    history = History(epochs=twin.epochs, seed=twin.seed, torch=twin.torch, cpu_s=0)
    return keep(net, history, width, folder, out)


def keep(net: LadderNet, history: History, width: str, folder: Path, out: Path) -> files.Entry:
    """Write a net's file and its row, with what the deployed net answers to the test images."""
    images, labels = data.images_and_labels("t10k", folder)
    name, content, logits = f"{net.scheme}_{width}", files.encode(net), evaluate(net, images)
    chosen = logits[sample.places()]
    exact = hashlib.sha256(chosen.astype("<f4").tobytes()).hexdigest()
    entry = files.Entry(
        name=name,
        scheme=net.scheme,
        width=width,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        accuracy=top1(logits, labels),
        epochs=history.epochs,
        seed=history.seed,
        torch=history.torch,
        train_cpu_s=round(history.cpu_s),
        sample_classes="".join(map(str, chosen.argmax(1))),
        sample_logits_sha256="" if net.scheme == "fp32" else exact,
    )
    (out / f"{name}.npz").write_bytes(content)
    known = files.entries(out) if (out / files.INDEX).exists() else {}
    files.write_index({**known, name: entry}, out)
    return entry


def _trained(
    scheme: str, width: str, folder: Path, epochs: int, seed: int
) -> tuple[LadderNet, History]:
    images, labels = data.images_and_labels("train", folder)
    if find_spec("torch") is None:
        raise NetworkError("torch is not installed: pip install 'lowbit-edge-harness[train]'")
    form, channels = layout.SCHEMES[scheme], layout.WIDTHS[width]
    arrays, history = train(form, channels, images, labels, epochs=epochs, seed=seed, say=_say)
    return deploy.deployed(form, arrays, images[: deploy.CALIBRATION]), history


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m harness.networks.ladder.train")
    parser.add_argument("--scheme", required=True, choices=list(layout.SCHEMES))
    parser.add_argument("--width", default="1", choices=list(layout.WIDTHS))
    parser.add_argument("--data", type=Path, default=data.FOLDER, help="Fashion-MNIST's four files")
    parser.add_argument("--out", type=Path, required=True, help="folder of the net and INDEX.json")
    parser.add_argument("--epochs", type=_positive, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _positive(word: str) -> int:
    if not word.isdecimal() or not int(word):
        raise argparse.ArgumentTypeError(f"{word!r} is no number of epochs: 1 or more")
    return int(word)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
