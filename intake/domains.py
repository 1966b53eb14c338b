"""Which domains belong together: organisational domains by the public suffix list, and alignment (RFC 7489 3.1).

Knows the public mail providers as well, at which anybody has an address.
Asks nobody: the list comes with the package that holds it, the only one that imports it is this module.
"""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList

from intake.model import ascii_domain

_FAMILIES = """
aol gmail gmx googlemail hotmail icloud live msn outlook protonmail rocketmail yahoo yandex
ymail
"""
_PROVIDERS = """
126.com 139.com 163.com a1.net abv.bg alice-dsl.net alice.de alice.it aliyun.com aon.at
appleid.com arcor.de att.net azet.sk bbox.fr bell.net bellsouth.net bigpond.com bigpond.net.au
bk.ru bluewin.ch blueyonder.co.uk bol.com.br bredband.net btinternet.com btopenworld.com
casema.nl centrum.cz centurylink.net charter.net chello.at citromail.hu comcast.net comhem.se
cox.net daum.net disroot.org docomo.ne.jp duck.com earthlink.net eircom.net email.com email.cz
email.de ewe.net ewetel.de ewetel.net excite.com ezweb.ne.jp fastmail.com fastmail.fm
fastwebnet.it foxmail.com free.fr freemail.hu freenet.de frontier.com gazeta.pl globo.com
hanmail.net hetnet.nl hey.com hispeed.ch home.nl hushmail.com i.ua ig.com.br iinet.net.au
inbox.com inbox.lv inbox.ru interia.pl iol.it juno.com kabelmail.de keemail.me kolumbus.fi
kpnmail.nl kpnplanet.nl laposte.net libero.it list.ru luukku.com lycos.com mac.com magenta.de
mail.bg mail.com mail.de mail.dk mail.ee mail.ru mailbox.org mailfence.com me.com mozmail.com
mweb.co.za nate.com naver.com netcologne.de netzero.net neuf.fr ntlworld.com numericable.fr
o2.co.uk o2.pl onet.pl online.ch online.de online.no onlinehome.de ono.com op.pl optonline.net
optusnet.com.au orange.fr passmail.net passport.com planet.nl plus.net pm.me pobox.com post.cz
posteo.de posteo.eu posteo.net posteo.org proton.me proximus.be pt.lu qq.com rambler.ru
rediffmail.com riseup.net rogers.com rr.com runbox.com sapo.pt sbcglobal.net seznam.cz sfr.fr
shaw.ca simplelogin.com sina.cn sina.com sky.com skynet.be softbank.ne.jp sohu.com spectrum.net
spray.se startmail.com stofanet.dk sunrise.ch sympatico.ca t-online.de talktalk.net tdcadsl.dk
telefonica.net telenet.be telia.com telkomsa.net telus.net terra.com.br terra.es tim.it tin.it
tiscali.co.uk tiscali.it tuta.com tuta.io tutamail.com tutanota.com tutanota.de ukr.net
unitybox.de uol.com.br upcmail.nl usa.com utanet.at verizon.net videotron.ca virgilio.it
virgin.net virginmedia.com vodafone.de vodafonemail.de walla.co.il walla.com wanadoo.fr web.de
windstream.net wp.pl xfinity.com xs4all.nl xtra.co.nz ya.ru yeah.net ziggo.nl zoho.com
zohomail.com zohomail.eu
"""
_PROVIDER_FAMILIES = frozenset(_FAMILIES.split())
"""Providers with a domain in many countries, by the first label."""
_PUBLIC_PROVIDERS = frozenset(_PROVIDERS.split())
"""Further ones, by organisational domain: an address there says nothing of whose it is."""


def is_aligned(name: str, domain: str, *, strict: bool = False) -> bool:
    """Whether one domain may speak for the other: the same, or (not `strict`) of the same organisation.

    What people register under, "com", "co.uk" or "github.io", speaks for nobody but itself, a bare word for nobody at all.
    """
    one, other = a_labels(name), a_labels(domain)
    if "." not in one:
        return False
    if one == other:
        return True
    organisation = None if strict else organisational_domain(one)
    return organisation is not None and organisation == organisational_domain(other)


def organisational_domain(domain: str) -> str | None:
    """What the owner registered: "acme.co.uk" for "mail.acme.co.uk"; None for a public suffix and for what is no domain."""
    name = a_labels(domain)
    if not name or name.rpartition(".")[2].isdigit():  # an address of the network layer
        return None
    found = _public_suffixes().privatesuffix(name)
    return found or None


def own_domain(domain: str) -> str | None:
    """The organisation that a domain's addresses speak for; None where anybody can have one of them."""
    organisation = organisational_domain(domain)
    if organisation is None or organisation in _PUBLIC_PROVIDERS:
        return None
    return None if organisation.partition(".")[0] in _PROVIDER_FAMILIES else organisation


def a_labels(domain: str) -> str:
    """The form in which domains are compared: A-labels (RFC 5890), lower-cased, without the root's dot."""
    return ascii_domain(domain.strip().removesuffix(".").lower())


@cache
def _public_suffixes() -> PublicSuffixList:
    """Read when it is first asked for: it takes a fifth of a second."""
    return PublicSuffixList()
