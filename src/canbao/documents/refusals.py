"""Every "no" of this room, in the order in which they are checked when a file is read, then when a paper is made."""

from canbao.kernel.long_numbers import covered
from canbao.kernel.refusal import Refusal


class DocumentRefusal(Refusal):
    """The base: something about a file. `words` holds no cell of a person, and no long number: one may stand in a header or
    in the name of a sheet, too."""

    def __init__(self, *, clause: str = "", **words: object) -> None:
        super().__init__(
            clause=clause, **{name: covered(word) if isinstance(word, str) else word for name, word in words.items()}
        )


class FileTooLarge(DocumentRefusal):
    code = "document-too-large"
    says_template = "文件有 {size} MB，超过上限 {most} MB。"
    remedy_template = "请删去图片和无关的工作表，或按乡镇拆成几份后分别上传。"


class EmptyFile(DocumentRefusal):
    code = "document-empty"
    says_template = "文件是空的，没有任何内容。"
    remedy_template = "请确认选对了文件后重新上传。"


class NotASpreadsheet(DocumentRefusal):
    """The content says so, whatever the name ends in."""

    code = "document-not-a-spreadsheet"
    says_template = "这不是可以读取的表格：内容像是{seen}。"
    remedy_template = (
        "请确认选对了文件。能读的是表格：.xlsx、.xls 或 .csv；别的，请用表格软件打开后「另存为」.xlsx 再上传。"
    )


class WrittenDocument(DocumentRefusal):
    """.docx, .doc, .rtf, .odt, slides: a list may be in it, but no cells."""

    code = "document-is-written"
    says_template = "这是文字处理文件（如 Word）或演示文稿，不是表格。"
    remedy_template = "请把里面的名单复制到表格软件（WPS 表格、Excel）里，另存为 .xlsx 再上传。"


class PictureOfAList(DocumentRefusal):
    """PDF, OFD, a photograph or a scan: nothing is read off a picture, for a digit misread is somebody else."""

    code = "document-is-a-picture"
    says_template = "这是 PDF、OFD 或图片，不是表格。"
    remedy_template = "请向制作名单的人要原来的表格（.xlsx、.xls 或 .csv）再上传。"


class PackedFile(DocumentRefusal):
    code = "document-is-packed"
    says_template = "这是压缩包，不是表格。"
    remedy_template = "请先解压，再把里面的表格（.xlsx、.xls 或 .csv）一份一份上传。"


class PasswordProtected(DocumentRefusal):
    code = "document-password"
    says_template = "表格设置了打开密码，无法读取。"
    remedy_template = "请取消密码后重新保存并上传。"


class UnknownEncoding(DocumentRefusal):
    code = "document-encoding"
    says_template = "文本表格第 {line} 行的文字编码无法识别（既不是 UTF-8，也不是 GB18030）。"
    remedy_template = "请用表格软件打开后「另存为」.xlsx 再上传。"


class StrayQuote(DocumentRefusal):
    """In a text table: everything up to the next quote would be one cell, and its people gone."""

    code = "document-stray-quote"
    says_template = "文本表格从第 {line} 行起有一个多余或没有配对的引号，后面的行无法分开。"
    remedy_template = "请删去这个引号后再上传，或用表格软件打开，核对行数后「另存为」.xlsx。"


class DamagedFile(DocumentRefusal):
    code = "document-damaged"
    says_template = "表格已损坏或不完整，无法读取。"
    remedy_template = "请在表格软件中打开确认内容完整，重新保存后再上传。"


class TooMuchMemory(DocumentRefusal):
    """Often not the sender's fault: one stray cell at the far corner makes the sheet a thousand million cells."""

    code = "document-memory"
    says_template = "表格展开后过大，已停止读取。"
    remedy_template = (
        "请把需要的行列复制到一张新工作表，另存为 .xlsx 再上传（常见原因：很远的空白处有一个多余的单元格）。"
    )


