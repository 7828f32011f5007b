"""What the trained face models take in, by the kind of trainer that made them."""

from __future__ import annotations

from portrait_app.domain.catalogue.entries import Generator, Number

GENERATORS = {
    generator.key: generator
    for generator in (
        Generator(
            key="darkroom",
            source="our own engine",
            style_input="style",
            count_input="num_outputs",
            most_at_once=8,
            aspect_input="aspect_ratio",
            fixed_input={"output_format": "webp", "output_quality": 92},
            typical_s=3,
            price_usd=0,
        ),
        Generator(
            key="flux-dev",
            source="https://github.com/replicate/flux-fine-tuner, predict.py",
            prompt_input="prompt",
            count_input="num_outputs",
            most_at_once=4,
            aspect_input="aspect_ratio",
            fixed_input={"model": "dev", "output_format": "webp", "output_quality": 92},
            numbers={
                "num_outputs": Number(1, 4, 1),
                "num_inference_steps": Number(1, 50, 28),
                "guidance_scale": Number(0, 10, 3),
                "lora_scale": Number(-1, 3, 1),
                "output_quality": Number(0, 100, 80),
            },
            typical_s=15,
            price_usd=0.03,
        ),
        Generator(
            key="qwen",
            source="https://github.com/replicate/qwen-image-lora-trainer, predict.py",
            prompt_input="prompt",
            # Its own list of shapes knows neither 4:5 nor 5:4, so it is given a width and a height.
            fixed_input={"output_format": "webp", "output_quality": 92},
            numbers={"width": Number(512, 2048), "height": Number(512, 2048), "output_quality": Number(0, 100)},
            typical_s=20,
            price_usd=0.03,
        ),
    )
}
