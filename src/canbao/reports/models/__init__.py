from canbao.reports.models.closing import Closing, ClosingLine, ClosingSignature

__all__ = ["Closing", "ClosingLine", "ClosingSignature"]
