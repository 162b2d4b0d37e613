"""From a rule and what it looks at to an alert or none. No clock, no query, no sending.

``find_…`` also say why nothing fired (``earshot alerts try``); ``evaluate_…`` answer with the alert alone.
"""

from collections.abc import Mapping
from datetime import datetime

from alerts.findings import Finding
from alerts.post_rules import CategoryPolicy, find_post
from alerts.views import WindowView
from alerts.window_rules import find_share, find_spike
from listening.alerting import Alert
from listening.brands import Brand
from listening.posts import Post
from listening.settings import ReachRule, RiskRule, ShareRule, SpikeRule

NO_POLICIES: Mapping[str, CategoryPolicy] = {}


def evaluate_post(
    rule: RiskRule | ReachRule,
    post: Post,
    brand: Brand,
    at: datetime,
    categories: Mapping[str, CategoryPolicy] = NO_POLICIES,
) -> Alert | None:
    """The alert that ``post`` raises for ``brand``. ``categories``: what each is about, whom it concerns, how much."""
    return find_post(rule, post, brand, at, categories).alert


def evaluate_windows(rule: ShareRule | SpikeRule, brand: Brand, view: WindowView, at: datetime) -> Alert | None:
    """The alert that the last hours raise, still without ``post_ids``: see :func:`alerts.evidence.with_evidence`."""
    return find_windows(rule, brand, view, at).alert


def find_windows(rule: ShareRule | SpikeRule, brand: Brand, view: WindowView, at: datetime) -> Finding:
    """The alert, or why there is none."""
    if rule.brands and brand.key not in rule.brands:
        return Finding(None, f"The rule is not for {brand.key}.")
    if isinstance(rule, ShareRule):
        return find_share(rule, brand, view, at)
    return find_spike(rule, brand, view, at)
