from sandbox.api_in_one.api import ApiInOne

__all__ = ["ApiInOne"]
