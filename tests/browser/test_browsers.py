"""Without a Chromium nobody believes that the tests in it have passed."""

import pytest
from browsers import executable, unmet


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))


def test_without_a_chromium_a_learners_tests_are_skipped_and_told_how_to_get_one(nowhere, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium; elsewhere: playwright install"):
        executable()


def test_without_a_chromium_ci_fails(nowhere, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        executable()


def test_the_systems_chromium_goes_before_playwrights_own(monkeypatch, tmp_path):
    for name in ("google-chrome", "chromium"):
        (tmp_path / name).touch(mode=0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert executable() == str(tmp_path / name)


def test_what_ci_should_have_is_not_skipped_there(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no decoder"):
        unmet("There is no decoder")
