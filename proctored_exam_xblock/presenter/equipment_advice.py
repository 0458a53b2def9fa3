"""What is wrong with a point of the equipment check, and the steps that settle it, for each code of the domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Advice:
    """A sentence that says what was found, and what to do about it, in order."""

    title: str
    steps: tuple[str, ...] = ()
    own_window: bool = False
    """Opening the exam's page in a window of its own is one of the steps."""


def advice(code: str) -> Advice:
    """The words of a code; one that an earlier or later release knows still says that something is wrong."""
    found = _ADVICE.get(code)
    return found() if found else Advice(_("One point of your equipment needs your attention."), (_repeat(),))


def _repeat() -> str:
    return _("Then repeat the test.")


def _allow() -> str:
    return _("Click on the camera, the microphone or the padlock in the address bar and choose “Allow”.")


def _close_others() -> str:
    return _("Close every application that may use it: Teams, Zoom, Skype, Discord, another tab.")


def _system_settings() -> str:
    return _("Check the privacy settings of your system too: the browser must be allowed to use it.")


def _no_camera() -> Advice:
    return Advice(
        _("No camera was found."),
        (
            _("Plug in a webcam, or take off its cover; some keyboards have a key that switches it off."),
            _system_settings(),
            _repeat(),
        ),
    )


def _no_microphone() -> Advice:
    return Advice(
        _("No microphone was found."),
        (_("Plug in a microphone or a headset, or use the one of the webcam."), _system_settings(), _repeat()),
    )


def _slow() -> tuple[str, ...]:
    return (
        _("Use a network cable rather than Wi-Fi, or sit near your router."),
        _("Close downloads, videos and file synchronisation (Google Drive, OneDrive, Dropbox)."),
        _("Ask those around you not to use the Internet meanwhile; leave any VPN."),
        _repeat(),
    )


_ADVICE: Mapping[str, Callable[[], Advice]] = {
    "camera": _no_camera,
    "microphone": _no_microphone,
    "camera_refused": lambda: Advice(
        _("The browser was not allowed to use the camera."), (_allow(), _system_settings(), _repeat())
    ),
    "microphone_refused": lambda: Advice(
        _("The browser was not allowed to use the microphone."), (_allow(), _system_settings(), _repeat())
    ),
    "camera_waiting": lambda: Advice(
        _("Your browser asks whether this page may use the camera: nobody has answered yet."),
        (_("Answer “Allow” in the browser’s question, near the address bar."), _repeat()),
    ),
    "microphone_waiting": lambda: Advice(
        _("Your browser asks whether this page may use the microphone: nobody has answered yet."),
        (_("Answer “Allow” in the browser’s question, near the address bar."), _repeat()),
    ),
    "camera_busy": lambda: Advice(
        _("The camera is there, but another application is using it."), (_close_others(), _repeat())
    ),
    "microphone_busy": lambda: Advice(
        _("The microphone is there, but another application is using it."), (_close_others(), _repeat())
    ),
    "camera_untested": lambda: Advice(_("The camera was not tested."), (_("Run the test of the camera."),)),
    "microphone_untested": lambda: Advice(_("The microphone was not tested."), (_("Run the test of the microphone."),)),
    "camera_failed": lambda: Advice(
        _("The camera could not be started."),
        (_("Unplug it and plug it in again, or restart the computer."), _close_others(), _repeat()),
    ),
    "microphone_failed": lambda: Advice(
        _("The microphone could not be started."),
        (_("Unplug it and plug it in again, or restart the computer."), _close_others(), _repeat()),
    ),
    "camera_small": lambda: Advice(
        _("The camera’s picture is too small to read an identity document."),
        (_("Use another webcam, or raise its resolution in its own settings."), _repeat()),
    ),
    "microphone_silent": lambda: Advice(
        _("A microphone was found, but nothing is heard."),
        (
            _("Check that it is not muted: a key of the keyboard, a switch on the headset, the system’s volume."),
            _("Choose the right microphone in the system’s sound settings."),
            _("Repeat the test and say a few words."),
        ),
    ),
    "speakers_silent": lambda: Advice(
        _("The test tone was not heard."),
        (
            _("Turn the volume up, and check that the sound is not muted."),
            _("Choose the right loudspeakers or headphones in the system’s sound settings."),
            _("Play the tone again."),
        ),
    ),
    "no_media_api": lambda: Advice(
        _("This browser does not let a page reach a camera or a microphone."),
        (_("Open this page with a recent version of Chrome, Firefox, Edge or Safari."), _repeat()),
    ),
    "insecure": lambda: Advice(
        _(
            "This page was not opened over a secure connection, "
            "so the browser keeps the camera and the microphone shut."
        ),
        (_("Open the course at its address that begins with https://."), _repeat()),
    ),
    "frame": lambda: Advice(
        _("The page around the exam does not hand the camera and the microphone on to it."),
        (_("Open the exam in a window of its own, and repeat the check there."),),
        own_window=True,
    ),
    "down": lambda: Advice(_("The download is slower than the exam needs."), _slow()),
    "up": lambda: Advice(_("The upload is slower than the exam needs."), _slow()),
    "browser": lambda: Advice(
        _("This browser is too old, or not one the proctoring service supports."),
        (_("Update it, or use a recent version of Chrome, Firefox, Edge or Safari."), _("Then repeat the check.")),
    ),
    "system": lambda: Advice(
        _("This operating system is not supported by the proctoring service."),
        (
            _("Take the exam on another computer, under a recent version of Windows or macOS."),
            _("Repeat the check on that computer."),
        ),
    ),
    "cookies": lambda: Advice(
        _("Cookies are blocked: the exam could lose you."),
        (_("Allow cookies for this site in the browser’s settings."), _("Then repeat the check.")),
    ),
    # Advice: nothing that has to be settled.
    "latency": lambda: Advice(_("Answers of the platform take long to reach you: a network cable helps.")),
    "jitter": lambda: Advice(_("Your connection is uneven: a network cable rather than Wi-Fi helps.")),
    "connection": lambda: Advice(_("A network cable is safer than Wi-Fi or a mobile network.")),
    "screens": lambda: Advice(_("Several screens are connected: unplug all but one before the exam.")),
    "clock": lambda: Advice(_("Your computer’s clock is wrong: let the system set it by itself.")),
}
