#!/usr/bin/env python3
"""Writes the streams in this folder from the words of MS-OXTNEF, without the Go code, so that a mistake would have to
be made twice. Run it in this folder."""
import struct
import uuid

U16, U32 = (lambda n: struct.pack("<H", n)), (lambda n: struct.pack("<I", n))


def pad(b):
    return b + bytes(-len(b) % 4)


def attr(level, ident, data):
    return bytes([level]) + U32(ident) + U32(len(data)) + data + U16(sum(data) & 0xFFFF)


def dtr(y, mo, d, h, mi, s, wd):
    return struct.pack("<7H", y, mo, d, h, mi, s, wd)


def var(*values):
    return U32(len(values)) + b"".join(U32(len(v)) + pad(v) for v in values)


def w(s):
    return (s + "\0").encode("utf-16-le")


def props(*items):
    return U32(len(items)) + b"".join(U32(tag) + body for tag, body in items)


def named(guid, key, body):
    g = uuid.UUID(guid).bytes_le
    if isinstance(key, int):
        return g + U32(0) + U32(key) + body
    return g + U32(1) + U32(len(w(key))) + pad(w(key)) + body


HEAD = struct.pack("<IH", 0x223E9F78, 0x1234)
VERSION = attr(1, 0x00089006, U32(0x00010000))


def page(n):
    return attr(1, 0x00069007, U32(n) + U32(0))


RENDDATA = attr(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0))
IID_IMESSAGE = uuid.UUID("00020307-0000-0000-C000-000000000046").bytes_le

old = HEAD + VERSION + page(1251) + b"".join([
    attr(1, 0x00078008, b"IPM.Microsoft Mail.Note\0"),
    attr(1, 0x00018004, "Привет".encode("cp1251") + b"\0"),
    attr(1, 0x00038005, dtr(2004, 2, 17, 11, 25, 35, 2)),
    attr(1, 0x00038006, dtr(2004, 2, 17, 11, 26, 0, 2)),
    attr(1, 0x00038020, dtr(2004, 2, 17, 12, 26, 9, 2)),
    attr(1, 0x00018009, b"757BB19CDE936A4087D90BB784C58E3B\0"),
    attr(1, 0x0004800D, U16(1)),
    attr(1, 0x00068007, b"\xa0"),
    attr(1, 0x00008000, struct.pack("<4H", 4, 8 + 5 + 11, 5, 11) + b"Anna\0" + b"SMTP:a@b.c\0"),
    attr(1, 0x00060001, U16(4) + b"Bob\0" + U16(11) + b"SMTP:b@b.c\0"),
    attr(1, 0x00060000, U16(4) + b"Cid\0" + U16(11) + b"SMTP:c@b.c\0"),
    attr(1, 0x00030006, dtr(2004, 3, 1, 9, 0, 0, 1)),
    attr(1, 0x00030007, dtr(2004, 3, 1, 10, 0, 0, 1)),
    attr(1, 0x00050008, U32(77)),
    attr(1, 0x00040009, U16(1)),
    attr(1, 0x0002800C, "Здравствуйте\r\n".encode("cp1251") + b"\0"),
    RENDDATA,
    attr(2, 0x0006800F, b"one\n"),
    attr(2, 0x00018010, b"ONE.TXT\0"),
    attr(2, 0x00038012, dtr(2004, 1, 2, 3, 4, 5, 5)),
    attr(2, 0x00038013, dtr(2004, 1, 2, 3, 4, 6, 5)),
])
open("old.tnef", "wb").write(old)

types = HEAD + VERSION + page(1252) + attr(1, 0x00069003, props(
    (0x001A001E, var(b"IPM.Note\0")),
    (0x0037001F, var(w("Größe €"))),
    (0x60010002, struct.pack("<hH", -2, 0)),
    (0x60020003, struct.pack("<i", -3)),
    (0x60030004, struct.pack("<f", 1.5)),
    (0x60040005, struct.pack("<d", -2.25)),
    (0x60050006, struct.pack("<q", 12345)),
    (0x60060007, struct.pack("<d", 36526.5)),
    (0x6007000A, U32(0x8004010F)),
    (0x6008000B, U32(1)),
    (0x60090014, struct.pack("<q", -5)),
    (0x600A001E, var("für".encode("cp1252") + b"\0")),
    (0x600B0040, struct.pack("<Q", 125963010110000000)),
    (0x600C0048, uuid.UUID("00020329-0000-0000-C000-000000000046").bytes_le),
    (0x600D0102, var(b"\1\2\3\4\5")),
    (0x600E000D, var(uuid.UUID("0000000B-0000-0000-C000-000000000046").bytes_le + b"OLE")),
    (0x60111002, U32(3) + b"".join(struct.pack("<hH", n, 0) for n in (1, -1, 2))),
    (0x60121003, U32(2) + struct.pack("<ii", 7, -7)),
    (0x6013101E, var(b"a\0", b"bc\0")),
    (0x6014101F, var(w("ä"), w(""))),
    (0x60151102, var(b"x", b"", b"yz")),
    (0x60161040, U32(1) + struct.pack("<Q", 125963010110000000)),
    (0x80050003, named("00062002-0000-0000-C000-000000000046", 0x8205, U32(2))),
    (0x8006001F, named("00020329-0000-0000-C000-000000000046", "Keywords", var(w("blue")))),
)) + attr(1, 0x00069004, U32(2) + props(
    (0x0C150003, U32(1)), (0x3001001F, var(w("Dora"))), (0x3002001F, var(w("SMTP"))), (0x3003001F, var(w("d@b.c"))),
) + props(
    (0x0C150003, U32(2)), (0x3001001E, var(b"Emil\0")), (0x3002001E, var(b"EX\0")), (0x3003001E, var(b"/o=x/cn=emil\0")),
    (0x39FE001E, var(b"e@b.c\0")),
))
open("types.tnef", "wb").write(types)

inner = HEAD + VERSION + page(1252) + attr(1, 0x00069003, props((0x0037001F, var(w("within")))))
open("embedded.tnef", "wb").write(HEAD + VERSION + page(1252) + b"".join([
    attr(1, 0x00069003, props((0x0037001F, var(w("without"))))),
    RENDDATA,
    attr(2, 0x00069005, props((0x37050003, U32(5)), (0x3701000D, var(IID_IMESSAGE + inner)), (0x3001001F, var(w("M"))))),
    RENDDATA,
    attr(2, 0x0006800F, b"\x89PNG"),
    attr(2, 0x00018010, b"LONGNA~1.PNG\0"),
    attr(2, 0x00069005, props(
        (0x3707001F, var(w("long name.png"))), (0x370E001E, var(b"image/png\0")), (0x3712001F, var(w("<img@x>"))),
    )),
]))
