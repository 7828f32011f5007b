"""What the doctor says of signing in: where passkeys work, and which callback each provider must be told."""

from __future__ import annotations

from portrait_app.doctor import sign_in
from portrait_app.settings import Settings


def said(**settings: str) -> str:
    return "\n".join(str(finding) for finding in sign_in.look(Settings.model_validate(settings)))


def test_passkeys_are_for_the_address_that_people_use_and_never_for_a_number() -> None:
    assert "for http://localhost:3000" in said()
    assert "for https://studio.example" in said(APP_URL="https://studio.example/")
    assert "is a number" in said(APP_URL="http://192.168.1.7:3000")


def test_each_provider_is_named_with_the_callback_it_must_be_told() -> None:
    assert "OIDC_ISSUER" in said()
    told = said(APP_URL="https://studio.example", GITHUB_CLIENT_ID="studio", GITHUB_CLIENT_SECRET="secret")
    assert "by GitHub too; its callback is https://studio.example/auth/with/github/callback" in told
    assert "secret" not in told


def test_two_steps_for_everybody_need_an_address_that_has_passkeys() -> None:
    assert "TWO_STEPS=required asks everybody" in said()
    assert "asked of everybody" in said(TWO_STEPS="required")
    (missing,) = [
        finding.next_step
        for finding in sign_in.look(Settings.model_validate({"TWO_STEPS": "required", "APP_URL": "http://192.168.1.7"}))
        if finding.next_step
    ]
    assert "nobody can come in" in missing
    assert not any(finding.next_step for finding in sign_in.look(Settings.model_validate({"TWO_STEPS": "required"})))
