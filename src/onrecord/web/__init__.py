"""The web: a chat page and the application that serves it; both are given plain callables."""
