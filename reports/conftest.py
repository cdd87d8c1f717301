"""What the tests of this folder and of those below import from."""

import folders  # noqa: F401
