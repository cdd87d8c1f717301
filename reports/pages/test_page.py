"""The page: whole, alone, well-formed, safe, and saying what has to be said."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import figures
import page
import testing
import testing_traits

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Reader(HTMLParser):
    """Collects tags and attributes, and checks that elements are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def render(document: testing.Json) -> str:
    result = testing.loaded(document)
    return page.html(result, figures.charts(result))


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def without_scripts(html: str) -> str:
    """A page as those have it who let no script run."""
    return re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def words(html: str) -> str:
    """The text of a page without its styles and scripts, its white space levelled."""
    body = without_scripts(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
    return " ".join(" ".join(read(body).words).split())


DOCUMENT = testing.medium()
DOCUMENT["trials"].append(testing.failed())
DOCUMENT["trials"][3]["notes"] = ["two modes"]
HTML = render(DOCUMENT)


def changed(part: str, **changes: object) -> str:
    """The small page of a result of which one part differs."""
    document = testing.result([testing.trial(launches=1)])
    document[part] = document[part] | changes
    return words(render(document))


def test_elements_are_closed_in_order() -> None:
    assert read(HTML).open == []


def test_nothing_is_asked_from_outside() -> None:
    reader = read(HTML)
    assert not {tag for tag, _ in reader.tags} & {"link", "img", "iframe", "object", "embed", "base"}
    for _, attributes in reader.tags:
        for name in {"src", "href", "xlink:href", "data", "action", "srcset"} & set(attributes):
            assert attributes[name].startswith("#")
    assert "@import" not in HTML
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", HTML))
    assert not re.search(r"https?://", without_scripts(HTML))


def test_the_page_forbids_the_browser_to_ask_anybody() -> None:
    assert "default-src 'none'" in HTML.partition("</head>")[0]


def test_scripts_only_add_to_what_is_there_without_them() -> None:
    bare = without_scripts(HTML)
    assert read(bare).open == []
    assert "<svg" in bare and "<table" in bare and "<button" not in bare


def test_no_script_ends_before_its_end() -> None:
    assert all("<!--" not in body for body in re.findall(r"<script[^>]*>(.*?)</script>", HTML, re.DOTALL))
    assert HTML.count("<script") == HTML.count("</script>")


def test_ids_are_unique_and_every_reference_has_its_target() -> None:
    reader = read(HTML)
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    references = re.findall(r"url\(#([^)]*)\)", HTML)
    references += [a["href"].removeprefix("#") for _, a in reader.tags if "href" in a]
    assert references
    assert set(references) <= set(ids)


def test_every_panel_of_every_figure_is_there() -> None:
    charts = figures.charts(testing.loaded(DOCUMENT))
    assert HTML.count("<svg ") == sum(len(chart.panels) for chart in charts)
    for chart in charts:
        assert f'id="{chart.name}"' in HTML


def test_figures_follow_the_page_into_the_dark() -> None:
    drawings = "".join(re.findall(r"<svg .*?</svg>", HTML, flags=re.DOTALL))
    assert not re.search(r"#[0-9a-f]{6}\b", drawings)
    assert "var(--series-0)" in drawings
    assert "prefers-color-scheme: dark" in HTML


def test_every_section_begins_with_its_finding() -> None:
    for section in re.findall(r"<section .*?</section>", HTML, flags=re.DOTALL):
        assert re.search(r'</h2>\s*<p class="finding">[A-Z0-9]', section)


def test_every_label_carries_its_wait() -> None:
    text = words(HTML)
    assert all(trial.label in text for trial in testing.loaded(DOCUMENT).measured)
    names = re.findall(r'<th scope="row">(?:<span[^>]*>.</span>)?([^<]*)<small>\d', HTML)
    assert len(names) == len(testing.loaded(DOCUMENT).measured)
    assert all(" · " in name for name in names)


def test_the_head_says_when_where_and_how_to_repeat() -> None:
    text = words(HTML)
    assert "2026-01-31 12:34 UTC" in text
    assert "Synthetic CPU (made by a test) · 2 cores, 4 threads · no hypervisor · Linux 6.1.0-test" in text
    assert "ipcmark run quick --seed 7" in text


def test_failures_skips_and_notes_are_shown() -> None:
    text = words(HTML)
    assert "214 of 200000 messages never arrived (lost 214)" in text
    assert "message longer than msgsize_max (8192)" in text
    assert "two modes" in text


def test_a_run_that_is_not_complete_says_so() -> None:
    assert "This run is not complete." in changed("run", partial=True)
    assert "This run is not complete." not in words(HTML)


def test_a_run_under_wine_says_so() -> None:
    assert "Measured under Wine 8.0." in changed("environment", wine={"version": "8.0", "host": "Linux"})
    assert "Wine" not in words(HTML)


def test_another_run_stands_beside_and_apart() -> None:
    document = testing.result([testing.trial("win_event", "notify", "stream", launches=3)], [testing.skip()])
    document["run"] = document["run"] | {"id": "elsewhere"}
    document["environment"] = document["environment"] | {
        "kernel": {"name": "windows 10 (wine 8.0)"}, "wine": {"version": "8.0", "host": "Linux"}}
    own, other = testing.loaded(DOCUMENT), testing.loaded(document)
    html = page.html(own, figures.charts(own), [other])
    assert read(html).open == []
    ids = [tag["id"] for _, tag in read(html).tags if "id" in tag]
    assert len(ids) == len(set(ids)) and {"beside-elsewhere", "table-stream-elsewhere"} <= set(ids)
    before, after = html.split('id="beside-elsewhere"')
    assert "win_event" not in before and "win_event" in after
    assert "Measured under Wine 8.0." in words(html)
    assert "on windows 10 (wine 8.0): every trial" in words(html)
    assert "message longer than msgsize_max (8192)" in after


def test_warnings_of_the_doctor_are_banners_and_his_remarks_are_not() -> None:
    remark = testing.warning("the host is fine") | {"severity": "info"}
    text = changed("environment", doctor=[testing.warning(), remark])
    assert "1 warning about this host. The governor is powersave. What that means" in text
    assert "Warning The governor is powersave. The clock rate follows the load" in text
    assert "Warning The host is fine." not in text
    assert "The host is fine. The clock rate follows the load" in text


def test_facts_that_are_not_known_are_said_to_be_unknown() -> None:
    cpu = {"model": "unknown", "cores": "unknown", "threads": "unknown"}
    virtualisation = {"hypervisor": "unknown", "container": "unknown"}
    text = changed("environment", cpu=cpu, kernel={}, virtualisation=virtualisation, memory="unknown")
    assert "unknown processor · unknown cores, unknown threads · virtualisation unknown" in text


def test_a_guest_in_a_container_is_called_so() -> None:
    text = changed("environment", virtualisation={"hypervisor": "kvm", "container": "docker"})
    assert "KVM guest · docker container · Linux 6.1.0-test · 8 GiB" in text.replace("\u00a0", " ")


def test_commands_in_advice_are_set_as_code() -> None:
    document = testing.result([])
    document["environment"]["doctor"] = [testing.warning() | {"advice": "`sudo sysctl a=1`"}]
    assert "Advice:</em> <code>sudo sysctl a=1</code>." in render(document)


def test_floors_that_are_not_available_are_no_zeros() -> None:
    text = changed("floors", cache_line_round_trip_ns=None)
    assert "Cache line to another core and back not available here" in text


def test_one_launch_separates_nobody() -> None:
    trials = [testing.trial("pipe", launches=1), testing.trial("fifo", typical_ns=90_000, launches=1)]
    text = words(render(testing.result(trials)))
    assert "too few launches to rank 2 blocking mechanisms" in text
    assert "belongs" not in text


def test_text_of_the_result_can_be_no_markup() -> None:
    document = testing.result([testing.trial(launches=1) | {"notes": ["<script>alert(1)</script>"]}],
                              [testing.skip(reason='<img src="http://x">')])
    document["run"] |= {"command": "</code><b>", "suite": "<i>", "revision": "&amp;"}
    document["environment"]["cpu"]["model"] = "<b>CPU</b> \u0000\ud800"
    html = render(document)
    assert read(html).open == []
    assert not re.search(r"<(script|img|b|i)\b", without_scripts(html))
    assert "alert" not in "".join(re.findall(r"<script.*?</script>", html, re.DOTALL))
    assert "<script>alert(1)</script>" in words(html)


@pytest.mark.parametrize("document, said", [
    (testing.result([]), "0 failed, 0 did not finish a launch, 0 could not take place here"),
    (testing.result([testing.failed()], [testing.skip()]), "1 failed, 0 did not finish a launch, 1 could"),
])
def test_a_result_without_figures_makes_a_page_that_says_so(document: testing.Json, said: str) -> None:
    html = render(document)
    assert read(html).open == []
    assert "Nothing was measured" in words(html)
    assert said in words(html)
    assert "<svg" not in html


def test_a_run_at_rates_alone_is_judged_by_its_latency_under_load_and_advises_nothing() -> None:
    paced = [testing.trial(name, workload="open_loop", typical_ns=cost) | {"options": {"rate": rate}}
             for name, cost in (("pipe", 9e3), ("fifo", 2e3)) for rate in (1_000, 50_000)]
    html = render(testing.result(paced) | {"mechanisms": testing_traits.mechanisms()})
    assert 'id="advice"' not in html and 'id="load-open_loop-64"' in html
    assert "Lowest p99, Open loop of 64 B at" in words(html)


def test_five_hundred_trials_make_less_than_three_megabytes() -> None:
    trials = [
        testing.trial(f"mechanism_{i}", "shm", workload, 64, wait, placement, launches=1)
        for i in range(32) for workload in ("ping_pong", "stream") for placement in ("same_core", "two_cores")
        for wait in ("block", "adaptive", "spin", "none")
    ]
    result = testing.loaded(testing.result(trials))
    charts = figures.charts(result)
    html = page.html(result, charts)
    assert len(trials) > 500
    assert len(html.encode()) < 3_000_000
    assert html.count("<svg ") == sum(len(chart.panels) for chart in charts)
