"""The trainers that we know."""

from __future__ import annotations

from portrait_app.domain.catalogue.entries import TRIGGER_WORD, Number, Trainer

BUILT_IN = "darkroom"

TRAINERS = {
    trainer.key: trainer
    for trainer in (
        Trainer(
            key=BUILT_IN,
            model="darkroom/face-trainer",
            source="our own engine",
            photos_input="input_images",
            trigger_input="trigger_word",
            seed_input="seed",
            bar_prefix="darkroom_train",
            generator="darkroom",
            typical_s=30,
            price_usd=0,
        ),
        Trainer(
            key="flux-dev",
            model="ostris/flux-dev-lora-trainer",
            source="https://github.com/replicate/flux-fine-tuner, train.py",
            photos_input="input_images",
            trigger_input="trigger_word",
            steps_input="steps",
            steps=1000,
            # Beside each photo, so the trainer's own describer (minutes on an H100, and words of its own) is left out.
            caption=f"a photo of {TRIGGER_WORD}",
            fixed_input={"autocaption": False},
            numbers={
                "steps": Number(3, 6000, 1000),
                "lora_rank": Number(1, 128, 16),
                "caption_dropout_rate": Number(0, 1, 0.05),
            },
            bar_prefix="flux_train_replicate",
            generator="flux-dev",
            typical_s=25 * 60,
            price_usd=1.85,
        ),
        Trainer(
            key="fast-flux",
            model="replicate/fast-flux-trainer",
            # Its schema is published nowhere but by the API. These are the names in which public code agrees; how many
            # steps is called by two (training_steps, steps), so that is left to it, and its limits aren't known. Nobody
            # was seen to send it captions, so it is given none.
            source="https://replicate.com/replicate/fast-flux-trainer; https://github.com/rafanime/hair_ai",
            photos_input="input_images",
            trigger_input="trigger_word",
            steps=1000,
            fixed_input={"lora_type": "subject"},  # it describes the photos by itself
            bar_prefix=None,
            generator="flux-dev",
            typical_s=2 * 60,
            price_usd=1.46,
        ),
        Trainer(
            key="qwen",
            model="qwen/qwen-image-lora-trainer",
            source="https://github.com/replicate/qwen-image-lora-trainer, train.py",
            photos_input="dataset",
            seed_input="seed",
            steps_input="steps",
            steps=1000,
            # It learns by giving plain words another meaning; an invented word such as TOK has none to begin with.
            subject="a person named <>",
            caption="A photo of a person named <>",
            fixed_input={"default_caption": "A photo of a person named <>"},
            numbers={"steps": Number(100, 6000, 1000), "lora_rank": Number(8, 128, 64)},
            bar_prefix="qwen_lora",
            generator="qwen",
            typical_s=20 * 60,
            price_usd=2.0,
        ),
    )
}
