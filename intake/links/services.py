"""What an address leads to: a shared file, a page of a service, an article, or something else.

The table knows services by their hosts. What stands on any other host, the client's own most of the time, is told by
`articles`.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from intake.links.address import host_of, is_on, taken_apart
from intake.links.articles import fate_elsewhere
from intake.links.redirects import unwrapped
from intake.model import LinkFate, LinkFound

_FILE, _PAGE, _POST = LinkFate.NEEDS_ACCESS, LinkFate.NOTED, LinkFate.COUNTED
_ANY = ""
_SOME = r"/[^/]"  # more than the front page
_FIGMA = r"/(file|proto|design|board|slides|deck|community/file)/"

# A host (it or what is below it), what its path begins with, the service's name, and what stands there. The first that
# fits decides, so that what is special stands before what is general.
_SERVICES: tuple[tuple[str, str, str, LinkFate], ...] = (
    ("docs.google.com", r"(/a/[^/]+)?/forms/", "Google Forms", _PAGE),
    ("forms.gle", _ANY, "Google Forms", _PAGE),
    ("drive.google.com", _SOME, "Google Drive", _FILE),
    ("drive.google.com", _ANY, "Google Drive", _PAGE),
    ("docs.google.com", _SOME, "Google Docs", _FILE),
    ("docs.google.com", _ANY, "Google Docs", _PAGE),
    ("sheets.google.com", _SOME, "Google Docs", _FILE),
    ("slides.google.com", _SOME, "Google Docs", _FILE),
    ("photos.app.goo.gl", _SOME, "Google Photos", _FILE),
    ("photos.google.com", r"/(u/\d+/)?(share|album|photo)/", "Google Photos", _FILE),
    ("meet.google.com", _ANY, "Google Meet", _PAGE),
    ("calendar.google.com", _ANY, "Google Calendar", _PAGE),
    ("calendar.app.google", _ANY, "Google Calendar", _PAGE),
    ("maps.google.com", _ANY, "Google Maps", _PAGE),
    ("maps.app.goo.gl", _ANY, "Google Maps", _PAGE),
    ("dropbox.com", r"/(s|sh|scl|l|t|sm|paper|request|preview|home|transfer)(/|$)", "Dropbox", _FILE),
    ("paper.dropbox.com", _SOME, "Dropbox", _FILE),
    ("dropbox.com", _ANY, "Dropbox", _PAGE),
    ("dropboxusercontent.com", _SOME, "Dropbox", _FILE),
    ("db.tt", _SOME, "Dropbox", _FILE),
    ("onedrive.live.com", _ANY, "OneDrive", _FILE),
    ("1drv.ms", _SOME, "OneDrive", _FILE),
    ("1drv.com", _SOME, "OneDrive", _FILE),
    ("sharepoint.com", _SOME, "SharePoint", _FILE),
    ("sharepoint.us", _SOME, "SharePoint", _FILE),
    ("sharepoint.cn", _SOME, "SharePoint", _FILE),
    ("forms.office.com", _ANY, "Microsoft Forms", _PAGE),
    ("forms.microsoft.com", _ANY, "Microsoft Forms", _PAGE),
    ("forms.cloud.microsoft", _ANY, "Microsoft Forms", _PAGE),
    ("teams.microsoft.com", _ANY, "Microsoft Teams", _PAGE),
    ("teams.live.com", _ANY, "Microsoft Teams", _PAGE),
    ("wetransfer.com", r"/(downloads|transfers|collect|previews|boards|s)/", "WeTransfer", _FILE),
    ("wetransfer.com", _ANY, "WeTransfer", _PAGE),
    ("we.tl", _SOME, "WeTransfer", _FILE),
    ("box.com", r"/(s|v|f|file|folder|notes|shared|embed)/", "Box", _FILE),
    ("box.com", _ANY, "Box", _PAGE),
    ("box.net", _SOME, "Box", _FILE),
    ("icloud.com", _SOME, "iCloud", _FILE),
    ("icloud.com.cn", _SOME, "iCloud", _FILE),
    ("notion.so", _SOME, "Notion", _FILE),
    ("notion.site", _ANY, "Notion", _FILE),
    ("figma.com", _FIGMA, "Figma", _FILE),
    ("figma.com", _ANY, "Figma", _PAGE),
    ("canva.com", r"/(design|brand|folder)/", "Canva", _FILE),
    ("canva.com", _ANY, "Canva", _PAGE),
    ("canva.link", _SOME, "Canva", _FILE),
    ("miro.com", r"/(app/(board|live-embed)|welcomeonboard)/", "Miro", _FILE),
    ("miro.com", _ANY, "Miro", _PAGE),
    ("mural.co", r"/(t|invitation)/", "Mural", _FILE),
    ("pitch.com", r"/(v|public|app|embed|team)/", "Pitch", _FILE),
    ("app.pitch.com", _SOME, "Pitch", _FILE),
    ("pitch.com", _ANY, "Pitch", _PAGE),
    ("docsend.com", _SOME, "DocSend", _FILE),
    ("papermark.com", r"/view/", "Papermark", _FILE),
    ("gamma.app", r"/(docs|public|embed)/", "Gamma", _FILE),
    ("prezi.com", r"/(p|v|view|i)/", "Prezi", _FILE),
    ("beautiful.ai", r"/(player|deck)/", "Beautiful.ai", _FILE),
    ("airtable.com", r"/(embed/)?(app|shr)[A-Za-z0-9]+", "Airtable", _FILE),
    ("airtable.com", _ANY, "Airtable", _PAGE),
    ("coda.io", r"/@?[^/]+/", "Coda", _FILE),
    ("atlassian.net", r"/wiki/", "Confluence", _FILE),
    ("trello.com", r"/(b|c)/", "Trello", _FILE),
    ("egnyte.com", _SOME, "Egnyte", _FILE),
    ("mega.nz", _ANY, "MEGA", _FILE),
    ("mega.io", _SOME, "MEGA", _PAGE),
    ("swisstransfer.com", r"/(d|dl|[a-z]{2}-[a-z]{2}/d)/", "SwissTransfer", _FILE),
    ("swisstransfer.com", _ANY, "SwissTransfer", _PAGE),
    ("transfernow.net", r"/([a-z]{2}/)?(dl|d|bld)", "TransferNow", _FILE),
    ("transfernow.net", _ANY, "TransferNow", _PAGE),
    ("fromsmash.com", _SOME, "Smash", _FILE),
    ("filemail.com", r"/(d|t)/", "Filemail", _FILE),
    ("transferxl.com", r"/(download/)?[A-Za-z0-9]{8,}", "TransferXL", _FILE),
    ("hightail.com", r"/(space|download|receive|u|spaces)/", "Hightail", _FILE),
    ("sharefile.com", r"/(d-|share/|d/|f/|public/)", "ShareFile", _FILE),
    ("sharefile.eu", r"/(d-|share/|d/|f/|public/)", "ShareFile", _FILE),
    ("pcloud.link", _SOME, "pCloud", _FILE),
    ("pcloud.com", r"/publink/", "pCloud", _FILE),
    ("mediafire.com", r"/(file|folder|view)/", "MediaFire", _FILE),
    ("tresorit.com", r"/(l|r|o)/", "Tresorit", _FILE),
    ("drive.proton.me", _SOME, "Proton Drive", _FILE),
    ("hidrive.com", r"/(lnk|share)/", "HiDrive", _FILE),
    ("magentacloud.de", r"/s/", "MagentaCLOUD", _FILE),
    ("workdrive.zoho.com", _SOME, "Zoho WorkDrive", _FILE),
    ("workdrive.zohoexternal.com", _SOME, "Zoho WorkDrive", _FILE),
    ("frame.io", _SOME, "Frame.io", _FILE),
    ("f.io", _SOME, "Frame.io", _FILE),
    ("brandfolder.com", _SOME, "Brandfolder", _FILE),
    ("youtube.com", _ANY, "YouTube", _PAGE),
    ("youtu.be", _ANY, "YouTube", _PAGE),
    ("vimeo.com", _ANY, "Vimeo", _PAGE),
    ("loom.com", _ANY, "Loom", _PAGE),
    ("wistia.com", _ANY, "Wistia", _PAGE),
    ("spotify.com", _ANY, "Spotify", _PAGE),
    ("soundcloud.com", _ANY, "SoundCloud", _PAGE),
    ("zoom.us", _ANY, "Zoom", _PAGE),
    ("calendly.com", _ANY, "Calendly", _PAGE),
    ("typeform.com", _ANY, "Typeform", _PAGE),
    ("surveymonkey.com", _ANY, "SurveyMonkey", _PAGE),
    ("jotform.com", _ANY, "Jotform", _PAGE),
    ("tally.so", _ANY, "Tally", _PAGE),
    ("github.com", _ANY, "GitHub", _PAGE),
    ("gitlab.com", _ANY, "GitLab", _PAGE),
    ("bitbucket.org", _ANY, "Bitbucket", _PAGE),
    ("slideshare.net", _ANY, "SlideShare", _PAGE),
    ("speakerdeck.com", _ANY, "Speaker Deck", _PAGE),
    ("issuu.com", _ANY, "Issuu", _PAGE),
    ("dribbble.com", _ANY, "Dribbble", _PAGE),
    ("behance.net", _ANY, "Behance", _PAGE),
    ("producthunt.com", _ANY, "Product Hunt", _PAGE),
    ("crunchbase.com", _ANY, "Crunchbase", _PAGE),
    ("wikipedia.org", _ANY, "Wikipedia", _PAGE),
    ("eventbrite.com", _ANY, "Eventbrite", _PAGE),
    ("lu.ma", _ANY, "Luma", _PAGE),
    ("apps.apple.com", _ANY, "App Store", _PAGE),
    ("play.google.com", _ANY, "Google Play", _PAGE),
    ("linkedin.com", r"/pulse/[^/]", "LinkedIn", _POST),
    ("linkedin.com", _ANY, "LinkedIn", _PAGE),
    ("lnkd.in", _ANY, "LinkedIn", _PAGE),
    ("facebook.com", _ANY, "Facebook", _PAGE),
    ("fb.me", _ANY, "Facebook", _PAGE),
    ("instagram.com", _ANY, "Instagram", _PAGE),
    ("twitter.com", _ANY, "X", _PAGE),
    ("x.com", _ANY, "X", _PAGE),
    ("t.co", _ANY, "X", _PAGE),
    ("xing.com", _ANY, "XING", _PAGE),
    ("tiktok.com", _ANY, "TikTok", _PAGE),
    ("pinterest.com", _ANY, "Pinterest", _PAGE),
    ("threads.net", _ANY, "Threads", _PAGE),
    ("threads.com", _ANY, "Threads", _PAGE),
    ("mastodon.social", _ANY, "Mastodon", _PAGE),
    ("bsky.app", _ANY, "Bluesky", _PAGE),
    ("wa.me", _ANY, "WhatsApp", _PAGE),
    ("t.me", _ANY, "Telegram", _PAGE),
    ("medium.com", r"/(p|@[^/]+|[a-z0-9-]+)/[^/]*-[0-9a-f]{8,12}$", "Medium", _POST),
    ("medium.com", r"/[^/]*-[0-9a-f]{8,12}$", "Medium", _POST),
    ("medium.com", _ANY, "Medium", _PAGE),
    ("substack.com", r"/p/[^/]", "Substack", _POST),
    ("substack.com", _ANY, "Substack", _PAGE),
    ("dev.to", r"/[^/]+/[^/]+-", "DEV", _POST),
    ("dev.to", _ANY, "DEV", _PAGE),
    ("mimecast.com", _ANY, "Mimecast", _PAGE),
    ("mimecastprotect.com", _ANY, "Mimecast", _PAGE),
    ("hubspotlinks.com", _ANY, "HubSpot", _PAGE),
    ("hubspotstarter.net", _ANY, "HubSpot", _PAGE),
    ("list-manage.com", _ANY, "Mailchimp", _PAGE),
    ("mailchi.mp", _ANY, "Mailchimp", _PAGE),
    ("mandrillapp.com", _ANY, "Mailchimp", _PAGE),
    ("sendgrid.net", _ANY, "SendGrid", _PAGE),
    ("bit.ly", _ANY, "Bitly", _PAGE),
    ("tinyurl.com", _ANY, "TinyURL", _PAGE),
)  # fmt: skip
_SERVICES_READ = tuple(
    (host, re.compile(path, re.IGNORECASE), name, fate) for host, path, name, fate in _SERVICES
)
WELL_KNOWN = frozenset(host for host, _, _, fate in _SERVICES if fate is _FILE) | {
    "youtube.com",
    "youtu.be",
    "vimeo.com",
    "loom.com",
    "medium.com",
    "forms.gle",
}
"""Hosts that are known for what they are where somebody leaves out the scheme."""
_SOCIAL = (
    "facebook.com", "instagram.com", "twitter.com", "x.com", "linkedin.com", "xing.com", "tiktok.com",
    "pinterest.com", "threads.net", "threads.com", "mastodon.social", "bsky.app", "wa.me", "t.me", "fb.me",
)  # fmt: skip
_SOCIAL_POST = re.compile(
    r"/(pulse|posts?|feed/update|status|statuses|p|reel|videos?|watch|photos?|events?|groups|articles?|"
    r"permalink\.php|story\.php|share)[/?][^/]",
    re.IGNORECASE,
)


def judge(url: str, *, around: str = "") -> LinkFound:
    """What an address leads to. `COUNTED` says that it looks like an article: a candidate for an item that takes links.

    `around` is what the sender wrote about it, or all that the sender wrote: the lines at the address are looked at.
    """
    split = taken_apart(unwrapped(url))
    if split is None:
        return LinkFound(url, LinkFate.NOTED, "")
    host = host_of(split)
    for name, path, service, fate in _SERVICES_READ:
        if is_on(host, (name,)) and path.match(unquote(split.path) or "/"):
            return LinkFound(url, fate, service)
    return LinkFound(url, fate_elsewhere(split, around), host.removeprefix("www."))


def is_meant(url: str) -> bool:
    """Whether a person would say that they sent this address: no profile of a social network, no front page of one."""
    split = taken_apart(url)
    if split is None:
        return False
    if not is_on(host_of(split), _SOCIAL):
        return True
    return bool(_SOCIAL_POST.search(f"{unquote(split.path)}?{split.query}"))
