"""Every sentence that stands beside a row, as a template: filled in here by the checks, and recognised again by pages that
say it in another language. What is kept of a row is the sentence itself, since the department gets it back in its file.

What a number is refused for is said by `kernel.identity`.
"""

# --- why a row was not taken as it is ---------------------------------------------------------------------------------

NOT_ON_REGISTER = "登记册上没有这个证件号码"
NAME_DIFFERS = "号码相符，但登记姓名与所填的不一致"
NAME_MISSING = "号码相符，但没有填写姓名"
DIED = "登记册上此人已去世"
MOVED = "登记册上此人已迁出"
MAYBE_ROUNDED = "登记册上没有这个证件号码（末三位是 000，可能被表格软件改过）"
FORMULA_FAILED = "{column}里是公式错误「{seen}」，没有值"
NUMBER_AS_NAME = "姓名栏里是一串号码"
HAS_LEFT = "表中写有退出（取消）时间"
LEFT_BEFORE = "退出（取消）时间早于纳入时间"
DAY_NOT_READ = "{column}「{seen}」没有认出来"
SINCE_LATER = "纳入时间晚于在册截止日"
SINCE_BEFORE_BIRTH = "纳入时间早于出生日期"
NAMESAKES = "没有填写身份证号；该地有 {count} 名同名人员"
NO_CATEGORY = "没有填写人员类别"
PARTLY_READ = "认出了「{known}」，没有认出{unknown}"
GRADE_WANTED = "{unknown}要写明等级才能认定"
NOT_IN_NOTICE = "通知中没有{unknown}这种类别"
OUTSIDE_GRADE = "{grade}不属于「{category}」（只含{grades}）"
GRADE_NOT_READ = "「{category}」的等级「{grade}」没有认出来"
TWO_GRADES = "「{category}」写了两种等级（「{grade}」和「{other}」）"
OTHER_GRADE = "与「第 {row} 行」是同一人、同一类别，但等级不同（那里是「{grade}」）"
REPEATED = "与「第 {row} 行」重复（同一人、同一类别），那一行已采用"
SAME_NUMBER = "「第 {row} 行」也是这个号码"  # beside what else is wrong with a row
SAME_PERSON = "「第 {row} 行」可能是同一人"

# --- of a row that was taken ------------------------------------------------------------------------------------------

FITS = "与登记相符"
NUMBER_MENDED = "身份证号：{correction}"
OTHER_PLACE = "所填的乡镇、村与登记的不一致，以登记为准"
NAME_MENDED = "姓名：空格、符号或附注已去掉"
ONLY_THE_REST = "其余类别已在「第 {row} 行」采用，本行只采用「{fresh}」"
SAID_TO_BE = "「{seen}」按报送部门的说明读作「{meant}」"
SAID_TO_BE_NONE = "「{seen}」按报送部门的说明不是通知中的类别"
NOT_USED = "{note}，该项未采用"

# --- how near somebody of the register is, for whoever decides whom a row means ----------------------------------------

NUMBER_FITS = "号码相符"
NUMBER_ONE_OFF = "号码只差一位"
NUMBER_SWAPPED = "号码有相邻两位对调"
NUMBER_ONE_LESS = "号码少写一位"
NUMBER_ONE_MORE = "号码多写一位"
NAME_SAME = "姓名相同"
NAME_SAME_SOUND = "姓名同音，字不同（含繁体、异体）"
NAME_RARE = "姓名有一字是生僻字，或没有显示出来"
NAME_TURNED = "姓名的字相同，先后不同"
NAME_ONE_OFF = "姓名有一字不同"
NAME_PART = "姓名多字或少字"
SAME_BIRTH = "出生日期与号码中的相同"
SAME_PLACE = "在所填的村（乡镇）"
HOUSEHOLD_LISTED = "同户的{names}也在这份名单上"
TWIN = "同户有同一天出生的{names}"
SAME_NAME_NEAR = "同村还有 {count} 名同名的人"

# --- what people did --------------------------------------------------------------------------------------------------

AFTER_CORRECTION = "更正后：{why}"
STILL_AFTER_CORRECTION = "更正后仍：{why}"
LOOKED_AT = "经核对采用。原为：{why}"
NOT_THIS_PERSON = "经核对不是同一人"
WITHDRAWN = "报送部门撤下了这一行"

# --- what to do -------------------------------------------------------------------------------------------------------

LOOK_AT_CARD = "请对照证件原件更正姓名或号码；证件与所填一致的，由县医保局核对。"
CHECK_NUMBER = "请核对号码；本县居民尚未登记的，请先到村（居）委会登记。"
ASK_VILLAGE = "请向村（居）委会核实；情况属实的请从名单中去掉。"
CHECK_COLUMNS = "请检查姓名和身份证号两列是否填反。"
STILL_ON_LIST = "仍在册的，由县医保局核对；已退出的请从名单中去掉。"
ADD_NUMBER = "请补填身份证号。"
ADD_NUMBER_OR_ASK = "请补填身份证号；填不了的，由县医保局核对是否此人。"
SETTLE_GRADE = "请核对等级，两行保留一行。"
IF_SOMEBODY_ELSE = "不需要处理；如本行应是另一人，请更正号码后重新报送。"
OUTSIDE_GRADE_REMEDY = "确属认定范围的，请更正等级后重新报送。"
ONLY_KNOWN_PART = "认可即只采用认出的类别；否则请更正后重新报送。"
ADD_GRADE = "请补写等级（如 一级）后重新报送。"
CHECK_GRADE = "请核对等级；认可即不分等级采用。"
PASTE_VALUES = "请把公式改成数值（选择性粘贴、数值）后重新报送。"
CHECK_DAY = "请对照认定文件核对日期。"
USE_NOTICE = "请改用通知中的类别：{known}。"
SEND_AGAIN = "请更正后重新报送。"