class TookTooLong(DocumentRefusal):
    code = "document-time"
    says_template = "读取表格超过 {seconds} 秒，已停止。"
    remedy_template = "请把需要的行列复制到一张新工作表，另存为 .xlsx 再上传，或拆成几份。"


class TooManyCells(DocumentRefusal):
    code = "document-cells"
    says_template = (
        "工作表「{sheet}」有 {rows} 行 {columns} 列，超过上限（{most_rows} 行、{most_columns} 列、{most_cells} 格）。"
    )
    remedy_template = "请拆成几份后分别上传，并删去无关的列。"


class NoRows(DocumentRefusal):
    code = "document-no-rows"
    says_template = "表格里没有数据行。"
    remedy_template = "请确认名单在可见的工作表里，表头下面有人员。"


class NoSuchSheet(DocumentRefusal):
    code = "document-no-such-sheet"
    says_template = "没有名为「{sheet}」的工作表；文件里有：{seen}。"
    remedy_template = "请从上述工作表中选一张。"


class NoHeader(DocumentRefusal):
    code = "document-no-header"
    says_template = "名单没有表头：前 {rows} 行里没有一行写着列名。读到的是：{seen}。"
    remedy_template = (
        "请在名单最上面加一行列名：姓名、身份证号、人员类别（必须有），乡镇、村、备注（有就写）；先后不限。"
    )


class NoSuchHeader(DocumentRefusal):
    """Somebody pointed at a row that cannot be a header: it is empty, or too far down, or two rows that are no neighbours."""

    code = "document-no-such-header"
    says_template = "第 {row} 行不能作表头：这一行是空的，或者太靠下，或者两行表头不相连。"
    remedy_template = "请从名单开头的几行里选写着列名的那一行。"


class ListIsHidden(DocumentRefusal):
    """No sheet that can be seen holds a list, and others are hidden: nobody checked what is not seen."""

    code = "document-list-hidden"
    says_template = "看得见的工作表里没有名单；文件里还有隐藏的工作表：{seen}。"
    remedy_template = "名单如果就在隐藏的工作表里，请选那一张；不是的，请核对文件后重新上传。"


class SeveralSheets(DocumentRefusal):
    code = "document-several-sheets"
    says_template = "文件里有 {count} 张名单：{seen}。"
    remedy_template = "请指明读取哪一张，分别上传。"


class ColumnMissing(DocumentRefusal):
    code = "document-column-missing"
    says_template = "缺少「{wanted}」列。表头（第 {row} 行）写的是：{seen}。"
    remedy_template = "请在表头写明该列，可以写作：{aliases}。"


class ColumnAmbiguous(DocumentRefusal):
    code = "document-column-ambiguous"
    says_template = "有几列都像是「{wanted}」：{candidates}。"
    remedy_template = "请只保留一列，或把其余各列改名。表头现为：{seen}。"


class ColumnsSwapped(DocumentRefusal):
    """Most cells under the name are numbers, and hardly one under the number is."""

    code = "document-columns-swapped"
    says_template = "「{name}」一列里大多是号码，「{number}」一列里大多不是：两列的表头或内容填反了。"
    remedy_template = "请把两列的表头对调后再上传。"


class FontMissing(DocumentRefusal):
    """A paper with boxes instead of characters must not leave the house."""

    code = "document-font-missing"
    says_template = "这台机器没有中文字体，无法制作{paper}。"
    remedy_template = "请安装中文字体软件包：apt-get install fonts-noto-cjk。"


class CharacterMissing(DocumentRefusal):
    """A rare character of a name. A box in its place would be no receipt, and another character another person."""

    code = "document-character-missing"
    says_template = "这台机器的字体里没有“{character}”字，没有制作。"
    remedy_template = "请系统管理员安装收字更全的中文字体（收有扩展 B 区以后的字）再打印；缴费和参保不受影响。"
