from canbao.web.models.attempt import Attempt

__all__ = ["Attempt"]
