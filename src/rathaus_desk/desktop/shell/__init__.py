"""The window itself: navigation, search and commands, status line, lock, the pages it holds."""
