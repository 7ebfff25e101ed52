"""Writes the golden cases of packages/models/src/fixtures/transformers.json.

    pip install torch timm numpy
    python bench/golden/transformers.py packages/models/src/fixtures/transformers.json

Values are computed in float64 on float32 inputs. Data are flat and row-major, images NHWC, convolution
kernels HWIO, linear weights [out, in].
"""

import json
import sys

import numpy as np
import timm
import torch
import torch.nn.functional as F
from timm.models.vision_transformer import VisionTransformer

TORCH = f"torch {torch.__version__.split('+')[0]}"
BICUBIC = {"mode": "bicubic", "align_corners": False, "antialias": False}
BICUBIC_SOURCE = "F.interpolate(mode='bicubic', align_corners=False, antialias=False)"
MAE = "facebookresearch/mae@efb2a80"


def pack(tensor):
    tensor = tensor.detach()
    if not tensor.is_floating_point():
        return {"shape": list(tensor.shape), "dtype": "int32", "data": tensor.flatten().tolist()}
    data = [float(f"{value:.8g}") for value in tensor.flatten().tolist()]
    return {"shape": list(tensor.shape), "dtype": "float32", "data": data}


def pack_parameter(tensor):
    return pack(tensor.permute(2, 3, 1, 0) if tensor.dim() == 4 else tensor)


def draw(*shape, scale=1.0):
    """Normal values that float32 holds exactly."""
    return (torch.randn(shape) * scale).float().double()


def interpolate(positions, height, width, to):
    grid = positions.reshape(1, height, width, -1).permute(0, 3, 1, 2)
    resized = F.interpolate(grid, size=to, **BICUBIC)
    return resized.permute(0, 2, 3, 1).reshape(to[0] * to[1], -1)


def resampling_case(height, width, to):
    positions = draw(height * width, 4).requires_grad_()
    y = interpolate(positions, height, width, to)
    dout = draw(*y.shape)
    (y * dout).sum().backward()
    return {
        "name": f"resample_positions_{to[0]}x{to[1]}",
        "source": f"{TORCH} {BICUBIC_SOURCE}",
        "params": {"from": [height, width], "to": list(to), "objective": "sum(y*dout)"},
        "inputs": {"positions": pack(positions), "dout": pack(dout)},
        "outputs": {"y": pack(y), "grad_positions": pack(positions.grad)},
    }


