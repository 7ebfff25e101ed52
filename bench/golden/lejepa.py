"""Writes the golden cases of packages/losses/src/fixtures/lejepa.json, by the authors' own class.

    git clone https://github.com/rbalestr-lab/lejepa && git -C lejepa checkout eddffdd
    pip install torch
    python bench/golden/lejepa.py lejepa packages/losses/src/fixtures/lejepa.json

The class SIGReg is taken from their MINIMAL.md and run as it stands, but for the directions, which are given
instead of drawn. Values are computed in float64 on float32 inputs.
"""

import json
import re
import sys
from pathlib import Path

import torch

SOURCE = "rbalestr-lab/lejepa@eddffdd:MINIMAL.md (SIGReg, and lejepa_loss of main; directions given instead of drawn)"
DRAWN = 'A = torch.randn(proj.size(-1), 256, device="cuda")'
CASES = [("lejepa_2views", 2, 8, 5, 12, 0.05), ("lejepa_4views", 4, 6, 4, 20, 0.02)]


def authors_class(checkout):
    text = Path(checkout, "MINIMAL.md").read_text()
    source = re.search(r"class SIGReg.*?(?=\n\nclass ViTEncoder)", text, re.S).group(0)
    assert DRAWN in source
    names = {"torch": torch}
    exec(source.replace(DRAWN, "A = self.A.clone()"), names)
    return names["SIGReg"]


def outputs_of(sigreg_class, projections, directions, weight, dtype):
    x = projections.to(dtype).requires_grad_(True)
    sigreg = sigreg_class().to(dtype)
    sigreg.A = directions.to(dtype)
    invariance = (x.mean(0) - x).square().mean()
    regularisation = sigreg(x)
    loss = regularisation * weight + invariance * (1 - weight)
    loss.backward()
    values = {"loss": loss, "sigreg": regularisation, "invariance": invariance, "grad_projections": x.grad}
    return {name: value.detach().double() for name, value in values.items()}


def tensor(x):
    return {
        "shape": list(x.shape),
        "dtype": "float32",
        "data": [float(f"{value:.9g}") for value in x.float().flatten().tolist()],
    }


def main():
    sigreg_class = authors_class(sys.argv[1])
    cases = []
    for seed, (name, views, batch, dim, slices, weight) in enumerate(CASES):
        torch.manual_seed(seed)
        projections = torch.randn(views, batch, dim) * 1.3 + 0.2
        directions = torch.randn(dim, slices)
        given = (sigreg_class, projections, directions, weight)
        exact, single = outputs_of(*given, torch.float64), outputs_of(*given, torch.float32)
        cases.append(
            {
                "name": name,
                "source": SOURCE,
                "params": {"lambda": weight, "knots": 17, "layout": "projections [views, batch, dim]"},
                "inputs": {"projections": tensor(projections), "directions": tensor(directions)},
                "outputs": {key: tensor(value) for key, value in exact.items()},
                "refFloat32MaxAbsErr": {key: float((exact[key] - single[key]).abs().max()) for key in exact},
            }
        )
    Path(sys.argv[2]).write_text(
        json.dumps({"generatedBy": f"bench/golden/lejepa.py; torch {torch.__version__.split('+')[0]}; CPU", "cases": cases})
    )


main()
