"""Every fen: accounts and transfers, append-only, balanced by their shape. The only room that writes money."""
