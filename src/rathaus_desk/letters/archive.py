"""What makes a PDF an archive file (PDF/A) that says so: metadata, colour profile, embedded files."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from xml.sax.saxutils import escape

from rathaus_desk.kernel import resources
from rathaus_desk.letters.pdf_objects import Bytes, Document, compressed_stream, text_string

# PDF/A refuses properties it does not know unless the file describes them; pdfuaid is such a one.
_UA_SCHEMA = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


def metadata(
    *, title: str, author: str, subject: str, program: str, language: str, day: date, part: int
) -> bytes:
    """The XMP packet. It must say the same as the Info dictionary; ``part`` is that of PDF/A."""
    moment = f"{day.isoformat()}T00:00:00Z"
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(subject)}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:CreatorTool>{escape(program)}</xmp:CreatorTool><pdf:Producer>{escape(program)}</pdf:Producer>
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
{_UA_SCHEMA}
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()


@lru_cache(maxsize=1)
def _profile() -> bytes:
    return compressed_stream(resources.path("icc", "sRGB.icc").read_bytes(), b"/N 3")


def output_intent(document: Document) -> bytes:
    """The catalog's entry that says what the colours mean: sRGB."""
    entries = b"/Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)"
    return b"[<<%b/DestOutputProfile %d 0 R>>]" % (entries, document.number(Bytes(_profile())))


def embed_file(
    document: Document, name: str, content: bytes, media_type: str, description: str, day: date
) -> int:
    """Adds ``content`` as an embedded file, the data behind the letter; number of its file specification."""
    stamp = day.strftime("D:%Y%m%d000000Z")
    kind = media_type.replace("/", "#2F")
    entries = f"/Type/EmbeddedFile/Subtype/{kind}/Params<</ModDate({stamp})/Size {len(content)}>>"
    file = document.number(Bytes(compressed_stream(content, entries.encode())))
    names = b"/F%b/UF%b/Desc%b" % (text_string(name), text_string(name), text_string(description))
    return document.number(
        Bytes(b"<</Type/Filespec%b/AFRelationship/Data/EF<</F %d 0 R/UF %d 0 R>>>>" % (names, file, file))
    )
