"""How people reach us: one file a channel; verify, translate, deliver."""
