"""What people know from other programs and from papers, and what it is called here."""

SIZE, STEPS, RATE = ("size = 512",), ("steps = 300",), ("rate = 1",)
CONTENT = ("weight.content = 0.5", "strength = 40")
STYLE = ("strength = 60", "weight.covariance = 2")
COLOR, DEVICE, BACKBONE = ("color = content",), ("device = cuda",), ("backbone = vgg19",)
PRECISION = ("precision = bfloat16",)
SHARES = ("style_weights = 2,1",)
VARIATION, START, EVERY = ("weight.variation = 1",), ("start = noise",), ("every = 20",)

FAMILIAR = {
    **dict.fromkeys(("iterations", "num_iterations", "max_iterations", "iters", "num_iters", "n_iter"), STEPS),
    **dict.fromkeys(("max_iter", "maxiter", "num_steps", "n_steps", "epochs", "num_epochs"), STEPS),
    **dict.fromkeys(("image_size", "img_size", "imsize", "max_size", "output_size", "resolution"), SIZE),
    **dict.fromkeys(("width", "height"), ("size = 400x300",)),
    **dict.fromkeys(("content_weight", "content_loss_weight", "alpha"), CONTENT),
    **dict.fromkeys(("style_weight", "style_loss_weight", "beta", "style_strength"), STYLE),
    **dict.fromkeys(("tv_weight", "tv", "total_variation_weight", "tv_loss_weight"), VARIATION),
    **dict.fromkeys(("init", "init_image", "init_method", "initial"), START),
    **dict.fromkeys(("learning_rate", "lr", "step_size"), RATE),
    **dict.fromkeys(("style_blend_weights", "style_blending_weights", "style_interp_weights"), SHARES),
    **dict.fromkeys(("original_colors", "original_color", "preserve_colors", "preserve_color", "keep_colors"), COLOR),
    **dict.fromkeys(("gpu", "cuda", "use_gpu", "use_cuda"), DEVICE),
    **dict.fromkeys(("cpu", "no_cuda", "no_gpu"), ("device = cpu",)),
    **dict.fromkeys(("model", "model_file", "network", "net", "vgg", "cnn"), BACKBONE),
    **dict.fromkeys(("fp16", "half", "dtype", "amp"), PRECISION),
    **dict.fromkeys(("optim", "solver"), ("optimizer = adam",)),
    **dict.fromkeys(("save_iter", "print_iter", "log_interval", "checkpoint_iterations"), EVERY),
    **dict.fromkeys(("output_image", "output_img", "out", "output_path", "output_file"), ("output = out.png",)),
    **dict.fromkeys(("style_layer", "layers_style"), ("style_layers = relu1_1,relu2_1",)),
    **dict.fromkeys(("content_layer", "layers_content"), ("content_layers = relu4_2",)),
    "pool": ("pooling = average",),
    "random_seed": ("seed = 1",),
    "weight.style": ("weight.covariance = 2", "weight.gram = 1"),
    **dict.fromkeys(("weight.tv", "weight.total_variation"), VARIATION),
}  # fmt: skip
"""From each name, with `_` for `-`, to one or several examples of what it is here."""


PLACES = {f"{kind}{end}" for kind in ("content", "style", "input") for end in ("", "_image", "_img", "_path")}
"""What has a place of its own on the command line, and no flag."""


def bare(name: str) -> str:
    """Return a name of other programs without hyphens before it and a value behind it, `_` for `-`."""
    return name.lstrip("-").partition("=")[0].replace("-", "_").lower()


def known_as(name: str) -> tuple[str, ...]:
    """Return what a name of other programs is here, as examples; nothing if it is none.

    Example:
        >>> known_as("--content-weight"), known_as("num_steps"), known_as("size")
        (('weight.content = 0.5', 'strength = 40'), ('steps = 300',), ())
    """
    return FAMILIAR.get(bare(name), ())


def here(name: str) -> str:
    """Return a hint in the words of files and of Python, where the output is no option; empty if there is none.

    Example:
        >>> here("alpha")
        'here it is weight.content = 0.5, or strength = 40'
    """
    examples = [one for one in known_as(name) if not one.startswith("output")]
    return f"here it is {', or '.join(examples)}" if examples else ""


def as_flags(name: str) -> str:
    """Return a hint in the words of the command line; empty if there is none.

    Example:
        >>> as_flags("-num_iterations")
        'here it is --steps 300'
    """
    if bare(name) in PLACES:
        return "CONTENT and STYLE stand without a flag: scumble stylize photo.jpg painting.jpg"
    flags = ["--" + one.replace("_", "-").replace(" = ", " ") for one in known_as(name)]
    return f"here it is {', or '.join(flags)}" if flags else ""
