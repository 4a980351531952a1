package charset

import (
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Those that others are read as.
var (
	windows1252 = fromCharmap(charmap.Windows1252)
	windows874  = fromCharmap(charmap.Windows874)
	windows1254 = fromCharmap(charmap.Windows1254)
)

// charsets has the names of IANA's registry, the labels of the WHATWG's Encoding Standard, and what mail has shown.
var charsets = []charset{
	{name: "US-ASCII", single: windows1252, writes: ascii(), labels: "ascii 646 cp367 csascii ibm367 iso646us isoir6 us ansix34 ansix341968 ansix341986 iso646irv1991 iso646 unknown8bit ansi default"},
	{name: "UTF-8", reader: newUTF8, labels: "unicode11utf8 unicode20utf8 csutf8 cp65001 65001 utf 8 u8 utf8n utf8bom utf8sig utf8mb4"},
	{name: "ISO-8859-1", single: windows1252, writes: withoutC1(charmap.ISO8859_1), labels: "latin1 l1 8859 88591 cp819 819 ibm819 csisolatin1 isoir100 iso885911987 isolatin1 latin"},
	{name: "ISO-8859-2", single: fromCharmap(charmap.ISO8859_2), labels: "latin2 l2 88592 csisolatin2 isoir101 iso885921987 ibm912 cp912"},
	{name: "ISO-8859-3", single: fromCharmap(charmap.ISO8859_3), labels: "latin3 l3 88593 csisolatin3 isoir109 iso885931988"},
	{name: "ISO-8859-4", single: fromCharmap(charmap.ISO8859_4), labels: "latin4 l4 88594 csisolatin4 isoir110 iso885941988"},
	{name: "ISO-8859-5", single: fromCharmap(charmap.ISO8859_5), labels: "cyrillic 88595 csisolatincyrillic isoir144 iso885951988"},
	{name: "ISO-8859-6", single: fromCharmap(charmap.ISO8859_6), labels: "arabic 88596 csisolatinarabic isoir127 iso885961987 ecma114 asmo708 iso88596e csiso88596e iso88596i csiso88596i"},
	{name: "ISO-8859-7", single: fromCharmap(charmap.ISO8859_7), labels: "greek greek8 88597 csisolatingreek isoir126 iso885971987 iso885972003 ecma118 elot928 suneugreek"},
	{name: "ISO-8859-8", single: fromCharmap(charmap.ISO8859_8), labels: "hebrew 88598 csisolatinhebrew isoir138 iso885981988 visual iso88598e csiso88598e"},
	{name: "ISO-8859-8-I", single: fromCharmap(charmap.ISO8859_8), labels: "csiso88598i logical"}, // RFC 1556
	{name: "ISO-8859-9", single: windows1254, writes: withoutC1(charmap.ISO8859_9), labels: "latin5 l5 88599 csisolatin5 isoir148 iso885991989"},
	{name: "ISO-8859-10", single: fromCharmap(charmap.ISO8859_10), labels: "latin6 l6 885910 csisolatin6 isoir157 iso8859101992"},
	{name: "ISO-8859-11", single: windows874, writes: withoutC1(charmap.Windows874), labels: "885911 thai iso8859112001"},
	{name: "TIS-620", single: windows874, writes: withoutC1(charmap.Windows874), labels: "tis6202533 tis62025330 tis62025331 tis62025290 cstis620 isoir166"},
	{name: "ISO-8859-13", single: fromCharmap(charmap.ISO8859_13), labels: "latin7 l7 885913 csiso885913 isoir179"},
	{name: "ISO-8859-14", single: fromCharmap(charmap.ISO8859_14), labels: "latin8 l8 885914 csiso885914 isoir199 iso8859141998 isoceltic"},
	{name: "ISO-8859-15", single: fromCharmap(charmap.ISO8859_15), labels: "latin9 latin0 l9 885915 csiso885915 csisolatin9 isoir203 cp923 ibm923"},
	{name: "ISO-8859-16", single: fromCharmap(charmap.ISO8859_16), labels: "latin10 l10 885916 csiso885916 isoir226 iso8859162001"},
	{name: "windows-1250", single: fromCharmap(charmap.Windows1250), labels: "cp1250 1250 win1250 cswindows1250 ansi1250 cswindows30latin2"},
	{name: "windows-1251", single: fromCharmap(charmap.Windows1251), labels: "cp1251 1251 win1251 cswindows1251 ansi1251 win"},
	{name: "windows-1252", single: windows1252, labels: "cp1252 1252 win1252 cswindows1252 ansi1252 iso88591windows30latin1 iso88591windows31latin1 cswindows31latin1"},
	{name: "windows-1253", single: fromCharmap(charmap.Windows1253), labels: "cp1253 1253 win1253 cswindows1253 ansi1253"},
	{name: "windows-1254", single: windows1254, labels: "cp1254 1254 win1254 cswindows1254 ansi1254 cswindows31latin5"},
	{name: "windows-1255", single: fromCharmap(charmap.Windows1255), labels: "cp1255 1255 win1255 cswindows1255 ansi1255"},
	{name: "windows-1256", single: fromCharmap(charmap.Windows1256), labels: "cp1256 1256 win1256 cswindows1256 ansi1256"},
	{name: "windows-1257", single: fromCharmap(charmap.Windows1257), labels: "cp1257 1257 win1257 cswindows1257 ansi1257"},
	{name: "windows-1258", single: fromCharmap(charmap.Windows1258), labels: "cp1258 1258 win1258 cswindows1258 ansi1258"},
	{name: "windows-874", single: windows874, labels: "cp874 874 win874 cswindows874 dos874 ibm874"},
	{name: "KOI8-R", single: fromCharmap(charmap.KOI8R), labels: "koi8 koi cskoi8r cp878 20866"},
	{name: "KOI8-U", single: fromCharmap(charmap.KOI8U), labels: "koi8ru cskoi8u 21866"},
	{name: "KOI8-T", single: fromTable("", koi8tHigh), labels: "koi8tj"},
	{name: "KZ-1048", single: fromTable("", kz1048High), labels: "rk1048 strk10482002 cskz1048"},
	{name: "PTCP154", single: fromTable("", ptcp154High), labels: "pt154 cp154 cyrillicasian csptcp154"},
	{name: "VISCII", single: fromTable(visciiLow, visciiHigh), labels: "csviscii viscii111", shifts: "\x02\x05\x06\x14\x19\x1e"},
	{name: "ARMSCII-8", single: fromTable("", armscii8High), labels: "armscii"},
	{name: "hp-roman8", single: fromTable("", hpRoman8High), labels: "roman8 r8 cshproman8 cp1051 ibm1051"},
	{name: "IBM437", single: fromCharmap(charmap.CodePage437), labels: "cp437 437 cspc8codepage437 dos437 oem437"},
	{name: "IBM737", single: fromTable("", cp737High), labels: "cp737 737 dos737"},
	{name: "IBM775", single: fromTable("", cp775High), labels: "cp775 775 cspc775baltic dos775"},
	{name: "IBM850", single: fromCharmap(charmap.CodePage850), labels: "cp850 850 cspc850multilingual dos850"},
	{name: "IBM852", single: fromCharmap(charmap.CodePage852), labels: "cp852 852 cspcp852 dos852"},
	{name: "IBM855", single: fromCharmap(charmap.CodePage855), labels: "cp855 855 csibm855 dos855"},
	{name: "IBM857", single: fromTable("", cp857High), labels: "cp857 857 csibm857 dos857"},
	{name: "IBM00858", single: fromCharmap(charmap.CodePage858), labels: "cp858 858 ibm858 ccsid00858 cp00858 csibm00858 pcmultilingual850euro dos858"},
	{name: "IBM860", single: fromCharmap(charmap.CodePage860), labels: "cp860 860 csibm860 dos860"},
	{name: "IBM861", single: fromTable("", cp861High), labels: "cp861 861 cpis csibm861 dos861"},
	{name: "IBM862", single: fromCharmap(charmap.CodePage862), labels: "cp862 862 cspc862latinhebrew dos862"},
	{name: "IBM863", single: fromCharmap(charmap.CodePage863), labels: "cp863 863 csibm863 dos863"},
	{name: "IBM864", single: fromTable(cp864Low, cp864High), labels: "cp864 864 csibm864 dos864", shifts: "%"},
	{name: "IBM865", single: fromCharmap(charmap.CodePage865), labels: "cp865 865 csibm865 dos865"},
	{name: "IBM866", single: fromCharmap(charmap.CodePage866), labels: "cp866 866 csibm866 dos866"},
	{name: "IBM869", single: fromTable("", cp869High), labels: "cp869 869 cpgr csibm869 dos869"},
	{name: "cp1125", single: fromTable("", cp1125High), labels: "1125 ibm1125 cp866u ruscii"},
	{name: "cp720", single: fromTable("", cp720High), labels: "720 ibm720 dos720"},
	{name: "IBM037", single: fromCharmap(charmap.CodePage037), labels: "cp037 37 037 ebcdiccpus ebcdiccpca ebcdiccpwt ebcdiccpnl csibm037", wide: true},
	{name: "IBM1047", single: fromCharmap(charmap.CodePage1047), labels: "cp1047 1047 csibm1047", wide: true},
	{name: "IBM01140", single: fromCharmap(charmap.CodePage1140), labels: "cp1140 1140 ibm1140 ccsid01140 cp01140 ebcdicus37euro csibm01140", wide: true},
	{name: "macintosh", single: fromCharmap(charmap.Macintosh), labels: "mac macroman csmacintosh 10000"},
	{name: "x-mac-cyrillic", single: fromCharmap(charmap.MacintoshCyrillic), labels: "macukrainian 10007"},
	{name: "x-mac-ce", single: fromTable("", macCEHigh), labels: "maccentraleurope maccentraleuropean maclatin2 maceastereuropean 10029"},
	{name: "x-mac-greek", single: fromTable("", macGreekHigh), labels: "10006"},
	{name: "x-mac-turkish", single: fromTable("", macTurkishHigh), labels: "10081"},
	{name: "x-mac-croatian", single: fromTable("", macCroatianHigh), labels: "10082"},
	{name: "x-mac-romanian", single: fromTable("", macRomanianHigh), labels: "macromania 10010"},
	{name: "x-mac-icelandic", single: fromTable("", macIcelandicHigh), labels: "maciceland 10079"},
	{name: "Shift_JIS", multi: japanese.ShiftJIS, labels: "sjis mskanji csshiftjis windows31j cswindows31j cp932 932 ms932 win932 windows932 ibm943 cp943 shiftjisms"},
	{name: "EUC-JP", multi: japanese.EUCJP, labels: "ujis eucjpms cp51932 51932 cseucpkdfmtjapanese extendedunixcodepackedformatforjapanese"},
	{name: "ISO-2022-JP", multi: japanese.ISO2022JP, reader: newISO2022, labels: "csiso2022jp jis cp50220 cp50221 cp50222 50220 50221 50222 iso2022jpms", shifts: shifts},
	{name: "ISO-2022-JP-1", reader: newISO2022, labels: "iso2022jpext", shifts: shifts},
	{name: "ISO-2022-JP-2", reader: newISO2022, labels: "csiso2022jp2", shifts: shifts},
	{name: "ISO-2022-KR", reader: newISO2022, labels: "csiso2022kr cp50225 50225", shifts: shifts},
	{name: "ISO-2022-CN", reader: newISO2022, labels: "iso2022cnext csiso2022cn", shifts: shifts},
	{name: "EUC-KR", multi: korean.EUCKR, labels: "cseuckr ksc56011987 ksc56011989 ksc5601 ksc csksc56011987 isoir149 korean windows949 cp949 949 ms949 uhc kscc56011987 51949 euckr5601"},
	{name: "GB2312", multi: simplifiedchinese.GBK, reader: newGB, labels: "csgb2312 gb23121980 gb231280 eucgb2312cn euccn cngb chinese isoir58 csiso58gb231280 20936 51936 hebergb"},
	{name: "GBK", multi: simplifiedchinese.GBK, reader: newGB, labels: "cp936 936 ms936 windows936 csgbk"},
	{name: "GB18030", multi: simplifiedchinese.GB18030, labels: "54936 csgb18030 gb180302000 gb180302005"},
	{name: "HZ-GB-2312", multi: simplifiedchinese.HZGB2312, labels: "hz hzgb 52936 hzgb2", shifts: "~"},
	{name: "Big5", multi: traditionalchinese.Big5, labels: "csbig5 cnbig5 big5hkscs big5eten cp950 950 windows950 136 bigfive xbig5 big5tw big5hkscs1999 csbig5hkscs"},
	{name: "UTF-16", multi: unicode.UTF16(unicode.BigEndian, unicode.UseBOM), labels: "csutf16 iso10646ucs2 ucs2 unicode csunicode csucs2", wide: true},
	{name: "UTF-16BE", multi: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), reader: marked(unicode.UTF16(unicode.BigEndian, unicode.UseBOM)), labels: "csutf16be 1201 unicodefffe unicodebig ucs2be", wide: true},
	{name: "UTF-16LE", multi: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), reader: marked(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)), labels: "csutf16le 1200 unicodefeff unicodelittle ucs2le", wide: true},
	{name: "UTF-32", multi: utf32.UTF32(utf32.BigEndian, utf32.UseBOM), labels: "csutf32 iso10646ucs4 ucs4 csucs4", wide: true},
	{name: "UTF-32BE", multi: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), reader: marked(utf32.UTF32(utf32.BigEndian, utf32.UseBOM)), labels: "csutf32be 12001 ucs4be", wide: true},
	{name: "UTF-32LE", multi: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), reader: marked(utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)), labels: "csutf32le 12000 ucs4le", wide: true},
	{name: "UTF-7", reader: newUTF7, labels: "unicode11utf7 unicode20utf7 csutf7 csunicode11utf7 65000 u7", shifts: "+"},
}
