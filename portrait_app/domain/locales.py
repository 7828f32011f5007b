"""The languages in which dates, times and numbers can be written; the words of the studio are English."""

from __future__ import annotations

AUTO = ""  # as the device says

# By their tag (BCP 47), which the browser knows, each called as its speakers call it.
LOCALES: dict[str, str] = {
    "ar-EG": "العربية",
    "cs-CZ": "Čeština",
    "da-DK": "Dansk",
    "de-DE": "Deutsch",
    "de-AT": "Deutsch (Österreich)",
    "de-CH": "Deutsch (Schweiz)",
    "el-GR": "Ελληνικά",
    "en-AU": "English (Australia)",
    "en-CA": "English (Canada)",
    "en-IN": "English (India)",
    "en-GB": "English (United Kingdom)",
    "en-US": "English (United States)",
    "es-ES": "Español",
    "es-MX": "Español (México)",
    "fr-FR": "Français",
    "fr-CA": "Français (Canada)",
    "fr-CH": "Français (Suisse)",
    "he-IL": "עברית",
    "hi-IN": "हिन्दी",
    "id-ID": "Indonesia",
    "it-IT": "Italiano",
    "hu-HU": "Magyar",
    "nl-NL": "Nederlands",
    "nb-NO": "Norsk bokmål",
    "pl-PL": "Polski",
    "pt-BR": "Português (Brasil)",
    "pt-PT": "Português (Portugal)",
    "ro-RO": "Română",
    "fi-FI": "Suomi",
    "sv-SE": "Svenska",
    "vi-VN": "Tiếng Việt",
    "tr-TR": "Türkçe",
    "uk-UA": "Українська",
    "ja-JP": "日本語",
    "ko-KR": "한국어",
    "zh-CN": "简体中文",
    "zh-TW": "繁體中文",
}