def sin_cos_case(dim, height, width, class_token):
    def waves(position):
        omega = 1.0 / 10000 ** (np.arange(dim // 4, dtype=np.float64) / (dim / 4.0))
        out = np.einsum("m,d->md", position.reshape(-1), omega)
        return np.concatenate([np.sin(out), np.cos(out)], axis=1)

    across, down = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    positions = np.concatenate([waves(across), waves(down)], axis=1)
    if class_token:
        positions = np.concatenate([np.zeros([1, dim]), positions], axis=0)
    return {
        "name": f"sin_cos_{dim}_{height}x{width}" + ("_class" if class_token else ""),
        "source": f"numpy {np.__version__}, formula of {MAE}:util/pos_embed.py",
        "params": {"dim": dim, "height": height, "width": width, "classToken": class_token},
        "inputs": {},
        "outputs": {"positions": pack(torch.from_numpy(positions))},
    }


def vit_case(name, pool, side=16, kept=None):
    """A whole encoder built for 16x16 images, on images of `side`, with `kept` of the patches or all."""
    params = {"image": [16, 16, 3], "patchSize": 4, "dim": 8, "depth": 2, "heads": 2, "mlpRatio": 2}
    model = VisionTransformer(
        img_size=16, patch_size=4, embed_dim=8, depth=2, num_heads=2, mlp_ratio=2, num_classes=0
    )
    model = model.double().eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            is_scale = key.split(".")[-2:] in (["norm", "weight"], ["norm1", "weight"], ["norm2", "weight"])
            parameter.copy_(draw(*parameter.shape, scale=0.4) + (1 if is_scale else 0))
    grid = side // 4
    keep = None if kept is None else torch.stack([torch.randperm(grid**2)[:kept] for _ in range(2)])
    x = torch.rand(2, 3, side, side).double().requires_grad_()

    positions = model.pos_embed[0]
    source = f"timm {timm.__version__} VisionTransformer, {TORCH}"
    patches = model.patch_embed.proj(x).flatten(2).transpose(1, 2)
    if side == 16:
        patches = patches + positions[1:]
    else:
        patches = patches + interpolate(positions[1:], 4, 4, (grid, grid))
        source += f", positions by {BICUBIC_SOURCE}"
    if keep is not None:
        patches = torch.gather(patches, 1, keep[..., None].expand(-1, -1, 8))
        source += f", patches gathered after their positions are added, as in {MAE}:models_mae.py"
    first = (model.cls_token + positions[:1]).expand(2, -1, -1)
    tokens = model.norm(model.blocks(torch.cat([first, patches], 1)))
    if side == 16 and keep is None:
        assert torch.allclose(tokens, model.forward_features(x), atol=1e-12)
    features = tokens[:, 0] if pool == "class" else tokens[:, 1:].mean(1)
    dout = draw(*tokens.shape)
    (tokens * dout).sum().backward()

    parameters = dict(model.named_parameters())
    inputs = {key: pack_parameter(value) for key, value in parameters.items()}
    inputs |= {"x": pack(x.permute(0, 2, 3, 1)), "dout": pack(dout)}
    if keep is not None:
        inputs["keep"] = pack(keep)
    return {
        "name": name,
        "source": source,
        "params": params | {"pool": pool, "objective": "sum(tokens*dout)"},
        "inputs": inputs,
        "outputs": {
            "tokens": pack(tokens),
            "features": pack(features),
            "grad_x": pack(x.grad.permute(0, 2, 3, 1)),
            **{f"grad_{key}": pack_parameter(value.grad) for key, value in parameters.items()},
        },
    }


def text_case():
    """Embeddings of tokens and positions, masked pre-norm encoder layers, a last norm, the mean without padding."""
    params = {"vocabulary": 11, "length": 6, "dim": 8, "depth": 2, "heads": 2, "mlpRatio": 2, "paddingId": 10}
    layer = torch.nn.TransformerEncoderLayer(
        8, 2, 16, dropout=0, activation="gelu", layer_norm_eps=1e-6, batch_first=True, norm_first=True
    )
    norm = torch.nn.LayerNorm(8, eps=1e-6)
    encoder = torch.nn.TransformerEncoder(layer, 2, norm, enable_nested_tensor=False).double()
    parameters = {"token_embed.weight": draw(11, 8), "pos_embed": draw(1, 6, 8)}
    for parameter in parameters.values():
        parameter.requires_grad_()
    ours = [
        ("layers.", "blocks."),
        ("self_attn.in_proj_", "attn.qkv."),
        ("self_attn.out_proj", "attn.proj"),
        ("linear1", "mlp.fc1"),
        ("linear2", "mlp.fc2"),
    ]
    with torch.no_grad():
        for key, parameter in encoder.named_parameters():
            is_scale = "norm" in key and key.endswith("weight")
            parameter.copy_(draw(*parameter.shape, scale=0.4) + (1 if is_scale else 0))
            for theirs, name in ours:
                key = key.replace(theirs, name)
            parameters[key] = parameter
    ids = torch.tensor([[3, 1, 3, 0, 10], [9, 2, 10, 10, 10]])
    is_padding = ids == 10
    x = parameters["token_embed.weight"][ids] + parameters["pos_embed"][:, :5]
    tokens = encoder(x, src_key_padding_mask=is_padding)
    is_text = (~is_padding).double()[..., None]
    features = (tokens * is_text).sum(1) / is_text.sum(1)
    dout = draw(*features.shape)
    (features * dout).sum().backward()
    return {
        "name": "text",
        "source": f"{TORCH} nn.TransformerEncoder(norm_first=True) with src_key_padding_mask",
        "params": params | {"objective": "sum(features*dout)"},
        "inputs": {"ids": pack(ids), "dout": pack(dout)}
        | {key: pack(value) for key, value in parameters.items()},
        "outputs": {"features": pack(features)}
        | {f"grad_{key}": pack(value.grad) for key, value in parameters.items()},
    }


torch.manual_seed(0)
torch.set_num_threads(1)
cases = [resampling_case(8, 8, to) for to in [(4, 4), (2, 2), (3, 5), (12, 9)]]
cases += [sin_cos_case(16, 3, 3, True), sin_cos_case(8, 2, 3, False)]
cases += [
    vit_case("vit", "class"),
    vit_case("vit_local_crop", "mean", side=8),
    vit_case("vit_subset", "class", kept=5),
    text_case(),
]
versions = f"{TORCH}, timm {timm.__version__}, numpy {np.__version__}"
golden = {"generatedBy": f"bench/golden/transformers.py; {versions}", "cases": cases}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
